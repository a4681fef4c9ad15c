import type { LoadedDataset, SplitName } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount, formatCount } from "../../format.ts";
import { required, text } from "../../options.ts";
import type { Print } from "../../print.ts";

/** `tunesmith data stats` */
export const dataStats = defineCommand({
  name: "data stats",
  summary: "Show what a dataset holds, where it came from and what was done to it",
  options: { datasetPath: required(text("dir", "a prepared dataset, or one saved by Python's datasets")) },
  examples: ["data stats --dataset-path data/processed/healthcare_dataset", "data stats --dataset-path data/processed/healthcare_dataset --json"],
  async run({ options, print }) {
    const { loadDataset, SPLIT_NAMES } = await import("../../../data/index.ts");
    const dataset = loadDataset(options.datasetPath);
    const tasks = countTasks(dataset, SPLIT_NAMES);
    show(dataset, tasks, print);
    return { path: options.datasetPath, dataset: dataset.record, tasks };
  },
});

type TaskCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

function show({ record }: LoadedDataset, tasks: TaskCounts, print: Print): void {
  print.line(`${print.paint.bold(record.name)}  digest ${record.digest.slice(0, 16)}${record.created_at === null ? "" : `, made ${record.created_at}`}`);
  for (const source of record.sources) print.line(`from ${source.path} (${formatAmount(source.rows, "row")})`);
  print.line();
  const splits = Object.entries(record.splits);
  print.table(
    ["split", "rows", "words", "mean", "shortest", "median", "longest"],
    splits.map(([name, { rows, words }]) => [name, formatCount(rows), formatCount(words.total), words.mean.toFixed(1), words.shortest, words.median, words.longest]),
  );
  const names = Object.keys(tasks);
  if (names.length > 1) {
    print.line();
    print.table(["task", ...splits.map(([name]) => name)], names.map((task) => [task, ...splits.map(([name]) => tasks[task]![name] ?? 0)]));
  }
  print.line();
  print.line(`${(100 * record.statistics.distinct_answer_share).toFixed(1)} % of the answers are different from each other.`);
  for (const [reason, count] of Object.entries(record.dropped)) print.line(`${formatAmount(count, "row")} ${count === 1 ? "was" : "were"} dropped: ${reason.replaceAll("_", " ")}`);
  for (const finding of record.findings) print.line(`${finding.severity}: ${finding.count} ${finding.message}`);
}

function countTasks({ splits }: LoadedDataset, names: readonly SplitName[]): TaskCounts {
  const counts: Record<string, Record<string, number>> = {};
  for (const name of names) {
    for (const { task = "(none)" } of splits[name]) {
      counts[task] ??= {};
      counts[task][name] = (counts[task][name] ?? 0) + 1;
    }
  }
  return counts;
}
