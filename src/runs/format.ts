// The two texts of seed 001: the list of experiments and the comparison of two, to the character.
import type { HistoryEntry } from "../records/index.ts";
import type { VersionComparison } from "./compare.ts";
import { metricValue, versionText } from "./compare.ts";
import type { BrokenLine } from "./metrics.ts";

const RULE = "=".repeat(80);

const CONFIG_LABELS: readonly (readonly [label: string, keys: readonly string[]])[] = [
  ["Training samples", ["train_size"]],
  ["Base model", ["base_model"]],
  ["Epochs", ["num_epochs", "epochs"]],
];

const METRIC_LABELS: readonly (readonly [label: string, key: string])[] = [
  ["F1 (micro)", "f1_micro"],
  ["Accuracy", "accuracy"],
  ["Loss", "loss"],
  ["Perplexity", "perplexity"],
  ["Token accuracy", "token_accuracy"],
  ["Exact match", "exact_match"],
  ["F1", "f1"],
  ["ROUGE-L", "rougeL"],
  ["Training loss", "train_loss"],
  ["Validation loss", "eval_loss"],
];

export interface SummaryOptions {
  /** How many of the newest are shown. Default: all. */
  readonly limit?: number;
  readonly broken?: readonly BrokenLine[];
}

/** The list of experiments, newest first. What an entry does not have is left out. */
export function formatHistorySummary(entries: readonly HistoryEntry[], options: SummaryOptions = {}): string {
  const shown = options.limit === undefined ? entries : entries.slice(Math.max(0, entries.length - options.limit));
  const title = `EXPERIMENT HISTORY (${options.limit === undefined ? "all" : `last ${options.limit}`})`;
  const blocks = [...shown].reverse().map(formatEntry);
  const skipped = (options.broken ?? []).map(({ line, message }) => `Line ${line} was skipped: ${message}`);
  return [[RULE, title, RULE].join("\n"), ...(blocks.length === 0 ? ["No experiments yet."] : blocks), ...(skipped.length === 0 ? [] : [skipped.join("\n")])].join("\n\n");
}

/** The comparison of two versions. Interval and warnings follow the seed's lines only where there are any. */
export function formatComparison(comparison: VersionComparison): string {
  const { first, second, metric, difference, percentChange, improvement, interval, warnings } = comparison;
  const percent = percentChange === null ? "n/a" : `${signed(percentChange, 2)}%`;
  return [
    `Comparing ${first.version} vs ${second.version}`,
    RULE,
    "",
    `${first.version}: ${metric} = ${first.value.toFixed(4)}`,
    `${second.version}: ${metric} = ${second.value.toFixed(4)}`,
    "",
    `Difference: ${signed(difference, 4)} (${percent})`,
    ...(interval === undefined ? [] : [`${Math.round(100 * interval.confidence)}% interval: ${signed(interval.low, 4)} to ${signed(interval.high, 4)} (${interval.rows} rows)`]),
    improvement ? "✓ Improvement detected" : "✗ No improvement",
    ...warnings.map((warning) => `Warning: ${warning}`),
  ].join("\n");
}

function formatEntry(entry: HistoryEntry): string {
  const config = CONFIG_LABELS.flatMap(([label, keys]) => {
    const value = keys.map((key) => entry.config[key]).find((found) => found !== undefined && found !== null);
    return value === undefined ? [] : [`    ${label}: ${String(value)}`];
  });
  const metrics = METRIC_LABELS.flatMap(([label, key]) => {
    const value = metricValue(entry, key);
    return value === undefined ? [] : [`    ${label}: ${value.toFixed(4)}`];
  });
  const labels = Object.entries(entry.metrics.per_label ?? {}).flatMap(([label, scores]) => (typeof scores["f1"] === "number" ? [`    ${label} F1: ${scores["f1"].toFixed(4)}`] : []));
  const status = entry.metadata["status"];
  return [
    `${versionText(entry)} - ${entry.timestamp.slice(0, 19)}${status === undefined || status === "finished" ? "" : ` (${String(status)})`}`,
    ...(config.length === 0 ? [] : ["  Config:", ...config]),
    ...(metrics.length + labels.length === 0 ? [] : ["  Metrics:", ...metrics, ...labels]),
  ].join("\n");
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(digits)}`;
}
