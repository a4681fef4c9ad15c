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
  const random = mulberry32(seed);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < rows; draw += 1) sum += differences[Math.floor(random() * rows)]!;
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

/** mulberry32, Tommy Ettinger's 32-bit generator: uniform in [0, 1). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
