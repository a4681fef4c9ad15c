// Two versions by one metric: the difference with its sign, what it means in the metric's direction, and why it may mean nothing.
import { isBetter, metricBindingSchema, metricDirection, type HistoryEntry, type MetricDirection } from "../records/index.ts";
import { pairedBootstrap, type BootstrapOptions, type PairedInterval } from "./bootstrap.ts";
import { metricMissing } from "./errors.ts";

export interface CompareOptions extends BootstrapOptions {
  /** Default: `f1_micro`, else the first usual metric that both have. */
  readonly metric?: string;
  /** Scores per row of both versions, same rows in the same order: gives the interval. */
  readonly rowScores?: { readonly first: ArrayLike<number>; readonly second: ArrayLike<number> };
}

export interface VersionComparison {
  readonly metric: string;
  readonly direction: MetricDirection;
  readonly first: { readonly version: string; readonly value: number };
  readonly second: { readonly version: string; readonly value: number };
  /** second − first */
  readonly difference: number;
  /** Of the first value's magnitude, in percent; null when that is 0. */
  readonly percentChange: number | null;
  /** Whether the second is strictly better in the metric's direction. */
  readonly improvement: boolean;
  /** Reasons why the two scores may not be comparable. */
  readonly warnings: readonly string[];
  readonly interval?: PairedInterval;
}

const USUAL_METRICS = ["f1_micro", "f1", "token_f1", "rougeL", "rouge_l", "exact_match", "token_accuracy", "accuracy", "loss", "perplexity", "eval_loss"];

/** Compares two history entries by one metric. @throws `runs.metric_missing` */
export function compareVersions(first: HistoryEntry, second: HistoryEntry, options: CompareOptions = {}): VersionComparison {
  const metric = options.metric ?? sharedMetric(first, second);
  const [a, b] = [requireMetric(first, metric), requireMetric(second, metric)];
  const difference = b - a;
  return {
    metric,
    direction: metricDirection(metric),
    first: { version: versionText(first), value: a },
    second: { version: versionText(second), value: b },
    difference,
    percentChange: a === 0 ? null : (100 * difference) / Math.abs(a),
    improvement: isBetter(metric, b, a),
    warnings: comparabilityWarnings(first, second),
    ...(options.rowScores === undefined ? {} : { interval: pairedBootstrap(options.rowScores.first, options.rowScores.second, options) }),
  };
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
  const shared = metricNames(first).filter((name) => metricValue(second, name) !== undefined);
  const chosen = USUAL_METRICS.find((name) => shared.includes(name)) ?? [...shared].sort()[0];
  if (chosen === undefined) throw metricMissing("a shared metric", versionText(second), metricNames(second));
  return chosen;
}

function requireMetric(entry: HistoryEntry, metric: string): number {
  const value = metricValue(entry, metric);
  if (value === undefined) throw metricMissing(metric, versionText(entry), metricNames(entry));
  return value;
}

/** What the scores were measured on, as far as an entry says it: our binding, else the seed's own fields. */
function measuredOn(entry: HistoryEntry): Readonly<Record<string, unknown>> {
  const binding = metricBindingSchema.safeParse(entry.metadata["measured_on"]);
  const bound = binding.success ? binding.data : undefined;
  return {
    dataset: bound?.dataset_digest ?? entry.metadata["dataset_digest"] ?? entry.metadata["dataset_version"],
    split: bound?.split,
    "number of rows": bound?.rows ?? entry.config["test_size"],
    "evaluation settings": bound?.evaluation_digest,
  };
}

function comparabilityWarnings(first: HistoryEntry, second: HistoryEntry): readonly string[] {
  const [a, b] = [measuredOn(first), measuredOn(second)];
  return Object.keys(a).flatMap((what) => {
    const [left, right] = [a[what] ?? undefined, b[what] ?? undefined];
    if (left === right) return [];
    if (left === undefined || right === undefined) return [`the ${what} of ${versionText(left === undefined ? first : second)} is not known: the scores may not be comparable`];
    return [`the ${what} differs (${short(left)} and ${short(right)}): the scores are not comparable as they stand`];
  });
}

function short(value: unknown): string {
  const text = String(value);
  return /^[0-9a-f]{40,}$/.test(text) ? text.slice(0, 12) : text;
}
