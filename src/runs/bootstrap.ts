import { bootstrapInterval } from "../statistics.ts";

/** An interval for the mean difference between two scores of the same rows. */
export interface PairedInterval {
  /** Mean of second − first. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Share of the resampled differences between `low` and `high`. */
  readonly confidence: number;
  readonly resamples: number;
  readonly rows: number;
}

export interface BootstrapOptions {
  /** Default 2,000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly confidence?: number;
  /** Default 42. */
  readonly seed?: number;
}

/**
 * Paired percentile bootstrap (Efron 1979; Koehn 2004 for paired system scores): rows are drawn with replacement, both scores of a row together.
 * @param first one score a row @param second the other system's scores, same rows, same order
 * @throws RangeError when there are no rows or the lengths differ
 */
export function pairedBootstrap(first: ArrayLike<number>, second: ArrayLike<number>, options: BootstrapOptions = {}): PairedInterval {
  const { resamples = 2000, confidence = 0.95, seed = 42 } = options;
  const rows = first.length;
  if (rows === 0 || second.length !== rows) throw new RangeError(`Cannot pair scores: ${rows} and ${second.length} rows, equal numbers above 0 are needed`);
  const differences = Float64Array.from({ length: rows }, (_, row) => second[row]! - first[row]!);
  const mean = (drawn: Iterable<number>): number => {
    let sum = 0;
    for (const row of drawn) sum += differences[row]!;
    return sum / rows;
  };
  const interval = bootstrapInterval(rows, mean, { resamples, seed, confidence });
  return { difference: mean(differences.keys()), ...interval, confidence, resamples, rows };
}
