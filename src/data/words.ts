import type { LengthStatistics } from "../records/index.ts";
import { joinParts } from "./prompt/prompt-parts.ts";
import type { Row } from "./row.ts";

/** A word is a run of letters, marks and digits; scripts that are written without spaces count by character. */
const WORD = new RegExp(String.raw`[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[[\p{L}\p{M}\p{N}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]]+`, "gv");

/** Code of a lower-cased ASCII letter or digit; 0 for what stands between words. */
const ASCII_WORD = Uint8Array.from({ length: 128 }, (_, code) => {
  const lower = String.fromCharCode(code).toLowerCase();
  return /[a-z0-9]/.test(lower) ? lower.charCodeAt(0) : 0;
});

/** The words of a text, lower-cased and in compatibility form, so that two spellings of one text compare equal. */
export function wordsOf(text: string): readonly string[] {
  return text.normalize("NFKC").toLowerCase().match(WORD) ?? [];
}

/** Number of words. */
export function countWordsOf(text: string): number {
  counter.reset();
  counter.add(text);
  return counter.count;
}

/** Hashes of words, collected over one or several texts. The arrays are used again after `reset`. */
export interface WordHasher {
  /** Hash of each word so far, 32 bits; the first `count` count. */
  readonly hashes: Int32Array;
  readonly count: number;
  /** Two hashes of all words of the last text in order, 32 bits each: equal for texts that differ only in what {@link wordsOf} folds. */
  readonly high: number;
  readonly low: number;
  reset(): void;
  /** Hashes the words of a text behind those that are there. */
  add(text: string): void;
}

/**
 * Hashes words without making strings of them where a text is ASCII. Pieces between spaces that are not go through {@link wordsOf}: no word and no
 * composed character spans a space. Hash: FNV-1a (Fowler, Noll, Vo) with the finalizer of MurmurHash3.
 */
export function createWordHasher(): WordHasher {
  let hashes = new Int32Array(1024);
  let count = 0;
  let high = 0;
  let low = 0;
  /** Hashes ASCII from `start` up to a space before the first character that is none. @returns where it stopped */
  const addAscii = (text: string, start: number): number => {
    // What changes with every character lives in this function alone; the state at the last space is kept to return to.
    let [nowHigh, nowLow, word, other, length] = [high, low, FNV_START, OTHER_START, 0];
    let [now, pieceStart] = [count, start];
    for (let at = start; at <= text.length; at++) {
      const code = at === text.length ? 32 : text.charCodeAt(at);
      if (code >= 128) return pieceStart;
      const lower = ASCII_WORD[code]!;
      if (lower !== 0) {
        word = Math.imul(word ^ lower, FNV_PRIME);
        other = Math.imul(other ^ lower, OTHER_PRIME);
        length += 1;
        continue;
      }
      if (length > 0) {
        if (now === hashes.length) hashes = grown(hashes);
        const hash = mixBits(word ^ length);
        hashes[now++] = hash;
        nowHigh = Math.imul((nowHigh << 13) | (nowHigh >>> 19), 0x85ebca77) ^ hash;
        nowLow = Math.imul((nowLow << 11) | (nowLow >>> 21), 0xc2b2ae3d) ^ mixBits(other);
        word = FNV_START;
        other = OTHER_START;
        length = 0;
      }
      if (code === 32 || code === 10) {
        pieceStart = at + 1;
        count = now;
        high = nowHigh;
        low = nowLow;
      }
    }
    return text.length;
  };
  const addPiece = (text: string, start: number): number => {
    let end = start;
    while (end < text.length && text.charCodeAt(end) !== 32 && text.charCodeAt(end) !== 10) end += 1;
    for (const found of wordsOf(text.slice(start, end))) {
      let [word, other] = [FNV_START, OTHER_START];
      for (let place = 0; place < found.length; place++) {
        word = Math.imul(word ^ found.charCodeAt(place), FNV_PRIME);
        other = Math.imul(other ^ found.charCodeAt(place), OTHER_PRIME);
      }
      if (count === hashes.length) hashes = grown(hashes);
      const hash = mixBits(word ^ found.length);
      hashes[count++] = hash;
      high = Math.imul((high << 13) | (high >>> 19), 0x85ebca77) ^ hash;
      low = Math.imul((low << 11) | (low >>> 21), 0xc2b2ae3d) ^ mixBits(other);
    }
    return end;
  };
  return {
    get hashes() {
      return hashes;
    },
    get count() {
      return count;
    },
    get high() {
      return mixBits(high);
    },
    get low() {
      return mixBits(low);
    },
    reset() {
      count = 0;
    },
    add(text) {
      high = FNV_START;
      low = OTHER_START;
      for (let at = addAscii(text, 0); at < text.length; at = addAscii(text, at)) at = addPiece(text, at);
    },
  };
}

const FNV_START = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;
/** A second hash of the same kind, so that two texts are told apart by 64 bits. */
const OTHER_START = 0x5bd1e995;
const OTHER_PRIME = 0x85ebca77 | 0;

/** The finalizer of MurmurHash3, 32 bits, signed. */
export function mixBits(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function grown(hashes: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * hashes.length);
  larger.set(hashes);
  return larger;
}

const counter = createWordHasher();

/** Everything a row says: system, instruction, input, output. */
export function wholeText(row: Pick<Row, "system" | "instruction" | "input" | "output">): string {
  return joinParts(row.system, row.instruction, row.input, row.output);
}

/** Statistics of a list of lengths. */
export function describeLengths(lengths: ArrayLike<number>): LengthStatistics {
  const sorted = Float64Array.from(lengths).sort();
  const total = sorted.reduce((sum, length) => sum + length, 0);
  const middle = (sorted.length - 1) / 2;
  const median = sorted.length === 0 ? 0 : (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { total, mean: total / Math.max(1, sorted.length), shortest: sorted[0] ?? 0, median, longest: sorted.at(-1) ?? 0 };
}
