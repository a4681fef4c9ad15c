// Percentile bootstrap over rows: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. The value reported is the
// one of all rows; only the interval comes from the resamples, so that a different seed never changes a metric.
import { createRandom } from "../random.ts";

export interface BootstrapOptions {
  /** Default 1000. */
  readonly resamples?: number;
  /** Default 42. */
  readonly seed?: number;
  /** Share of the resamples inside the interval. Default 0.95. */
  readonly confidence?: number;
}

/** The options as they are recorded. */
export const BOOTSTRAP_DEFAULTS = { resamples: 1000, seed: 42, confidence: 0.95 } as const;

export interface Interval {
  /** The statistic of all rows. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Rows. */
  readonly n: number;
}

/** Two numbers a row, and what is made of their sums. */
export interface RatioSample {
  readonly numerators: readonly number[];
  readonly denominators: readonly number[];
  /** The statistic of the two sums. Default numerator / denominator. */
  readonly combine?: (numerator: number, denominator: number) => number;
}

/** Interval of a mean. @throws RangeError without values */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions = {}): Interval {
  return bootstrapRatio(asRatio(values), options);
}

/** Interval of a ratio of sums: loss is nats over tokens, token accuracy correct over scored tokens. @throws RangeError without rows */
export function bootstrapRatio(sample: RatioSample, options: BootstrapOptions = {}): Interval {
  return bootstrap(sample.numerators.length, (rows) => statistic(sample, rows), options);
}

/** Interval of mean(tuned) − mean(base), resampling the rows they share. @throws RangeError when the lengths differ */
export function bootstrapMeanDifference(base: readonly number[], tuned: readonly number[], options: BootstrapOptions = {}): Interval {
  return bootstrapRatioDifference(asRatio(base), asRatio(tuned), options);
}

/** Interval of tuned − base of two ratios of sums, resampling the rows they share. @throws RangeError when the lengths differ */
export function bootstrapRatioDifference(base: RatioSample, tuned: RatioSample, options: BootstrapOptions = {}): Interval {
  const count = base.numerators.length;
  if (tuned.numerators.length !== count) throw new RangeError(`Paired rows needed: ${count} against ${tuned.numerators.length}`);
  return bootstrap(count, (rows) => statistic(tuned, rows) - statistic(base, rows), options);
}

function asRatio(values: readonly number[]): RatioSample {
  return { numerators: values, denominators: values.map(() => 1) };
}

function statistic({ numerators, denominators, combine }: RatioSample, rows: Iterable<number>): number {
  let above = 0;
  let below = 0;
  for (const row of rows) {
    above += numerators[row]!;
    below += denominators[row]!;
  }
  return combine === undefined ? above / below : combine(above, below);
}

function bootstrap(count: number, of: (rows: Iterable<number>) => number, options: BootstrapOptions): Interval {
  if (count === 0) throw new RangeError("A bootstrap needs at least one row");
  const { resamples, seed, confidence } = { ...BOOTSTRAP_DEFAULTS, ...options };
  const random = createRandom(seed);
  const rows = new Uint32Array(count);
  const values = Float64Array.from({ length: resamples }, () => of(rows.map(() => random.between(0, count - 1)))).sort();
  const tail = (1 - confidence) / 2;
  return { value: of(new Uint32Array(count).map((_zero, row) => row)), low: quantile(values, tail), high: quantile(values, 1 - tail), n: count };
}

/** Linear interpolation between order statistics (numpy's default, Hyndman and Fan type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}
