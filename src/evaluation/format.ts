// Evaluations and comparisons as plain text: fixed-width tables a person reads in a terminal, a mail or a file.
import { countOf } from "../plural.ts";
import type { EvaluationComparison, EvaluationRecord, EvaluationTask, GenerationSettings, Prediction } from "../records/index.ts";
import type { Evaluation } from "./evaluate.ts";

/** evaluation_report.txt: what was measured on what, the metrics with intervals, and the first few answers. Ends with a newline. */
export function formatEvaluation({ record, predictions }: Evaluation, exampleCount = 5): string {
  return [
    `Evaluation of ${record.model.name}`,
    "",
    ...describeConditions(record),
    "",
    ...formatTable([
      ["metric", "value", `${Math.round(100 * record.bootstrap.confidence)} % interval`, "n", "unit"],
      ...Object.entries(record.metrics).map(([name, metric]) => [
        name,
        formatNumber(metric.value),
        `${formatNumber(metric.low)} to ${formatNumber(metric.high)}`,
        String(metric.n),
        metric.unit,
      ]),
    ]),
    "",
    ...describeClasses(record),
    "How they were computed",
    ...[...new Set(Object.values(record.metrics).map((metric) => metric.signature))].map((signature) => `  ${signature}`),
    ...predictions.slice(0, exampleCount).flatMap((row) => ["", ...formatExample(row)]),
    "",
  ].join("\n");
}

/** The before/after table, with the verdict of each metric and the notes. `sides` head the two columns. No final newline. */
export function formatComparison(comparison: EvaluationComparison, sides: readonly [string, string] = ["base", "tuned"]): string {
  return [
    ...formatTable([
      ["metric", ...sides, "difference", "95 % interval", "n", "verdict"],
      ...comparison.rows.map((row) => [
        row.metric,
        formatNumber(row.base),
        formatNumber(row.tuned),
        signed(row.difference.value),
        `${signed(row.difference.low)} to ${signed(row.difference.high)}`,
        String(row.n),
        row.verdict,
      ]),
    ]),
    ...comparison.notes.map((note) => `note: ${note}`),
  ].join("\n");
}

function describeConditions(record: EvaluationRecord): readonly string[] {
  const { model, dataset, generation, counts } = record;
  return formatTable([
    ["model", model.adapter === null ? `${model.path} (sha256 ${model.digest.slice(0, 12)})` : model.path],
    ...(model.adapter === null ? [] : [["adapter", `${model.adapter.path} (sha256 of its weights ${model.digest.slice(0, 12)})`]]),
    ["dataset", `${dataset.path}, split ${dataset.split} (digest ${dataset.digest.slice(0, 12)})`],
    ["rows", `${dataset.rows}${dataset.limit === null ? "" : `, the first ${dataset.limit} at most`}; ${counts.cut_prompts} with a cut prompt`],
    ["task", describeKinds(record.task)],
    ["prompt format", record.prompt_format],
    ["answers", generation === null ? "not generated" : `${describeGeneration(generation)}; ${counts.truncated_answers} reached the limit`],
    ["scored tokens", String(counts.scored_tokens)],
    ...(record.speed === undefined ? [] : [["speed", describeSpeed(record.speed)]]),
    ["measured", `${record.started_at} to ${record.ended_at}, engine ${record.engine_release}, tunesmith ${record.package_version}`],
  ]);
}

/** `entities`, or of several kinds how many rows are of each. */
export function describeKinds({ kind, rows = {} }: EvaluationTask): string {
  return kind === "mixed" ? Object.entries(rows).map(([name, count]) => `${name} of ${countOf(count, "row")}`).join(", ") : kind;
}

/** `greedy, at most 256 tokens`, and what else was asked for. */
export function describeGeneration({ temperature, seed, max_new_tokens, stop, json_schema, json_schema_rows }: GenerationSettings): string {
  return [
    temperature === undefined ? "greedy" : `drawn at temperature ${temperature} from seed ${seed}`,
    `at most ${countOf(max_new_tokens, "token")}`,
    ...(stop === undefined ? [] : [`ended by ${stop.map((text) => JSON.stringify(text)).join(" or ")}`]),
    ...(json_schema === undefined ? [] : [json_schema_rows === undefined ? "held to a JSON schema" : `${countOf(json_schema_rows, "row")} held to a JSON schema`]),
  ].join(", ");
}

/** `prompts 812.3 tokens/s, answers 40.1 tokens/s, one at a time on 2 threads` */
export function describeSpeed({ prompt_tokens_per_second: prompt, generate_tokens_per_second: answer, threads }: NonNullable<EvaluationRecord["speed"]>): string {
  return `prompts ${prompt.toFixed(1)} tokens/s, answers ${answer === null ? "all ended at once" : `${answer.toFixed(1)} tokens/s`}, one at a time on ${countOf(threads, "thread")}`;
}

/** How many gold items stand behind each class, and how entities went wrong. */
function describeClasses({ task: { kind, support, errors, dropped = {} } }: EvaluationRecord): readonly string[] {
  if (kind === "text") return [];
  const rows = (counts: Readonly<Record<string, number>>) => Object.entries(counts).map(([name, count]) => [name || "(no type)", String(count)]);
  const counted = (title: string, counts: Readonly<Record<string, number>>) => (Object.keys(counts).length === 0 ? [] : [...formatTable([[title, "count"], ...rows(counts)]), ""]);
  return [...formatTable([[kind === "mixed" ? "class" : kind, "gold"], ...rows(support)]), "", ...counted("wrong entities", errors), ...counted("left out by filters", dropped)];
}

function formatExample(row: Prediction): readonly string[] {
  return formatTable([
    [`row ${row.id}`, ""],
    ["prompt", shorten(row.input)],
    ["gold", shorten(row.reference)],
    ["answer", row.prediction === null ? "(not generated)" : shorten(row.prediction)],
  ]);
}

/** Columns padded to their widest cell, two spaces between, nothing trailing. */
function formatTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>((most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, cell.length)), []);
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd());
}

/** Four decimals, or six digits from 1000 on. */
export function formatNumber(value: number): string {
  return Math.abs(value) >= 1000 ? value.toPrecision(6) : value.toFixed(4);
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${formatNumber(value)}`;
}

function shorten(text: string): string {
  const line = text.replaceAll("\n", "\\n");
  return line.length <= 160 ? line : `${line.slice(0, 80)} … ${line.slice(-77)}`;
}
