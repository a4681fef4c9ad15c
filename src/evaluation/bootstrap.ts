// Intervals of means and ratios of sums over rows. The value reported is the one of all rows.
import { bootstrapInterval } from "../statistics.ts";

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
  const interval = bootstrapInterval(count, of, { ...BOOTSTRAP_DEFAULTS, ...options });
  return { value: of(new Uint32Array(count).map((_zero, row) => row)), ...interval, n: count };
}
