import { createRandom } from "../random.ts";

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
  const random = createRandom(seed);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < rows; draw += 1) sum += differences[random.between(0, rows - 1)]!;
    return sum / rows;
  }).sort();
  const tail = (1 - confidence) / 2;
  return { difference: mean(differences), low: quantile(means, tail), high: quantile(means, 1 - tail), confidence, resamples, rows };
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [a, b] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return a + (place - below) * (b - a);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
