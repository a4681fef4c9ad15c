// Sets of characters, as the classes of regular expressions name them, and as grammar inside a JSON text, where some are written with a backslash.
import { literal } from "./rules.ts";

/** Ranges of code points, both ends included, in order and apart. */
export type CharacterSet = readonly (readonly [low: number, high: number])[];

const LAST = 0x10ffff;
const SURROGATES = [0xd800, 0xdfff] as const;
/** What a JSON text holds as it is: no control characters, quotes and backslashes (RFC 8259, section 7). */
const PLAIN: CharacterSet = [[0x20, 0x21], [0x23, 0x5b], [0x5d, 0x7e], [0x80, SURROGATES[0] - 1], [SURROGATES[1] + 1, LAST]];
const ESCAPED: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" };

const DIGITS: CharacterSet = [[0x30, 0x39]];
const WORD: CharacterSet = [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACE: CharacterSet = [[0x09, 0x0d], [0x20, 0x20], [0xa0, 0xa0], [0x1680, 0x1680], [0x2000, 0x200a], [0x2028, 0x2029], [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000], [0xfeff, 0xfeff]];

/** `.` of a regular expression: all but line ends. */
export const ANY_CHARACTER: CharacterSet = complement([[0x0a, 0x0a], [0x0d, 0x0d], [0x2028, 0x2029]]);

/** The classes that one letter names after a backslash. ECMA-262, CharacterClassEscape. */
export const NAMED_CLASSES: Readonly<Record<string, CharacterSet>> = {
  d: DIGITS, D: complement(DIGITS), w: WORD, W: complement(WORD), s: SPACE, S: complement(SPACE),
};

export function union(sets: readonly CharacterSet[]): CharacterSet {
  const joined: [number, number][] = [];
  for (const [low, high] of sets.flat().toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined;
}

export function complement(set: CharacterSet): CharacterSet {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) gaps.push([next, low - 1]);
    next = high + 1;
  }
  return next > LAST ? gaps : [...gaps, [next, LAST]];
}

/** One character of the set inside a JSON text; undefined when none can be written. */
export function characterGrammar(set: CharacterSet): string | undefined {
  const plain = complement(union([complement(set), complement(PLAIN)]));
  const escaped = Object.entries(ESCAPED).filter(([character]) => set.some(([low, high]) => character.charCodeAt(0) >= low && character.charCodeAt(0) <= high));
  const forms = [...(plain.length === 0 ? [] : [`[${plain.map(rangeText).join("")}]`]), ...escaped.map(([, written]) => literal(written))];
  if (forms.length === 0) return undefined;
  return forms.length === 1 ? forms[0] : `(${forms.join(" | ")})`;
}

function rangeText([low, high]: readonly [number, number]): string {
  return low === high ? codePoint(low) : `${codePoint(low)}-${codePoint(high)}`;
}

function codePoint(value: number): string {
  const character = String.fromCodePoint(value);
  return /[0-9A-Za-z]/.test(character) ? character : `\\U${value.toString(16).padStart(8, "0")}`;
}
