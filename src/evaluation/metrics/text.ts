/** The 32 characters of Python's `string.punctuation`. */
export const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** Trims, and makes every run of white space one space: Python's `" ".join(text.split())`. */
export function collapseWhitespace(text: string): string {
  return words(text).join(" ");
}

/** What Python takes for white space in a text: that of Unicode and the four separators from U+001C on. */
const SPACE = `\\p{White_Space}${String.fromCharCode(0x1c, 0x1d, 0x1e, 0x1f)}`;
const WORD = new RegExp(`[^${SPACE}]+`, "gu");
const ONE_SPACE = new RegExp(`[${SPACE}]`, "u");

/** The runs of anything but white space: Python's `text.split()`. */
export function words(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}

/** Without white space at its end: Python's `text.rstrip()`. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ONE_SPACE.test(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}

/** How often each of the values occurs. */
export function countEach(values: Iterable<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
