// Two versions by one metric: the difference with its sign, what it means in the metric's direction, and why it may mean nothing.
import { isBetter, metricBindingSchema, metricDirection, type HistoryEntry, type MetricDirection } from "../records/index.ts";
import { pairedBootstrap, type BootstrapOptions, type PairedInterval } from "./bootstrap.ts";
import { metricMissing } from "./errors.ts";

export interface CompareOptions extends BootstrapOptions {
  /** Default: `f1_micro`, else the first usual metric that both have. */
  readonly metric?: string;
  /** Scores per row of both versions, same rows in the same order: gives the interval. */
  readonly rowScores?: { readonly first: ArrayLike<number>; readonly second: ArrayLike<number> };
  /** Intervals by metric, where they were computed elsewhere from scores per row. */
  readonly intervals?: ReadonlyMap<string, PairedInterval>;
}

/** One metric of two versions. */
export interface MetricDifference {
  readonly metric: string;
  readonly direction: MetricDirection;
  readonly first: number;
  readonly second: number;
  /** second − first */
  readonly difference: number;
  /** Of the first value's magnitude, in percent; null when that is 0. */
  readonly percentChange: number | null;
  /** Whether the second is strictly better in the metric's direction. */
  readonly improvement: boolean;
  readonly interval?: PairedInterval;
}

export interface VersionComparison extends Omit<MetricDifference, "first" | "second"> {
  readonly first: { readonly version: string; readonly value: number };
  readonly second: { readonly version: string; readonly value: number };
  /** Reasons why the two scores may not be comparable. */
  readonly warnings: readonly string[];
}

/** What an interval says: clear when all of it lies on one side of 0. */
export type DifferenceVerdict = "better" | "worse" | "unclear";

const USUAL_METRICS = ["f1_micro", "f1", "token_f1", "rougeL", "rouge_l", "exact_match", "token_accuracy", "accuracy", "loss", "perplexity", "eval_loss"];

/** Compares two history entries by one metric. @throws `runs.metric_missing` */
export function compareVersions(first: HistoryEntry, second: HistoryEntry, options: CompareOptions = {}): VersionComparison {
  const metric = options.metric ?? sharedMetric(first, second);
  const interval = options.rowScores === undefined ? options.intervals?.get(metric) : pairedBootstrap(options.rowScores.first, options.rowScores.second, options);
  const compared = compareValues(metric, requireMetric(first, metric), requireMetric(second, metric), interval);
  return {
    ...compared,
    first: { version: versionText(first), value: compared.first },
    second: { version: versionText(second), value: compared.second },
    warnings: comparabilityWarnings(first, second, metric),
  };
}

/** Every metric both have, the usual ones first. */
export function compareAllMetrics(first: HistoryEntry, second: HistoryEntry, intervals?: ReadonlyMap<string, PairedInterval>): readonly MetricDifference[] {
  return sharedMetrics(first, second).map((metric) => compareValues(metric, metricValue(first, metric)!, metricValue(second, metric)!, intervals?.get(metric)));
}

function compareValues(metric: string, first: number, second: number, interval: PairedInterval | undefined): MetricDifference {
  const difference = second - first;
  return {
    metric,
    direction: metricDirection(metric),
    first,
    second,
    difference,
    percentChange: first === 0 ? null : (100 * difference) / Math.abs(first),
    improvement: isBetter(metric, second, first),
    ...(interval === undefined ? {} : { interval }),
  };
}

/** Resamples of fewer rows are too much alike for their interval to mean anything. */
export const FEWEST_ROWS = 10;

/** Without an interval there is only the sign, and no verdict. */
export function judgeDifference({ direction, interval }: Pick<MetricDifference, "direction" | "interval">): DifferenceVerdict | undefined {
  if (interval === undefined) return undefined;
  if (interval.rows < FEWEST_ROWS || (interval.low <= 0 && interval.high >= 0)) return "unclear";
  return interval.low > 0 === (direction === "rises") ? "better" : "worse";
}

/** A score of an entry: in `metrics.overall`, else in `metrics` itself. */
export function metricValue(entry: HistoryEntry, metric: string): number | undefined {
  const value = entry.metrics.overall?.[metric] ?? (entry.metrics as Readonly<Record<string, unknown>>)[metric];
  return typeof value === "number" ? value : undefined;
}

/** The names of an entry's overall scores. */
export function metricNames(entry: HistoryEntry): readonly string[] {
  return [...new Set([...Object.keys(entry.metrics.overall ?? {}), ...Object.keys(entry.metrics)])].filter((name) => metricValue(entry, name) !== undefined);
}

/** How an entry is called: its version, or its run when it has none. */
export function versionText(entry: HistoryEntry): string {
  return entry.version ?? (typeof entry.metadata["run"] === "string" ? entry.metadata["run"] : "(no version)");
}

function sharedMetric(first: HistoryEntry, second: HistoryEntry): string {
  const chosen = sharedMetrics(first, second)[0];
  if (chosen === undefined) throw metricMissing("a shared metric", versionText(second), metricNames(second));
  return chosen;
}

function sharedMetrics(first: HistoryEntry, second: HistoryEntry): readonly string[] {
  const shared = metricNames(first).filter((name) => metricValue(second, name) !== undefined);
  return [...USUAL_METRICS.filter((name) => shared.includes(name)), ...shared.filter((name) => !USUAL_METRICS.includes(name)).sort()];
}

function requireMetric(entry: HistoryEntry, metric: string): number {
  const value = metricValue(entry, metric);
  if (value === undefined) throw metricMissing(metric, versionText(entry), metricNames(entry));
  return value;
}

/** Scores that training itself takes, of its own dataset: what an evaluation was bound to says nothing of them. */
const TRAINING_METRICS: ReadonlySet<string> = new Set(["train_loss", "eval_loss", "eval_token_accuracy"]);

const SETTINGS = "evaluation settings";

/** What a score was measured on, as far as an entry says it: our binding, else the seed's own fields. */
function measuredOn(entry: HistoryEntry, metric: string): Readonly<Record<string, unknown>> {
  const binding = metricBindingSchema.safeParse(entry.metadata["measured_on"]);
  const bound = binding.success && !TRAINING_METRICS.has(metric) ? binding.data : undefined;
  return {
    dataset: bound?.dataset_digest ?? entry.metadata["dataset_digest"] ?? entry.metadata["dataset_version"],
    split: bound?.split,
    "number of rows": bound?.rows ?? entry.config["test_size"],
    [SETTINGS]: bound?.evaluation_digest,
    "prompt format": entry.config["prompt_format"] ?? entry.config["promptFormat"],
  };
}

function comparabilityWarnings(first: HistoryEntry, second: HistoryEntry, metric: string): readonly string[] {
  const [a, b] = [measuredOn(first, metric), measuredOn(second, metric)];
  return Object.keys(a).flatMap((what) => {
    const [left, right] = [a[what] ?? undefined, b[what] ?? undefined];
    if (left === right) return [];
    const isPlural = what === SETTINGS;
    if (left === undefined || right === undefined) return [`the ${what} of ${versionText(left === undefined ? first : second)} ${isPlural ? "are" : "is"} not known: the scores may not be comparable`];
    return [`the ${what} ${isPlural ? "differ" : "differs"} (${short(left)} and ${short(right)}): the scores are not comparable as they stand`];
  });
}

function short(value: unknown): string {
  const text = String(value);
  return /^[0-9a-f]{40,}$/.test(text) ? text.slice(0, 12) : text;
}
