// evaluation_report.md: the same as the plain report, for a page that people read, with every digest it is bound to in full.
import type { EvaluationRecord, Prediction } from "../records/index.ts";
import type { Evaluation } from "./evaluate.ts";
import { describeGeneration, describeKinds, describeSpeed, formatNumber } from "./format.ts";

/** `chart` is the name of the picture beside it. Ends with a newline. */
export function formatMarkdown({ record, predictions }: Evaluation, chart: string, exampleCount = 5): string {
  const { task } = record;
  return [
    `# Evaluation of ${inline(record.model.name)}`,
    "",
    ...table([["bound to", ""], ...describeBinding(record)]),
    "",
    `![metrics with their intervals](${chart})`,
    "",
    ...table([
      ["metric", "value", `${Math.round(100 * record.bootstrap.confidence)} % interval`, "rows", "unit"],
      ...Object.entries(record.metrics).map(([name, { value, low, high, n, unit }]) => [inline(name), formatNumber(value), `${formatNumber(low)} to ${formatNumber(high)}`, String(n), unit]),
    ]),
    "",
    ...(task.kind === "text" ? [] : [`## Gold ${task.kind === "mixed" ? "classes" : task.kind}`, "", ...table([[task.kind === "mixed" ? "class" : task.kind, "gold"], ...countRows(task.support)]), ""]),
    ...(Object.keys(task.errors).length === 0 ? [] : ["## Wrong entities", "", ...table([["how", "count"], ...countRows(task.errors)]), ""]),
    ...(task.dropped === undefined ? [] : ["## Left out by filters", "", ...table([["filter", "count"], ...countRows(task.dropped)]), ""]),
    "## How they were computed",
    "",
    ...[...new Set(Object.values(record.metrics).map(({ signature }) => signature))].map((signature) => `- \`${signature}\``),
    "",
    ...(predictions.length === 0 ? [] : ["## The first answers", ""]),
    ...predictions.slice(0, exampleCount).flatMap(describeExample),
  ].join("\n");
}

function describeBinding({ model, dataset, generation, ...record }: EvaluationRecord): readonly (readonly string[])[] {
  return [
    ["model", `${inline(model.path)}, \`${model.digest}\``],
    ...(model.adapter === null ? [] : [["adapter", `${inline(model.adapter.path)}, \`${model.adapter.digest}\``]]),
    ["dataset", `${inline(dataset.path)}, \`${dataset.digest}\``],
    ["split", `${dataset.split}, ${dataset.rows} rows${dataset.limit === null ? "" : ` (the first ${dataset.limit} at most)`}, \`${dataset.rows_digest}\``],
    ["task", inline(describeKinds(record.task))],
    ["prompt format", inline(record.prompt_format)],
    ["answers", generation === null ? "not generated" : inline(describeGeneration(generation))],
    ...(record.speed === undefined ? [] : [["speed", describeSpeed(record.speed)]]),
    ["evaluation", `\`${record.evaluation_digest}\``],
    ["predictions", `\`${record.predictions_digest}\``],
    ["measured", `${record.started_at} to ${record.ended_at}, engine ${record.engine_release}, tunesmith ${record.package_version}`],
  ];
}

function countRows(counts: Readonly<Record<string, number>>): readonly (readonly string[])[] {
  return Object.entries(counts).map(([name, count]) => [inline(name || "(no type)"), String(count)]);
}

function table([header, ...rows]: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header!), line(header!.map(() => "---")), ...rows.map(line)];
}

/** Texts of rows stand in indented code, where nothing is markup. */
function describeExample(row: Prediction): readonly string[] {
  const block = (name: string, text: string) => [`${name}:`, "", ...text.split("\n").map((line) => `    ${line}`), ""];
  return [`### ${inline(row.id)}`, "", ...block("prompt", row.input), ...block("gold", row.reference), ...block("answer", row.prediction ?? "(not generated)")];
}

/** On one line, with what Markdown would take for markup written out. */
function inline(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_{}[\]<>()#|!~]/g, (mark) => `\\${mark}`);
}
