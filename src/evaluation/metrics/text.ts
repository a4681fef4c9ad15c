/** The 32 characters of Python's `string.punctuation`. */
export const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** Trims, and makes every run of Unicode white space one space: Python's `" ".join(text.split())`. */
export function collapseWhitespace(text: string): string {
  return words(text).join(" ");
}

/** The runs of anything but Unicode white space: Python's `text.split()`. */
export function words(text: string): readonly string[] {
  return text.match(/\P{White_Space}+/gu) ?? [];
}
