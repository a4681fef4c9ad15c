import type { HistoryEntry } from "../../../records/index.ts";
import type { MetricDifference, RunRow } from "../../../runs/index.ts";
import { defineCommand } from "../../command.ts";
import { formatNumber } from "../../format.ts";
import { required, text } from "../../options.ts";
import { pairEvaluations, type NoPair, type PairedEvaluations } from "../../run-evaluations.ts";
import { runOptions } from "./options.ts";
import { placesOf, showIndexing } from "./places.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith runs compare` */
export const runsCompare = defineCommand({
  name: "runs compare",
  summary: "Compare two runs: one metric, then all they share, and what differed",
  arguments: { first: required(text("a", "the run to compare with: version, id, name or path")), second: required(text("b", "the run to judge")) },
  options: { ...runOptions, metric: text("name", "default: the first usual metric that both have") },
  remark: "Where both runs were evaluated on the same split of the same dataset, the interval is a paired bootstrap over its rows.",
  examples: ["runs compare v1.0 v1.1", "runs compare v1.0 v1.1 --metric hamming_loss --json"],
  async run({ options, arguments: { first, second }, print }) {
    const { compareAllMetrics, compareVersions, diffConfigs, findRun, formatComparison, formatConfigDiff, judgeDifference, rowName } = await import("../../../runs/index.ts");
    const places = await placesOf(options);
    const search = { onProgress: showIndexing(print) };
    const rows = [await findRun(await fromLegacyPath(first, print), places, search), await findRun(await fromLegacyPath(second, print), places, search)] as const;
    const paired = await pairRuns(rows);
    const [a, b] = await entriesOf(rows, paired);
    const intervals = "intervals" in paired ? agreeing(paired, a, b) : undefined;
    const comparison = compareVersions(a, b, { metric: options.metric, intervals });
    const all = compareAllMetrics(a, b, intervals);
    // The history says `epochs` a second time, under the name that other tools read.
    const changes = diffConfigs(a.config, b.config).filter(({ path }) => path !== "num_epochs" || a.config["epochs"] === undefined || b.config["epochs"] === undefined);
    const notes = "reason" in paired ? [paired.reason].filter((reason) => reason !== undefined) : paired.notes;

    print.line(formatComparison(comparison));
    if (all.length > 1) {
      print.line("\nAll shared metrics");
      const header = ["metric", visibleText(rowName(rows[0])), visibleText(rowName(rows[1])), "difference", "%", ...(intervals === undefined ? [] : ["95 % interval"]), ""];
      print.table(header, all.map((row) => metricCells({ ...row, metric: visibleText(row.metric) }, intervals !== undefined, judgeDifference(row))));
    }
    for (const note of notes) print.line(`Note: ${visibleText(note)}`);
    print.line(changes.length === 0 ? "\nTheir configurations are the same." : `\nConfiguration, ${visibleText(`${rowName(rows[0])} → ${rowName(rows[1])}`)}\n${formatConfigDiff(changes)}`);
    return {
      metric: comparison.metric,
      direction: comparison.direction,
      version1: comparison.first,
      version2: comparison.second,
      difference: comparison.difference,
      percent_change: comparison.percentChange,
      improvement: comparison.improvement,
      interval: comparison.interval ?? null,
      verdict: judgeDifference(comparison) ?? null,
      warnings: comparison.warnings,
      notes,
      metrics: all.map(({ percentChange, ...row }) => ({ ...row, percent_change: percentChange, verdict: judgeDifference(row) ?? null })),
      config: changes,
    };
  },
});

async function pairRuns([first, second]: readonly [RunRow, RunRow]): Promise<PairedEvaluations | NoPair> {
  return first.run === undefined || second.run === undefined ? { reason: undefined } : pairEvaluations(first.run.directory, second.run.directory);
}

/** What the history and the records say, and where they do not have a score, what the evaluation measured. */
async function entriesOf(rows: readonly [RunRow, RunRow], paired: PairedEvaluations | NoPair): Promise<readonly [HistoryEntry, HistoryEntry]> {
  const { rowEntry } = await import("../../../runs/index.ts");
  const completed = (row: RunRow, measured: Readonly<Record<string, number>>): HistoryEntry => {
    const entry = rowEntry(row);
    return { ...entry, metrics: { ...entry.metrics, overall: { ...measured, ...entry.metrics.overall } } };
  };
  return "intervals" in paired ? [completed(rows[0], paired.first), completed(rows[1], paired.second)] : [rowEntry(rows[0]), rowEntry(rows[1])];
}

/** Only the intervals of scores that are the evaluation's own: a number of the same name from elsewhere has none. */
function agreeing(paired: PairedEvaluations, a: HistoryEntry, b: HistoryEntry): PairedEvaluations["intervals"] {
  const isSame = (entry: HistoryEntry, measured: number | undefined, name: string): boolean => measured !== undefined && Math.abs(Number(entry.metrics.overall?.[name]) - measured) <= 1e-9 * Math.max(1, Math.abs(measured));
  return new Map([...paired.intervals].filter(([name]) => isSame(a, paired.first[name], name) && isSame(b, paired.second[name], name)));
}

function metricCells({ metric, first, second, difference, percentChange, improvement, interval }: MetricDifference, withInterval: boolean, verdict: string | undefined): readonly string[] {
  const signed = (value: number, decimals: number): string => `${value < 0 ? "-" : "+"}${formatNumber(Math.abs(value), decimals)}`;
  const change = difference === 0 ? "same" : improvement ? "better" : "worse";
  return [
    metric,
    formatNumber(first),
    formatNumber(second),
    signed(difference, 4),
    percentChange === null ? "–" : signed(percentChange, 2),
    ...(withInterval ? [interval === undefined ? "–" : `${signed(interval.low, 4)} to ${signed(interval.high, 4)}`] : []),
    verdict === "unclear" ? "unclear" : change,
  ];
}
