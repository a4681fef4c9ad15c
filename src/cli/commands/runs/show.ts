import { join } from "node:path";
import type { HistoryEntry, RunRecord } from "../../../records/index.ts";
import type { MetricPoint } from "../../../runs/index.ts";
import { defineCommand } from "../../command.ts";
import { runUnknown } from "../../errors.ts";
import { findRun } from "../../find-run.ts";
import { formatNumber } from "../../format.ts";
import { required, text } from "../../options.ts";
import type { Print } from "../../print.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs show` */
export const runsShow = defineCommand({
  name: "runs show",
  summary: "Show one run: status, data, configuration, metrics, loss curve",
  arguments: { run: required(text("run", "version, name, id or directory")) },
  options: runOptions,
  examples: ["runs show v1.0", "runs show outputs/sft-base-model_demo_20260101_120000 --json"],
  async run({ options, arguments: { run: wanted }, print }) {
    const runs = await import("../../../runs/index.ts");
    const { exists } = await import("../../../files/index.ts");
    const tracker = runs.openExperimentTracker(options.historyFile ?? runs.historyPathFor(options.outputDir));
    const isRun = (directory: string) => exists(join(directory, "run.json"));
    const { run, entry } = findRun(wanted, { ...runs, isRun, tracker, outputDir: options.outputDir });
    if (run === undefined && entry === undefined) throw runUnknown(wanted, options.outputDir);
    if (run === undefined) {
      showEntry(entry!, print);
      return { run: null, experiment: entry, curves: {} };
    }
    const curves = runs.metricSeries(runs.readMetrics(run.directory));
    showRecord(run.record, run.directory, print);
    await showCurve(curves.get("loss") ?? [], print);
    return { run: { directory: run.directory, ...run.record }, experiment: entry ?? null, curves: Object.fromEntries(curves) };
  },
});

function showRecord(record: RunRecord, directory: string, print: Print): void {
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ["status", `${record.status}${record.error === null ? "" : `: ${record.error.message.split("\n")[0]}`}`],
    ["version", record.version],
    ["directory", directory],
    ["started", record.started_at],
    ["ended", record.ended_at],
    ["step", String(record.last_step)],
    ["base model", record.base_model?.path],
    ["dataset", record.dataset === null ? null : `${record.dataset.path} (${record.dataset.digest?.slice(0, 16) ?? "no digest"})`],
    ["config", record.config_digest.slice(0, 16)],
    ["commit", record.git === null ? null : `${record.git.commit.slice(0, 12)}${record.git.dirty ? " with changes" : ""}`],
    ["engine", [record.engine.ggml_release, record.engine.backend].filter(Boolean).join(" ")],
    ["tags", record.tags.join(", ")],
    ["notes", record.notes],
  ];
  print.line(print.paint.bold(record.name));
  for (const [name, value] of facts) if (value !== null && value !== undefined && value !== "") print.line(`  ${name.padEnd(11)} ${value}`);
  showPairs("Config", Object.entries(record.config).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]), print);
  showPairs("Metrics", Object.entries(record.metrics).map(([name, value]) => [name, formatNumber(value)]), print);
  showPairs("Files", Object.entries(record.artifacts), print);
}

function showEntry(entry: HistoryEntry, print: Print): void {
  print.line(print.paint.bold(`${entry.version ?? "(no version)"} - ${entry.timestamp}`));
  print.line("  Its run directory is not here; this is its line in the history.");
  for (const part of ["config", "metrics", "metadata"] as const) {
    showPairs(part, Object.entries(entry[part]).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]), print);
  }
}

function showPairs(title: string, pairs: readonly (readonly [string, string])[], print: Print): void {
  const told = pairs.filter(([, value]) => value !== "");
  if (told.length === 0) return;
  print.line(`\n${title}`);
  const width = Math.max(...told.map(([name]) => name.length));
  for (const [name, value] of told) print.line(`  ${name.padEnd(width)}  ${value}`);
}

const CURVE_WIDTH = 60;

async function showCurve(points: readonly MetricPoint[], print: Print): Promise<void> {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  if (finite.length < 2) return;
  const { plot } = await import("asciichart");
  const shown = thin(finite.map(({ value }) => value), CURVE_WIDTH);
  print.line(`\nLoss, steps ${finite[0]!.step} to ${finite.at(-1)!.step}`);
  print.line(plot(shown, { height: 8, format: (value) => value.toFixed(3).padStart(9) }));
}

/** At most `count` values, each the mean of its share. */
function thin(values: readonly number[], count: number): readonly number[] {
  if (values.length <= count) return values;
  return Array.from({ length: count }, (_value, at) => {
    const share = values.slice(Math.floor((at * values.length) / count), Math.floor(((at + 1) * values.length) / count));
    return share.reduce((sum, value) => sum + value, 0) / share.length;
  });
}
