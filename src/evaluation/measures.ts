// The metrics a report holds, as data: what each row contributes, and what is made of the sums.
import { metricDirection, type EvaluationTask, type MeasuredMetric, type Prediction } from "../records/index.ts";
import { bootstrapRatio, bootstrapRatioDifference, type BootstrapOptions, type Interval, type RatioSample } from "./bootstrap.ts";
import { BITS_PER_BYTE_SIGNATURE, bitsPerByte } from "./metrics/bits-per-byte.ts";
import { exactMatchSignature, REPORTED_EXACT_MATCH } from "./metrics/exact-match.ts";
import { LOSS_SIGNATURE, meanLoss, perplexity, PERPLEXITY_SIGNATURE } from "./metrics/perplexity.ts";
import { REPORTED_ROUGE, rougeSignature } from "./metrics/rouge.ts";
import { SQUAD_F1_SIGNATURE } from "./metrics/squad.ts";
import { compareTable, measureTable } from "./metrics/table.ts";
import { TOKEN_ACCURACY_SIGNATURE, tokenAccuracy } from "./metrics/token-accuracy.ts";
import { kindOf } from "./task.ts";
import { taskTables, type TableOptions } from "./task-table.ts";

interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly signature: string;
  /** Null: nothing was generated, and the metric is left out. Undefined: it says nothing of such a row, and is of the others. */
  readonly numerator: (row: Prediction) => number | null | undefined;
  readonly denominator: (row: Prediction) => number;
  readonly combine: (numerator: number, denominator: number) => number;
}

const nll = (row: Prediction): number => row.nll;
const scoredTokens = (row: Prediction): number => row.scored_tokens;
/** Overlap of words says little of labels and of lists: it is for text. */
const meanOf = (name: "exact_match" | "f1" | "rouge1" | "rouge2" | "rougeL" | "rougeLsum", signature: string): Measure => ({
  name,
  unit: "fraction",
  signature,
  numerator: (row) => (name === "exact_match" || kindOf(row) === "text" ? row[name] : undefined),
  denominator: () => 1,
  combine: (sum, rows) => sum / rows,
});

const MEASURES: readonly Measure[] = [
  { name: "loss", unit: "nats/token", signature: LOSS_SIGNATURE, numerator: nll, denominator: scoredTokens, combine: meanLoss },
  { name: "perplexity", unit: "perplexity", signature: PERPLEXITY_SIGNATURE, numerator: nll, denominator: scoredTokens, combine: perplexity },
  { name: "bits_per_byte", unit: "bits/byte", signature: BITS_PER_BYTE_SIGNATURE, numerator: nll, denominator: (row) => row.reference_bytes, combine: bitsPerByte },
  { name: "token_accuracy", unit: "fraction", signature: TOKEN_ACCURACY_SIGNATURE, numerator: (row) => row.correct_tokens, denominator: scoredTokens, combine: tokenAccuracy },
  meanOf("exact_match", exactMatchSignature(REPORTED_EXACT_MATCH)),
  meanOf("f1", SQUAD_F1_SIGNATURE),
  ...(["rouge1", "rouge2", "rougeL", "rougeLsum"] as const).map((name) => meanOf(name, rougeSignature(name, REPORTED_ROUGE))),
];

/**
 * Every metric the predictions allow, with its bootstrap interval over the rows that it is of. Those of generated answers are left out when there are none, and so is a
 * perplexity too large for a number: JSON has no infinity, and the loss beside it says the same.
 */
export function measurePredictions(predictions: readonly Prediction[], tables: TableOptions, options: BootstrapOptions = {}): Readonly<Record<string, MeasuredMetric>> {
  const metrics: Record<string, MeasuredMetric> = {};
  for (const measure of MEASURES) {
    const sample = toSample(measure, predictions);
    if (sample === undefined) continue;
    const { name, unit, signature } = measure;
    const interval = bootstrapRatio(sample, options);
    if (!Number.isFinite(interval.high)) continue;
    metrics[name] = { ...interval, unit, direction: metricDirection(name), signature, measured: true };
  }
  for (const { kind, table } of taskTables(predictions, tables)) {
    const intervals = measureTable(table, predictions.filter((row) => kindOf(row) === kind), options);
    for (const { name, unit, direction, signature } of table.metrics) metrics[name] = { ...intervals.get(name)!, unit, direction, signature, measured: true };
  }
  return metrics;
}

/** tuned − base of every metric that both sides have, with its paired interval. @throws RangeError when the rows do not pair */
export function measureDifferences(base: readonly Prediction[], tuned: readonly Prediction[], task: Pick<EvaluationTask, "kind" | "labels">, options: BootstrapOptions = {}): ReadonlyMap<string, Interval> {
  const ratios = MEASURES.flatMap((measure) => {
    const [before, after] = [toSample(measure, base), toSample(measure, tuned)];
    return before === undefined || after === undefined ? [] : [[measure.name, bootstrapRatioDifference(before, after, options)] as const];
  });
  const compared = taskTables([...base, ...tuned], { task }).flatMap(({ kind, table }) => {
    const [before, after] = [base, tuned].map((rows) => rows.filter((row) => kindOf(row) === kind)) as [Prediction[], Prediction[]];
    return [...compareTable(table, before, after, options)];
  });
  return new Map([...ratios, ...compared]);
}

function toSample({ numerator, denominator, combine }: Measure, predictions: readonly Prediction[]): RatioSample | undefined {
  const rows = predictions.filter((row) => numerator(row) !== undefined);
  const numerators = rows.map(numerator).filter((value) => value !== null && value !== undefined);
  return rows.length === 0 || numerators.length < rows.length ? undefined : { numerators, denominators: rows.map(denominator), combine };
}
