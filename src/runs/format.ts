// The two texts of seed 001: the list of experiments and the comparison of two, to the character.
import { visibleText } from "../visible.ts";
import type { HistoryEntry } from "../records/index.ts";
import type { VersionComparison } from "./compare.ts";
import { FEWEST_ROWS, judgeDifference, metricValue, versionText } from "./compare.ts";
import type { BrokenLine } from "./metrics.ts";

const RULE = "=".repeat(80);

const CONFIG_LABELS: readonly (readonly [label: string, keys: readonly string[]])[] = [
  ["Training samples", ["train_size"]],
  ["Base model", ["base_model"]],
  ["Epochs", ["num_epochs", "epochs"]],
];

/** A run that was told its number of steps did not go by epochs. */
function configLabels({ config }: HistoryEntry): typeof CONFIG_LABELS {
  const isCounted = typeof config["max_steps"] === "number" && config["max_steps"] > 0;
  return isCounted ? [...CONFIG_LABELS.filter(([label]) => label !== "Epochs"), ["Steps", ["max_steps"]]] : CONFIG_LABELS;
}

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

const BROKEN_SHOWN = 10;

export interface SummaryOptions {
  /** How many of the newest are shown. Default: all. */
  readonly limit?: number;
  /** What stands in brackets behind the title. Default `last <limit>` or `all`. */
  readonly scope?: string;
  readonly broken?: readonly BrokenLine[];
}

/** The list of experiments, newest first. What an entry does not have is left out. */
export function formatHistorySummary(entries: readonly HistoryEntry[], options: SummaryOptions = {}): string {
  const shown = options.limit === undefined ? entries : entries.slice(Math.max(0, entries.length - options.limit));
  const title = `EXPERIMENT HISTORY (${options.scope ?? (options.limit === undefined ? "all" : `last ${options.limit}`)})`;
  const blocks = [...shown].reverse().map(formatEntry);
  const broken = options.broken ?? [];
  const more = broken.length > BROKEN_SHOWN ? [`… and ${broken.length - BROKEN_SHOWN} more lines`] : [];
  const skipped = [...broken.slice(0, BROKEN_SHOWN).map(({ line, message }) => `Line ${line} was skipped: ${visibleText(message)}`), ...more];
  return [[RULE, title, RULE].join("\n"), ...(blocks.length === 0 ? ["No experiments yet."] : blocks), ...(skipped.length === 0 ? [] : [skipped.join("\n")])].join("\n\n");
}

/** The comparison of two versions. Interval and warnings follow the seed's lines only where there are any. */
export function formatComparison(comparison: VersionComparison): string {
  const { first, second, metric, difference, percentChange, interval, warnings } = comparison;
  const percent = percentChange === null ? "n/a" : `${signed(percentChange, 2)}%`;
  const [a, b] = [visibleText(first.version), visibleText(second.version)];
  return [
    `Comparing ${a} vs ${b}`,
    RULE,
    "",
    `${a}: ${visibleText(metric)} = ${first.value.toFixed(4)}`,
    `${b}: ${visibleText(metric)} = ${second.value.toFixed(4)}`,
    "",
    `Difference: ${signed(difference, 4)} (${percent})`,
    ...(interval === undefined ? [] : [`${Math.round(100 * interval.confidence)}% interval: ${signed(interval.low, 4)} to ${signed(interval.high, 4)} (${interval.rows} rows)`]),
    verdictLine(comparison),
    ...warnings.map((warning) => `Warning: ${visibleText(warning)}`),
  ].join("\n");
}

/** The seed's tick or cross; where an interval holds 0, neither. */
function verdictLine(comparison: VersionComparison): string {
  const verdict = judgeDifference(comparison);
  if (verdict === "unclear") return `○ No clear difference: ${comparison.interval!.rows < FEWEST_ROWS ? `${comparison.interval!.rows} rows are too few to tell` : "the interval includes 0"}`;
  return (verdict === undefined ? comparison.improvement : verdict === "better") ? "✓ Improvement detected" : "✗ No improvement";
}

function formatEntry(entry: HistoryEntry): string {
  const config = configLabels(entry).flatMap(([label, keys]) => {
    const value = keys.map((key) => entry.config[key]).find((found) => found !== undefined && found !== null);
    return value === undefined ? [] : [`    ${label}: ${visibleText(String(value))}`];
  });
  const metrics = METRIC_LABELS.flatMap(([label, key]) => {
    const value = metricValue(entry, key);
    return value === undefined ? [] : [`    ${label}: ${value.toFixed(4)}`];
  });
  const labels = Object.entries(entry.metrics.per_label ?? {}).flatMap(([label, scores]) => (typeof scores["f1"] === "number" ? [`    ${visibleText(label)} F1: ${scores["f1"].toFixed(4)}`] : []));
  const status = entry.metadata["status"];
  return [
    `${visibleText(versionText(entry))} - ${visibleText(entry.timestamp.slice(0, 19))}${status === undefined || status === "finished" ? "" : ` (${visibleText(String(status))})`}`,
    ...(config.length === 0 ? [] : ["  Config:", ...config]),
    ...(metrics.length + labels.length === 0 ? [] : ["  Metrics:", ...metrics, ...labels]),
  ].join("\n");
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(digits)}`;
}
