// UTF-8 as tokens write it: a token may end within a character, and the next must end it. RFC 3629, section 4.

/** What is missing of the last character: how many bytes, and the range of the next one. */
export interface Utf8State {
  readonly missing: number;
  readonly low: number;
  readonly high: number;
}

export const WHOLE: Utf8State = { missing: 0, low: 0, high: 0x7f };

/** The state after these bytes; undefined when they cannot follow. */
export function followUtf8(state: Utf8State, bytes: Uint8Array): Utf8State | undefined {
  let { missing, low, high } = state;
  for (const byte of bytes) {
    if (missing > 0) {
      if (byte < low || byte > high) return undefined;
      [missing, low, high] = [missing - 1, 0x80, 0xbf];
    } else {
      const begun = beginCharacter(byte);
      if (begun === undefined) return undefined;
      ({ missing, low, high } = begun);
    }
  }
  return { missing, low, high };
}

/** Ranges of the second byte leave out characters spelled too long, halves of surrogate pairs, and what lies past U+10FFFF. */
function beginCharacter(byte: number): Utf8State | undefined {
  if (byte < 0x80) return WHOLE;
  if (byte < 0xc2 || byte > 0xf4) return undefined;
  if (byte < 0xe0) return { missing: 1, low: 0x80, high: 0xbf };
  if (byte < 0xf0) return { missing: 2, low: byte === 0xe0 ? 0xa0 : 0x80, high: byte === 0xed ? 0x9f : 0xbf };
  return { missing: 3, low: byte === 0xf0 ? 0x90 : 0x80, high: byte === 0xf4 ? 0x8f : 0xbf };
}
