import type { HistoryEntry, RunRecord } from "../../../records/index.ts";
import type { MetricPoint } from "../../../runs/index.ts";
import { defineCommand } from "../../command.ts";
import { formatNumber } from "../../format.ts";
import { required, text } from "../../options.ts";
import type { Print } from "../../print.ts";
import { runOptions } from "./options.ts";
import { placesOf, showIndexing } from "./places.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith runs show` */
export const runsShow = defineCommand({
  name: "runs show",
  summary: "Show one run: status, data, configuration, metrics, loss curve",
  arguments: { run: required(text("run", "version, id, name (or how one begins) or path")) },
  options: runOptions,
  examples: ["runs show v1.0", "runs show outputs/tickets-base-model_training_20260101_120000 --json"],
  async run({ options, arguments: { run: wanted }, print }) {
    const runs = await import("../../../runs/index.ts");
    const { run, entry } = await runs.findRun(await fromLegacyPath(wanted, print), await placesOf(options), { onProgress: showIndexing(print) });
    if (run === undefined) {
      showEntry(entry!, print, visibleText);
      return { run: null, experiment: entry, curves: {} };
    }
    const curves = runs.readCurves(run.directory, CURVE_POINTS);
    showRecord(run.record, run.directory, print, visibleText);
    await showCurve(curves.get("loss") ?? [], print);
    return { run: { directory: run.directory, ...run.record }, experiment: entry ?? null, curves: Object.fromEntries(curves) };
  },
});

/** Of each curve; `runs metrics` gives all of them. */
const CURVE_POINTS = 1000;

type Visible = (text: string) => string;

function showRecord(record: RunRecord, directory: string, print: Print, visible: Visible): void {
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
    ["parent", record.parent],
    ["archived", record.archived_at],
    ["tags", record.tags.join(", ")],
    ["notes", record.notes],
  ];
  print.line(print.paint.bold(visible(record.name)));
  for (const [name, value] of facts) if (value !== null && value !== undefined && value !== "") print.line(`  ${name.padEnd(11)} ${value.split("\n").map(visible).join(`\n${" ".repeat(14)}`)}`);
  showPairs("Config", Object.entries(record.config).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]), print, visible);
  showPairs("Metrics", Object.entries(record.metrics).map(([name, value]) => [name, formatNumber(value)]), print, visible);
  showPairs("Files", Object.entries(record.artifacts), print, visible);
}

function showEntry(entry: HistoryEntry, print: Print, visible: Visible): void {
  print.line(print.paint.bold(visible(`${entry.version ?? "(no version)"} - ${entry.timestamp}`)));
  print.line("  Its run directory is not here; this is its line in the history.");
  for (const part of ["config", "metrics", "metadata"] as const) {
    showPairs(part, Object.entries(entry[part]).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]), print, visible);
  }
}

function showPairs(title: string, pairs: readonly (readonly [string, string])[], print: Print, visible: Visible): void {
  const told = pairs.filter(([, value]) => value !== "");
  if (told.length === 0) return;
  print.line(`\n${title}`);
  const width = Math.max(...told.map(([name]) => name.length));
  for (const [name, value] of told) print.line(`  ${visible(name).padEnd(width)}  ${visible(value)}`);
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
