// MinHash (Broder 1997) with banding finds texts that share most of their runs of three words; whether they do is then counted.
import { mixBits, type WordHasher } from "../words.ts";

const RUN_WORDS = 3;

/** Bands of a signature, and hashes in each. */
export const BANDS = 16;
const BAND_HASHES = 4;

/** Jaccard similarity of runs from which two texts are near-duplicates; 16 bands of 4 find such a pair with probability 0.9998. */
export const NEAR_DUPLICATE_SIMILARITY = 0.8;

/** Odd factors and summands of 64 permutations of the 32-bit numbers. */
const FACTORS = Int32Array.from({ length: BANDS * BAND_HASHES }, (_, at) => mixBits(2 * at + 1) | 1);
const SUMMANDS = Int32Array.from({ length: BANDS * BAND_HASHES }, (_, at) => mixBits(Math.imul(at + 1, 0x9e3779b1)));

/** Hash of the run that begins with word `at`; a text of fewer than three words is one run. */
function hashRun(hashes: Int32Array, count: number, at: number): number {
  let hash = count < RUN_WORDS ? count : RUN_WORDS;
  const end = Math.min(count, at + RUN_WORDS);
  for (let place = at; place < end; place++) hash = Math.imul((hash << 7) ^ (hash >>> 25) ^ hashes[place]!, 0x9e3779b1);
  return mixBits(hash);
}

/** Writes the bands of the words in a hasher, each one number made of the smallest hashes under four permutations. */
export function createSigner(): (hasher: WordHasher, bands: Int32Array, at: number) => void {
  const least = new Int32Array(BANDS * BAND_HASHES);
  return ({ hashes, count }, bands, at) => {
    least.fill(0x7fff_ffff);
    for (let run = 0; run <= Math.max(0, count - RUN_WORDS); run++) {
      const hash = hashRun(hashes, count, run);
      for (let permutation = 0; permutation < least.length; permutation++) {
        const permuted = (Math.imul(hash, FACTORS[permutation]!) + SUMMANDS[permutation]!) | 0;
        if (permuted < least[permutation]!) least[permutation] = permuted;
      }
    }
    for (let band = 0; band < BANDS; band++) {
      let hash = band;
      for (let part = 0; part < BAND_HASHES; part++) hash = mixBits(hash ^ least[band * BAND_HASHES + part]!);
      bands[at + band] = hash;
    }
  };
}

/** Hashes of the runs of the words in a hasher, ascending and each once. */
export function distinctRuns({ hashes, count }: WordHasher): Uint32Array {
  if (count === 0) return new Uint32Array(0);
  const runs = new Uint32Array(Math.max(1, count - RUN_WORDS + 1));
  for (let run = 0; run < runs.length; run++) runs[run] = hashRun(hashes, count, run);
  runs.sort();
  let distinct = 1;
  for (let at = 1; at < runs.length; at++) if (runs[at] !== runs[at - 1]) runs[distinct++] = runs[at]!;
  return runs.slice(0, distinct);
}

/** |a ∩ b| / |a ∪ b| of two ascending lists. */
export function similarity(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const order = a[i]! - b[j]!;
    if (order === 0) shared += 1;
    if (order <= 0) i += 1;
    if (order >= 0) j += 1;
  }
  return shared / (a.length + b.length - shared);
}
