/** Micro-batches that are sorted together: so many keep lengths close and the order random, as the Trainer of transformers has found. */
const BATCHES_SORTED = 50;

/**
 * An order in which each `batchSize` rows one after the other are of similar length: rows are taken in `order`, sorted by length in runs of 50
 * batches, and the batches shuffled with `uniform` numbers in [0, 1). What does not fill a batch comes last.
 */
export function groupByLength(order: readonly number[], lengths: readonly number[], batchSize: number, uniform: () => number): readonly number[] {
  const run = BATCHES_SORTED * batchSize;
  const full = order.length - (order.length % batchSize);
  const batches: (readonly number[])[] = [];
  for (let from = 0; from < full; from += run) {
    const sorted = order.slice(from, Math.min(from + run, full)).toSorted((a, b) => lengths[b]! - lengths[a]!);
    for (let at = 0; at < sorted.length; at += batchSize) batches.push(sorted.slice(at, at + batchSize));
  }
  for (let last = batches.length - 1; last > 0; last -= 1) {
    const other = Math.floor(uniform() * (last + 1));
    [batches[last], batches[other]] = [batches[other]!, batches[last]!];
  }
  return [...batches.flat(), ...order.slice(full)];
}
