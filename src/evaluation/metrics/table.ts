// Metrics of a whole corpus as columns: every row adds its numbers, and a metric is made of the sums alone. That is what lets a BLEU or a
// macro F1, which are no means of anything, have the same bootstrap interval as a mean.
import { createRandom } from "../../random.ts";
import type { MetricDirection } from "../../records/index.ts";
import { quantile } from "../../statistics.ts";
import { BOOTSTRAP_DEFAULTS, type BootstrapOptions, type Interval } from "../bootstrap.ts";

export interface SummedMetric {
  readonly name: string;
  /** "fraction" is 0 to 1, "percent" 0 to 100. */
  readonly unit: "fraction" | "percent";
  readonly direction: MetricDirection;
  /** How it was computed: numbers with different signatures do not compare. */
  readonly signature: string;
  readonly valueOf: (sums: ArrayLike<number>) => number;
}

export interface MetricTable<Row> {
  /** What one row adds to the sums; as many numbers for every row. */
  readonly columnsOf: (row: Row) => readonly number[];
  readonly metrics: readonly SummedMetric[];
}

/** Every metric of the table over all rows, with its percentile interval; in the order of the table. @throws RangeError without rows */
export function measureTable<Row>(table: MetricTable<Row>, rows: readonly Row[], options: BootstrapOptions = {}): ReadonlyMap<string, Interval> {
  const columns = rows.map(table.columnsOf);
  const resamples = resampleSums(columns, options);
  const sums = sumColumns(columns);
  return new Map(table.metrics.map(({ name, valueOf }) => [name, intervalOf(valueOf(sums), resamples.map(valueOf), rows.length, options)]));
}

/** tuned − base for every metric, resampling the rows they share. @throws RangeError without rows, or when the rows do not pair */
export function compareTable<Row>(table: MetricTable<Row>, base: readonly Row[], tuned: readonly Row[], options: BootstrapOptions = {}): ReadonlyMap<string, Interval> {
  if (base.length !== tuned.length) throw new RangeError(`Paired rows needed: ${base.length} against ${tuned.length}`);
  const [before, after] = [base.map(table.columnsOf), tuned.map(table.columnsOf)];
  // One seed draws the same rows on both sides.
  const [resamplesBefore, resamplesAfter] = [resampleSums(before, options), resampleSums(after, options)];
  const [sumsBefore, sumsAfter] = [sumColumns(before), sumColumns(after)];
  return new Map(
    table.metrics.map(({ name, valueOf }) => {
      const differences = resamplesAfter.map((sums, index) => valueOf(sums) - valueOf(resamplesBefore[index]!));
      return [name, intervalOf(valueOf(sumsAfter) - valueOf(sumsBefore), differences, base.length, options)];
    }),
  );
}

/** The sum of each column. */
export function sumColumns(rows: readonly (readonly number[])[]): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let column = 0; column < sums.length; column++) sums[column]! += row[column]!;
  return sums;
}

/** The column sums of as many rows drawn with replacement, again and again. Of each row only what is not 0 is added: most labels are not on most rows. */
function resampleSums(rows: readonly (readonly number[])[], options: BootstrapOptions): readonly Float64Array[] {
  if (rows.length === 0) throw new RangeError("A bootstrap needs at least one row");
  const { resamples, seed } = { ...BOOTSTRAP_DEFAULTS, ...options };
  const random = createRandom(seed);
  const filled = rows.map((row) => Uint32Array.from(row.flatMap((value, column) => (value === 0 ? [] : column))));
  return Array.from({ length: resamples }, () => {
    const sums = new Float64Array(rows[0]!.length);
    for (let draw = 0; draw < rows.length; draw++) {
      const drawn = random.between(0, rows.length - 1);
      for (const column of filled[drawn]!) sums[column]! += rows[drawn]![column]!;
    }
    return sums;
  });
}

function intervalOf(value: number, resampled: readonly number[], n: number, options: BootstrapOptions): Interval {
  const tail = (1 - (options.confidence ?? BOOTSTRAP_DEFAULTS.confidence)) / 2;
  const sorted = Float64Array.from(resampled).sort();
  return { value, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), n };
}
