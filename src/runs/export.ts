// Rows and columns as CSV, Markdown or LaTeX: what a person takes into a spreadsheet, a report or a paper.
import { metricDirection } from "../records/index.ts";
import { membersOf, type Cell } from "./query/columns.ts";
import { RUN_FIELDS } from "./query/fields.ts";
import type { RunRow } from "./query/query-runs.ts";

export type ExportFormat = "csv" | "md" | "latex";

const TIMES: ReadonlySet<string> = new Set(["started", "ended", "archived"]);
/** Not in the default table: long, or the same for all. */
const UNUSUAL: ReadonlySet<string> = new Set(["directory", "scheme", "host", "config_digest", "dataset_digest", "commit", "error", "archived", "parent"]);

/** The columns of the eval table of seed 001, in its order (`evals_results.csv`). */
export const EVALS_COLUMNS: readonly (readonly [title: string, fields: readonly string[]])[] = [
  ["version", ["version"]],
  ["timestamp", ["ended", "started"]],
  ...[
    "base_model", "train_size", "test_size", "full_train_size", "batch_size", "num_epochs", "sample_size", "sampling_strategy", "test_split", "num_iterations",
    "training_type", "n_trials", "search_sample_size", "search_models", "best_hyperparameters",
  ].map((name) => [name, [`config.${name}`]] as const),
  ...["f1_micro", "f1_macro", "f1_samples", "accuracy", "hamming_loss"].map((name) => [name, [`metrics.${name}`]] as const),
  ...["Trigger", "Casualty", "Weapon"].flatMap((label) => ["precision", "recall", "f1", "support"].map((score) => [`${label.toLowerCase()}_${score}`, [`metrics.per_label.${label}.${score}`]] as const)),
  ["model_repo", ["metadata.model_repo"]],
  ["dataset_repo", ["metadata.dataset_repo", "metadata.training_dataset_repo"]],
  ["dataset_version", ["metadata.dataset_version", "config.dataset_version"]],
  ["notes", ["notes", "metadata.notes"]],
];

/** A table of texts and numbers, ready to be written down. */
export interface ExportTable {
  readonly titles: readonly string[];
  /** Undefined where a run has no value. */
  readonly rows: readonly (readonly (Cell | undefined)[])[];
}

/** The columns that at least one of the rows fills: of the run, then its metrics, then its configuration. */
export function defaultColumns(rows: readonly RunRow[]): readonly string[] {
  const names = [...new Set(rows.flatMap(({ fields }) => [...fields.keys()]))];
  const startingWith = (prefix: string) => names.filter((name) => name.startsWith(prefix)).sort();
  return [...RUN_FIELDS.filter((name) => names.includes(name) && !UNUSUAL.has(name)), ...startingWith("metrics."), ...startingWith("config.")];
}

/** One row a run; times as ISO 8601 UTC, lists with `; ` between their members. */
export function exportTable(rows: readonly RunRow[], columns: readonly (readonly [title: string, fields: readonly string[]])[]): ExportTable {
  return {
    titles: columns.map(([title]) => title),
    rows: rows.map(({ fields }) => columns.map(([, names]) => shownCell(names, fields))),
  };
}

/** The change of `metric` against a baseline row, in percent with one decimal, as a further column. */
export function withImprovement(table: ExportTable, rows: readonly RunRow[], metric: string, baseline: RunRow): ExportTable {
  const before = baseline.fields.get(`metrics.${metric}`);
  const change = (row: RunRow): string | undefined => {
    const value = row.fields.get(`metrics.${metric}`);
    if (typeof value !== "number" || typeof before !== "number" || before === 0) return undefined;
    const percent = ((metricDirection(metric) === "falls" ? before - value : value - before) / Math.abs(before)) * 100;
    return `${percent >= 0 ? "+" : ""}${percent.toFixed(1)}%`;
  };
  return { titles: [...table.titles, "Improvement"], rows: table.rows.map((cells, at) => [...cells, change(rows[at]!)]) };
}

function shownCell(names: readonly string[], fields: ReadonlyMap<string, Cell>): Cell | undefined {
  const name = names.find((candidate) => fields.has(candidate));
  const value = name === undefined ? undefined : fields.get(name);
  if (typeof value === "number" && name !== undefined && TIMES.has(name)) return new Date(value).toISOString();
  return typeof value === "string" ? membersOf(value).join("; ") : value;
}

export function formatExport(table: ExportTable, format: ExportFormat): string {
  return format === "csv" ? toCsv(table) : format === "md" ? toMarkdown(table) : toLatex(table);
}

/** RFC 4180, lines ended by LF; numbers in full. A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function toCsv({ titles, rows }: ExportTable): string {
  const cell = (value: Cell | undefined): string => {
    if (value === undefined) return "";
    const text = typeof value === "number" ? String(value) : /^[=+@\t\r]|^-[^\d.]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[titles, ...rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
}

/** Numbers that are not whole with four decimals; columns of numbers to the right. */
function toMarkdown({ titles, rows }: ExportTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const escaped = (text: string): string => text.replaceAll(/[\\|]/g, "\\$&").replaceAll(/\s*\n\s*/g, "<br>");
  const shown = rows.map((row) => row.map((value) => escaped(shortCell(value))));
  const aligned = titles.map((_title, column) => (isNumeric(rows, column) ? "---:" : "---"));
  return `${[line(titles.map(escaped)), line(aligned), ...shown.map(line)].join("\n")}\n`;
}

/** A booktabs table; the caption and label are the writer's. */
function toLatex({ titles, rows }: ExportTable): string {
  const escaped = (text: string): string =>
    text.replaceAll(/[\\&%$#_{}~^]/g, (character) => (character === "\\" ? "\\textbackslash{}" : character === "~" ? "\\textasciitilde{}" : character === "^" ? "\\textasciicircum{}" : `\\${character}`));
  const line = (cells: readonly string[]): string => `${cells.map(escaped).join(" & ")} \\\\`;
  return [
    `\\begin{tabular}{${titles.map((_title, column) => (isNumeric(rows, column) ? "r" : "l")).join("")}}`,
    "\\toprule",
    line(titles),
    "\\midrule",
    ...rows.map((row) => line(row.map(shortCell))),
    "\\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}

function shortCell(value: Cell | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  return Number.isInteger(value) ? String(value) : Math.abs(value) < 0.001 || Math.abs(value) >= 1e6 ? value.toPrecision(4) : value.toFixed(4);
}

function isNumeric(rows: ExportTable["rows"], column: number): boolean {
  return rows.some((row) => row[column] !== undefined) && rows.every((row) => row[column] === undefined || typeof row[column] === "number" || /^[+-][\d.]+%$/.test(row[column]));
}
