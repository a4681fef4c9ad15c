// A prepared dataset as the files other tools ask for: one for each split, CSV or JSON Lines.
import { join } from "node:path";
import { createFile, exists, type FileWriter } from "../../files/index.ts";
import type { OpenDataset } from "../load.ts";
import { SPLIT_NAMES, type Row, type SplitName } from "../row.ts";
import { exportImpossible, exportTaken, labelsLeftOut } from "./errors.ts";

export const EXPORT_FORMATS = ["csv", "jsonl"] as const;
export type DatasetExportFormat = (typeof EXPORT_FORMATS)[number];

export interface DatasetExportOptions {
  readonly format: DatasetExportFormat;
  readonly outputDir: string;
  /** The order of the flags that stand for labels in CSV. Default: by name. */
  readonly labelNames?: readonly string[];
}

export interface ExportedDataset {
  readonly files: readonly { readonly split: SplitName; readonly path: string; readonly rows: number }[];
  readonly columns: readonly string[];
  /** What the flags of `labels` stand for, in their order; empty where there are none. */
  readonly labelNames: readonly string[];
}

const PIECE_CHARACTERS = 1 << 18;

const TEXTS = ["instruction", "input", "output", "system", "task", "group"] as const;

/** What stands in the columns of a row. */
type Cells = (row: Row) => readonly string[];

/**
 * Writes `train.csv`, `validation.csv` and `test.csv` (or `.jsonl`) for the splits that have rows, all of them or none. In CSV rows that all have labels
 * are `text` and `labels`, a list of 0 and 1 as Python prints it; others are Alpaca's columns. JSON Lines hold rows as they are.
 * @throws `data.export_taken`, `data.export_impossible`, `data.labels_left_out`, and what reading throws
 */
export function exportDataset(dataset: OpenDataset, { format, outputDir, labelNames }: DatasetExportOptions): ExportedDataset {
  const used = new Set<(typeof TEXTS)[number] | "messages" | "entities">(["instruction", "input", "output"]);
  const found = new Set<string>();
  let isLabelled = true;
  const record = dataset.check((_split, row) => {
    for (const name of [...TEXTS, "messages", "entities"] as const) if (row[name] !== undefined) used.add(name);
    for (const label of row.labels ?? []) found.add(label);
    isLabelled &&= row.labels !== undefined;
  });
  const names = labelNames ?? [...found].sort();
  const strangers = [...found].filter((name) => !names.includes(name));
  if (format === "csv" && isLabelled && strangers.length > 0) throw labelsLeftOut(strangers);
  if (format === "csv" && (used.has("messages") || used.has("entities"))) throw exportImpossible(dataset.path, used.has("messages") ? "conversations" : "entities");
  const extras = TEXTS.filter((name) => used.has(name));
  const columns = isLabelled ? ["text", "labels", ...extras.filter((name) => name === "task" || name === "group")] : extras;
  const cells: Cells = isLabelled ? (row) => columns.map((name) => labelledCell(row, name, names)) : (row) => extras.map((name) => row[name] ?? "");
  const files = SPLIT_NAMES.filter((split) => record.splits[split].rows > 0).map((split) => ({ split, path: join(outputDir, `${split}.${format}`), rows: record.splits[split].rows }));
  const standing = files.find(({ path }) => exists(path));
  if (standing !== undefined) throw exportTaken(standing.path);
  writeAll(files.map(({ split, path }) => ({ path, lines: format === "csv" ? csvLines(columns, dataset.rows(split), cells) : jsonLines(dataset.rows(split)) })));
  return { files, columns: format === "csv" ? columns : [], labelNames: format === "csv" && isLabelled ? names : [] };
}

function labelledCell(row: Row, column: string, names: readonly string[]): string {
  if (column === "text") return row.input === "" ? row.instruction : row.input;
  if (column === "labels") return `[${names.map((name) => (row.labels?.includes(name) === true ? 1 : 0)).join(", ")}]`;
  return row[column as "task" | "group"] ?? "";
}

function* csvLines(columns: readonly string[], rows: Iterable<Row>, cells: Cells): Generator<string> {
  yield columns.join(",");
  for (const row of rows) yield cells(row).map(quote).join(",");
}

/** Source: RFC 4180. */
function quote(cell: string): string {
  return /[",\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function* jsonLines(rows: Iterable<Row>): Generator<string> {
  for (const row of rows) yield JSON.stringify(row);
}

/** Lines joined, so that not every one is a call to the system. */
function* piecesOf(lines: Iterable<string>): Generator<string> {
  let piece = "";
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/** All files appear when the last is complete. */
function writeAll(planned: readonly { readonly path: string; readonly lines: Iterable<string> }[]): void {
  const open: FileWriter[] = [];
  try {
    for (const { path, lines } of planned) {
      const file = createFile(path);
      open.push(file);
      for (const piece of piecesOf(lines)) file.write(piece);
    }
    for (const file of open) file.commit();
  } finally {
    for (const file of open) file.abort();
  }
}
