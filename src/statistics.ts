// Percentile bootstrap over rows: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. Only the interval comes from
// the resamples, so that another seed never changes a value.
import { createRandom } from "./random.ts";

export interface BootstrapSettings {
  readonly resamples: number;
  readonly seed: number;
  /** Share of the resamples inside the interval. */
  readonly confidence: number;
}

/** Draws `count` rows with replacement, again and again, and says between which values the statistic of the drawn rows mostly lies. @throws RangeError without rows */
export function bootstrapInterval(count: number, statistic: (rows: Uint32Array) => number, { resamples, seed, confidence }: BootstrapSettings): { readonly low: number; readonly high: number } {
  if (count === 0) throw new RangeError("A bootstrap needs at least one row");
  const random = createRandom(seed);
  const rows = new Uint32Array(count);
  const values = Float64Array.from({ length: resamples }, () => statistic(rows.map(() => random.between(0, count - 1)))).sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}

/** The value below which `share` of the sorted values lie, by linear interpolation between order statistics (numpy's default; type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (place - below) * (high - low);
}
