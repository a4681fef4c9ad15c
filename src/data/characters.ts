// Places in a text, counted in characters (Unicode code points) as Python counts them; JavaScript counts some characters, 😀 for one, as two.

const ASTRAL = /[\ud800-\udbff][\udc00-\udfff]/;

export function countCharacters(text: string): number {
  return ASTRAL.test(text) ? [...text].length : text.length;
}

/** The characters from `start` up to `end`. */
export function sliceCharacters(text: string, start: number, end?: number): string {
  return ASTRAL.test(text) ? [...text].slice(start, end).join("") : text.slice(start, end);
}

/** Characters before the UTF-16 unit `at`. */
export function placeOfCharacter(text: string, at: number): number {
  return countCharacters(text.slice(0, at));
}
