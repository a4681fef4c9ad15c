// Text that was UTF-8, was read as Windows-1252 or ISO 8859-1 and written as UTF-8 again: é became Ã©. Source: WHATWG Encoding Standard, index windows-1252.

/** Characters of the bytes 0x80 to 0x9f in Windows-1252; a byte that it leaves open stands for the control character of its number. */
export const WINDOWS_1252_HIGH = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const BYTES = new Map([...WINDOWS_1252_HIGH].map((character, index) => [character.codePointAt(0)!, 0x80 + index]));
/** As often as text was found to be encoded twice over. */
const MOST_ROUNDS = 3;

/**
 * First bytes of two that real texts have: Latin with accents and signs, Greek, Cyrillic, Hebrew, Arabic. Others (ß, É, Ü … before a quotation mark)
 * are more often right as they stand, where there are no more of them.
 */
const PAIR_LEADS = new Set([0xc2, 0xc3, 0xc4, 0xc5, 0xce, 0xcf, 0xd0, 0xd1, 0xd7, 0xd8, 0xd9]);

/** What a byte from 0x80 to 0xbf looks like, and those of them that do not come after a capital letter in right text. */
const LATER = `\\u0080-\\u00bf${WINDOWS_1252_HIGH}`;
const SIGN = `\\u0080-\\u00bf€ƒ†‡ˆ‰ŠŒŽ•˜™šœžŸ`;

/** What right text does not hold, in the order of its rules. */
const SPOILED = new RegExp(
  [
    // A sign behind Â, Ã, Ä, Å, but for the end of a word in capitals; any character where such a letter begins a word of small letters, or follows one.
    `(?<!\\p{Lu})[ÂÃÄÅ][${SIGN}]`,
    `[ÂÃÄÅ][${SIGN}](?=\\p{Ll})`,
    `(?<!\\p{L})[ÃÄÅ][${LATER}](?=\\p{Ll})`,
    `(?<=\\p{Ll})[ÂÃÄÅ][${LATER}]`,
    // What dashes, quotation marks, arrows and emoji turn into.
    `â[€‚„†‡ˆ‰\\u0080\\u0082\\u0084\\u0086-\\u0089][${LATER}]`,
    `ð[Ÿ\\u009f][${LATER}]{2}`,
    // The sign of multiplication.
    `(?<!\\p{L})Ã—(?=[\\s\\d])`,
    // Vietnamese; a right á may stand before a quotation mark and a dash.
    `áº[${LATER}]|á»[${SIGN}](?=\\p{L})`,
    // Runs of other scripts.
    `(?:[ÎÏÐÑ×ØÙ][${LATER}]|[à-ï][${LATER}]{2}){2,}`,
  ].join("|"),
  "gu",
);

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Gives a text back its characters where it was encoded twice (or more often); any other text comes back as it is. All of a text counts as encoded
 * twice when its characters, taken for bytes of Windows-1252 or ISO 8859-1, are valid UTF-8. Where one “ or é that is right says that it was not,
 * only what no right text holds is repaired.
 */
export function repairDoubleEncoding(text: string): string {
  let current = text;
  for (let round = 0; round < MOST_ROUNDS && /[^\0-\x7f]/.test(current); round++) {
    const next = decodeAgain(current) ?? current.replace(SPOILED, (part) => decodeAgain(part, 2) ?? part);
    if (next === current) break;
    current = next;
  }
  return current;
}

/** @param sureOf so many pairs or more are no chance, whatever they begin with */
function decodeAgain(text: string, sureOf = 3): string | undefined {
  const bytes = new Uint8Array(text.length);
  let count = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const byte = BYTES.get(code) ?? code;
    if (byte > 0xff) return undefined;
    bytes[count++] = byte;
  }
  const whole = bytes.subarray(0, count);
  const leads = whole.filter((byte) => byte >= 0xc0);
  if (leads.length < sureOf && leads.some((byte) => byte < 0xe0 && !PAIR_LEADS.has(byte))) return undefined;
  try {
    return decoder.decode(whole);
  } catch {
    return undefined;
  }
}
