// evals_results.csv: read so that nothing in it is lost, and added to so that what stands there stays as it is written. Source: RFC 4180.
import Papa from "papaparse";

export interface EvaluationTable {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** @throws SyntaxError for what is no such table: a torn file, a row of another width, a column twice */
export function parseTable(text: string): EvaluationTable {
  const { data, errors } = Papa.parse<string[]>(text.replace(/^\uFEFF/, ""), { header: false, delimiter: ",", skipEmptyLines: "greedy" });
  const fault = errors.find(({ code }) => code !== "UndetectableDelimiter");
  if (fault !== undefined) throw new SyntaxError(`row ${(fault.row ?? 0) + 1}: ${fault.message}`);
  const [columns, ...rows] = data;
  if (columns === undefined) throw new SyntaxError("it is empty");
  if (!columns.includes("version")) throw new SyntaxError("it has no column version");
  if (new Set(columns).size !== columns.length) throw new SyntaxError("it has a column twice");
  const other = rows.findIndex((row) => row.length !== columns.length);
  if (other !== -1) throw new SyntaxError(`row ${other + 2} has ${rows[other]!.length} cells, the header ${columns.length}`);
  return { columns, rows: rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]!]))) };
}

/**
 * The table with one more row: its lines stay as they are, to the byte, unless the row brings new columns, which then stand at the end.
 * @param text of the table that there is; undefined for a new one
 */
export function appendRow(text: string | undefined, row: ReadonlyMap<string, string>): string {
  if (text === undefined) return `${[[...row.keys()], [...row.values()]].map(formatLine).join("\n")}\n`;
  const { columns, rows } = parseTable(text);
  const fresh = [...row.keys()].filter((name) => !columns.includes(name));
  const all = [...columns, ...fresh];
  const line = formatLine(all.map((name) => row.get(name) ?? ""));
  if (fresh.length > 0) return `${[formatLine(all), ...rows.map((old) => formatLine(all.map((name) => old[name] ?? ""))), line].join("\n")}\n`;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return `${text}${text.endsWith("\n") ? "" : newline}${line}${newline}`;
}

function formatLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\n\r]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",");
}
