// What rows are compared by, as numbers: four keys (rows of one key are linked) and sixteen bands of a MinHash signature (rows of one band may
// be near-duplicates). Numbers cross threads and fit in memory where texts do not.
import type { Row } from "../row.ts";
import { countWordsOf, createWordHasher, mixBits, wordsOf, type WordHasher } from "../words.ts";
import { BANDS, createSigner, distinctRuns } from "./minhash.ts";

/** An answer of fewer words (yes, a number, a label) may be right for many rows; one of this many is text of its own. */
const FREE_TEXT_WORDS = 6;

/** What people write into an input column when there is no input. */
const PLACEHOLDERS = new Set(["", "n a", "na", "none", "null", "nil", "nan", "noinput", "no input", "empty"]);
const LONGEST_PLACEHOLDER_WORDS = 2;

/** What links rows of one key, in the order of the keys of a fingerprint. */
export const KEY_KINDS = ["exact", "group", "input", "answer"] as const;

/** What links rows. */
export const LINK_KINDS = [...KEY_KINDS, "near_duplicate"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** 32-bit numbers of a row's keys: two each; two zeros are no key. */
export const KEY_NUMBERS = 2 * KEY_KINDS.length;

/** Fingerprints of rows, one after the other. */
export interface Fingerprints {
  /** {@link KEY_NUMBERS} a row. */
  readonly keys: Int32Array;
  /** {@link BANDS} a row. */
  readonly bands: Int32Array;
  /** 1 where the bands of a row mean something: a text without words is like no other. */
  readonly comparable: Uint8Array;
}

export function allocateFingerprints(rows: number): Fingerprints {
  return { keys: new Int32Array(rows * KEY_NUMBERS), bands: new Int32Array(rows * BANDS), comparable: new Uint8Array(rows) };
}

/** Writes the fingerprint of a row at a place. One fingerprinter uses its memory again for every row. */
export interface Fingerprinter {
  /** @returns the words of the row */
  write(row: Row, into: Fingerprints, place: number): number;
}

export function createFingerprinter(): Fingerprinter {
  const hasher = createWordHasher();
  const sign = createSigner();
  return {
    write(row, { keys, bands, comparable }, place) {
      const key = (kind: (typeof KEY_KINDS)[number], high: number, low: number): void => {
        const at = place * KEY_NUMBERS + 2 * KEY_KINDS.indexOf(kind);
        keys[at] = high;
        keys[at + 1] = low;
      };
      hashTexts([row.system === undefined ? undefined : fold(row.system), fold(row.instruction), fold(row.input), fold(row.output)], (high, low) => key("exact", high, low));
      if (row.group !== undefined) hashTexts([row.group], (high, low) => key("group", high, low));
      const { instructionWords, inputWords, outputWords } = hashCompared(row, hasher, key);
      const runs = hasher.count;
      comparable[place] = runs > 0 ? 1 : 0;
      if (runs > 0) sign(hasher, bands, place * BANDS);
      return instructionWords + inputWords + outputWords + (row.system === undefined ? 0 : countWordsOf(row.system));
    },
  };
}

type WriteKey = (kind: (typeof KEY_KINDS)[number], high: number, low: number) => void;

/** Leaves the compared words in the hasher: the input where there is one, since many rows share an instruction, and the answer. */
function hashCompared(row: Row, hasher: WordHasher, key: WriteKey): { readonly instructionWords: number; readonly inputWords: number; readonly outputWords: number } {
  hasher.reset();
  hasher.add(row.input);
  const inputWords = hasher.count;
  const hasInput = !isPlaceholder(row.input, inputWords);
  let instructionWords: number;
  if (hasInput) {
    key("input", hasher.high, hasher.low);
    instructionWords = countWordsOf(row.instruction);
  } else {
    hasher.reset();
    hasher.add(row.instruction);
    instructionWords = hasher.count;
  }
  const before = hasher.count;
  hasher.add(row.output);
  const outputWords = hasher.count - before;
  if (outputWords >= FREE_TEXT_WORDS) key("answer", hasher.high, hasher.low);
  return { instructionWords, inputWords, outputWords };
}

function isPlaceholder(input: string, words: number): boolean {
  return words === 0 || (words <= LONGEST_PLACEHOLDER_WORDS && PLACEHOLDERS.has(wordsOf(input).join(" ")));
}

/** The runs of words that a row is compared by, as ascending hashes, each once. */
export function comparedRuns(row: Pick<Row, "instruction" | "input" | "output">, hasher: WordHasher): Uint32Array {
  hashCompared({ id: "", ...row }, hasher, () => {});
  return distinctRuns(hasher);
}

/** A text in compatibility form and lower case. */
function fold(text: string): string {
  return (/[^\0-\x7f]/.test(text) ? text.normalize("NFKC") : text).toLowerCase();
}

/** Two hashes of texts in order, 32 bits each. */
export function hashTexts(texts: readonly (string | undefined)[], use: (high: number, low: number) => void): void {
  let [high, low] = [0x811c9dc5 | 0, 0x5bd1e995];
  for (const text of texts) {
    const length = text?.length ?? 0;
    for (let at = 0; at < length; at++) {
      const code = text!.charCodeAt(at);
      high = Math.imul(high ^ code, 0x85ebca77);
      high = (high << 13) | (high >>> 19);
      low = Math.imul(low ^ code, 0x01000193);
    }
    high = Math.imul(high ^ (text === undefined ? 1 : 2), 0x9e3779b1);
    low = Math.imul(low ^ 0x1f, 0xc2b2ae3d);
  }
  use(mixBits(high), mixBits(low));
}
