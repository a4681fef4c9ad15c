// Pairs of texts that share most of their word 3-shingles. MinHash (Broder 1997) with banding finds the candidates, and each of them is
// compared exactly, so that nothing is called a near-duplicate by the luck of a hash.
import { createSets } from "./sets.ts";
import { wordsOf } from "../words.ts";

const SHINGLE_WORDS = 3;
const BANDS = 16;
const BAND_ROWS = 4;

/** Jaccard similarity of shingles from which two texts are near-duplicates; 16 bands of 4 find such a pair with probability 0.9998. */
export const NEAR_DUPLICATE_SIMILARITY = 0.8;

/** Sets of indices of texts that are linked by near-duplicate pairs, each of at least two, in ascending order. */
export function findNearDuplicates(texts: readonly string[]): readonly (readonly number[])[] {
  const shingles = texts.map(shingle);
  const sets = createSets(texts.length);
  for (const bucket of buckets(shingles)) {
    for (const [at, first] of bucket.entries()) {
      for (const second of bucket.slice(at + 1)) {
        if (!sets.isJoined(first, second) && similarity(shingles[first]!, shingles[second]!) >= NEAR_DUPLICATE_SIMILARITY) sets.join(first, second);
      }
    }
  }
  return sets.all().filter((set) => set.length > 1);
}

/** Hashes of the runs of three words, ascending and each once; a shorter text is one run. */
function shingle(text: string): Uint32Array {
  const words = wordsOf(text);
  if (words.length === 0) return new Uint32Array(0);
  const runs = new Set<number>();
  for (let at = 0; at <= Math.max(0, words.length - SHINGLE_WORDS); at++) runs.add(hashText(words.slice(at, at + SHINGLE_WORDS).join(" ")));
  return Uint32Array.from(runs).sort();
}

/** Indices whose signatures agree in a whole band; a text without words is in none. */
function* buckets(shingles: readonly Uint32Array[]): Generator<readonly number[]> {
  const signatures = shingles.map(signatureOf);
  for (let band = 0; band < BANDS; band++) {
    const members = new Map<number, number[]>();
    for (const [index, signature] of signatures.entries()) {
      if (signature === undefined) continue;
      const key = signature.subarray(band * BAND_ROWS, (band + 1) * BAND_ROWS).reduce((hash, part) => mix(hash ^ part), band);
      const bucket = members.get(key);
      if (bucket === undefined) members.set(key, [index]);
      else bucket.push(index);
    }
    for (const bucket of members.values()) if (bucket.length > 1) yield bucket;
  }
}

/** The smallest hash under each of 64 permutations. */
function signatureOf(runs: Uint32Array): Uint32Array | undefined {
  if (runs.length === 0) return undefined;
  const signature = new Uint32Array(BANDS * BAND_ROWS).fill(0xffff_ffff);
  for (const run of runs) {
    for (let permutation = 0; permutation < signature.length; permutation++) {
      const hash = mix(run ^ Math.imul(permutation + 1, 0x9e3779b1));
      if (hash < signature[permutation]!) signature[permutation] = hash;
    }
  }
  return signature;
}

/** |a ∩ b| / |a ∪ b| of two ascending lists. */
function similarity(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const order = a[i]! - b[j]!;
    if (order === 0) shared += 1;
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return shared / (a.length + b.length - shared);
}

/** FNV-1a over UTF-16 units, 32 bits (Fowler, Noll, Vo). */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** The finalizer of MurmurHash3, 32 bits. */
function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
