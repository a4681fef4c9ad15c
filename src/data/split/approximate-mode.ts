import type { NumpyRandom } from "./pcg64.ts";

/**
 * How many of `draws` draws without replacement most likely fall on each class, off by one at most: shares are rounded down, and what is left goes
 * to the largest fractions, equal ones in random order. Source: datasets 5, `utils/stratify.py`, which has it from scikit-learn.
 */
export function approximateMode(counts: readonly number[], draws: number, random: NumpyRandom): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => (draws * count) / total);
  const drawn = shares.map(Math.floor);
  const fractions = shares.map((share, index) => share - drawn[index]!);
  let left = draws - drawn.reduce((sum, count) => sum + count, 0);
  for (const fraction of [...new Set(fractions)].sort((a, b) => b - a)) {
    if (left === 0) break;
    const equal = fractions.flatMap((one, index) => (one === fraction ? [index] : []));
    const added = Math.min(equal.length, left);
    for (const index of random.choose(equal.length, added)) drawn[equal[index]!]! += 1;
    left -= added;
  }
  return drawn;
}
