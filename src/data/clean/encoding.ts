// Text that was UTF-8, was read as Windows-1252 or ISO 8859-1 and written as UTF-8 again: é became Ã©. Source: WHATWG Encoding Standard, index windows-1252.

/** Characters of the bytes 0x80 to 0x9f in Windows-1252; a byte that Windows-1252 leaves open stands for the control character of its number. */
export const WINDOWS_1252_HIGH = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const BYTES = new Map([...WINDOWS_1252_HIGH].map((character, index) => [character.codePointAt(0)!, 0x80 + index]));
/** As often as text was found to be encoded twice over. */
const MOST_ROUNDS = 3;

/**
 * First bytes of two that real texts have: Latin with accents and signs, Greek, Cyrillic, Hebrew, Arabic. Others (ß, É, Ü … before a quotation mark)
 * are more often right as they stand.
 */
const PAIR_LEADS = new Set([0xc2, 0xc3, 0xc4, 0xc5, 0xce, 0xcf, 0xd0, 0xd1, 0xd7, 0xd8, 0xd9]);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Gives a text back its characters where all of it was encoded twice (or more often); any other text comes back as it is. Text counts as encoded twice
 * when its characters, taken for bytes of Windows-1252 or ISO 8859-1, are valid UTF-8: one „ or one é that is right says that it was not.
 */
export function repairDoubleEncoding(text: string): string {
  let current = text;
  for (let round = 0; round < MOST_ROUNDS && /[^\0-\x7f]/.test(current); round++) {
    const next = decodeAgain(current);
    if (next === undefined) break;
    current = next;
  }
  return current;
}

function decodeAgain(text: string): string | undefined {
  const bytes = new Uint8Array(text.length);
  let count = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const byte = BYTES.get(code) ?? code;
    if (byte > 0xff) return undefined;
    bytes[count++] = byte;
  }
  const whole = bytes.subarray(0, count);
  if (whole.some((byte) => byte >= 0xc0 && byte < 0xe0 && !PAIR_LEADS.has(byte))) return undefined;
  try {
    return decoder.decode(whole);
  } catch {
    return undefined;
  }
}
