import type { Shares } from "./fill.ts";
import { permuteAsNumpy } from "./pcg64.ts";

/**
 * Rows of train, validation and test as two calls of Python's `train_test_split` give them: first test from all rows, then validation from what is
 * left, both with the seed. Source: datasets 5, `Dataset.train_test_split` (a share of n rows is rounded up).
 */
export function splitAsDatasets(count: number, [train, validation, test]: Shares, seed: number): readonly [Uint32Array, Uint32Array, Uint32Array] {
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  const [rest, tested] = splitOff(all, test, seed);
  const [trained, validated] = splitOff(rest, validation === 0 ? 0 : validation / (train + validation), seed);
  return [trained, validated, tested];
}

/** What stays and what is split off. */
function splitOff(rows: Uint32Array, share: number, seed: number): readonly [Uint32Array, Uint32Array] {
  if (share === 0) return [rows, new Uint32Array(0)];
  const order = permuteAsNumpy(seed, rows.length).map((index) => rows[index]!);
  const cut = Math.ceil(share * rows.length);
  return [order.subarray(cut), order.subarray(0, cut)];
}
