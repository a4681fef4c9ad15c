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
  let runs = new Int32Array(1024);
  return ({ hashes, count }, bands, at) => {
    const runCount = Math.max(1, count - RUN_WORDS + 1);
    if (runCount > runs.length) runs = new Int32Array(2 * runCount);
    for (let run = 0; run < runCount; run++) runs[run] = hashRun(hashes, count, run);
    for (let band = 0; band < BANDS; band++) bands[at + band] = signBand(runs, runCount, band);
  };
}

/** The four smallest hashes stay in registers while all runs pass by. */
function signBand(runs: Int32Array, runCount: number, band: number): number {
  const first = band * BAND_HASHES;
  const [factor0, factor1, factor2, factor3] = [FACTORS[first]!, FACTORS[first + 1]!, FACTORS[first + 2]!, FACTORS[first + 3]!];
  const [summand0, summand1, summand2, summand3] = [SUMMANDS[first]!, SUMMANDS[first + 1]!, SUMMANDS[first + 2]!, SUMMANDS[first + 3]!];
  let [least0, least1, least2, least3] = [0x7fff_ffff, 0x7fff_ffff, 0x7fff_ffff, 0x7fff_ffff];
  for (let run = 0; run < runCount; run++) {
    const hash = runs[run]!;
    const hash0 = (Math.imul(hash, factor0) + summand0) | 0;
    const hash1 = (Math.imul(hash, factor1) + summand1) | 0;
    const hash2 = (Math.imul(hash, factor2) + summand2) | 0;
    const hash3 = (Math.imul(hash, factor3) + summand3) | 0;
    if (hash0 < least0) least0 = hash0;
    if (hash1 < least1) least1 = hash1;
    if (hash2 < least2) least2 = hash2;
    if (hash3 < least3) least3 = hash3;
  }
  return mixBits(mixBits(mixBits(mixBits(band ^ least0) ^ least1) ^ least2) ^ least3);
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
