// A curve with fewer points that still shows every spike: of each bucket the lowest and the highest value stay, and a gap stays a gap.
import type { SeriesColumns } from "./columns.ts";

/**
 * The rows to keep of `columns[from..to)`, at most `points` of them, in order: the first, the last, and of buckets of equal width along `x`
 * the lowest value, the highest, and where there is one the first gap (NaN).
 * @param x ascending; `columns.steps` or `columns.times` @param points at least 2
 */
export function chooseRows(columns: SeriesColumns, x: Float64Array, from: number, to: number, points: number): readonly number[] {
  const count = to - from;
  if (!Number.isSafeInteger(points) || points < 2) throw new RangeError(`Cannot show a series with ${points} points: at least 2 are needed`);
  if (count <= points) return Array.from({ length: count }, (_zero, index) => from + index);
  const { values } = columns;
  const inner = { from: from + 1, to: to - 1 };
  const perBucket = hasGap(values, inner.from, inner.to) ? 3 : 2;
  const buckets = Math.floor((points - 2) / perBucket);
  const kept = [from];
  if (buckets > 0) {
    const [start, width] = [x[from]!, (x[to - 1]! - x[from]!) / buckets];
    for (let bucket = 0, row = inner.from; bucket < buckets; bucket += 1) {
      const end = bucket === buckets - 1 ? inner.to : rowAfter(x, row, inner.to, start + (bucket + 1) * width);
      keepExtremes(values, row, end, kept);
      row = end;
    }
  }
  kept.push(to - 1);
  return kept;
}

/** Appends the rows of the minimum, the maximum and the first gap of `values[from..to)` in their order, each once. */
function keepExtremes(values: Float64Array, from: number, to: number, kept: number[]): void {
  let [low, high, gap] = [-1, -1, -1];
  for (let row = from; row < to; row += 1) {
    const value = values[row]!;
    if (value !== value) {
      if (gap < 0) gap = row;
    } else {
      if (low < 0 || value < values[low]!) low = row;
      if (high < 0 || value > values[high]!) high = row;
    }
  }
  const rows = [...new Set([low, high, gap])].filter((row) => row >= 0);
  kept.push(...rows.sort((a, b) => a - b));
}

function hasGap(values: Float64Array, from: number, to: number): boolean {
  for (let row = from; row < to; row += 1) if (values[row] !== values[row]) return true;
  return false;
}

/** The first row in [from, to) whose x is at least `bound`; `to` when there is none. `x` ascends. */
export function rowAfter(x: Float64Array, from: number, to: number, bound: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
