// Tokens are bytes, answers are characters: a piece leaves only when its characters are whole and no stop text can still begin in it.

export interface TextStream {
  /** Adds the bytes of one token. True when a stop text has been reached. */
  push(bytes: Uint8Array): boolean;
  /** Lets out what was held back; broken characters become U+FFFD. */
  end(): void;
  /** All text so far, without the stop text. */
  readonly text: string;
}

export function createTextStream(stop: readonly string[] = [], onText: (piece: string) => void = () => {}): TextStream {
  const stops = stop.filter((text) => text !== "");
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  let sent = 0;
  let stopped = false;
  const send = (upTo: number) => {
    if (upTo <= sent) return;
    const piece = text.slice(sent, upTo);
    sent = upTo;
    onText(piece);
  };
  const take = (added: string): boolean => {
    text += added;
    const found = stops.map((one) => text.indexOf(one, sent)).filter((at) => at >= 0);
    if (found.length > 0) {
      text = text.slice(0, Math.min(...found));
      stopped = true;
    }
    send(stopped ? text.length : text.length - heldBack(text, stops));
    return stopped;
  };
  return {
    push: (bytes) => stopped || take(decoder.decode(bytes, { stream: true })),
    end() {
      if (!stopped) take(decoder.decode());
      send(text.length);
    },
    get text() {
      return text;
    },
  };
}

/** Length of the longest end of `text` that begins one of `stops`. */
function heldBack(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length -= 1) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}
