import { isNetworkFault } from "../pull/request.ts";

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** A line longer than this is nobody's log. */
const MOST_CHARACTERS = 1 << 20;

/** Server-sent events of an answer, until it ends or breaks (WHATWG HTML, 9.2.6). Comments, which keep the connection alive, are passed over. */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  let event = "message";
  let data: string[] = [];
  const pieces = response.body?.[Symbol.asyncIterator]();
  for (;;) {
    let piece: IteratorResult<unknown> | undefined;
    try {
      piece = await pieces?.next();
    } catch (thrown) {
      if (!isNetworkFault(thrown)) throw thrown;
    }
    if (piece === undefined || piece.done === true) return;
    rest += decoder.decode(piece.value as Uint8Array, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!.slice(-MOST_CHARACTERS);
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { event, data: data.join("\n") };
        [event, data] = ["message", []];
      } else if (line.startsWith("event:")) event = line.slice(6).trim();
      else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    }
  }
}
