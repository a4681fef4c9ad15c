// CSV and TSV, a piece of the file at a time. Source: RFC 4180; cells by papaparse.
import Papa from "papaparse";
import { streamText } from "../../files/index.ts";
import type { Faults } from "./faults.ts";
import type { OnRead, SourceRecord } from "./record.ts";

/** In order of preference. */
const SEPARATORS = [",", ";", "\t", "|"];
const CHUNK_CHARACTERS = 1 << 20;
/** A table has fewer. */
const MOST_COLUMNS = 2000;
/** A row longer than this has a quote that nobody closed. */
const MOST_ROW_CHARACTERS = 64 << 20;

/** Streams the rows of a CSV or TSV file with a header line. Row numbers do not count the header, line numbers do; a quoted cell may hold newlines. */
export async function* readDelimited(path: string, faults: Faults, separator?: "\t", onRead?: OnRead): AsyncGenerator<SourceRecord> {
  let header: readonly string[] | undefined;
  let row = 0;
  for await (const { cells, line, fault } of rowsOf(streamText(path, onRead), separator)) {
    if (cells.length === 1 && cells[0]!.trim() === "") continue;
    if (header === undefined) {
      header = cells.map((name) => name.trim());
      const fault = headerFault(header);
      if (fault === undefined) continue;
      faults.add({ line }, fault);
      return;
    }
    const place = { row: (row += 1), line };
    if (fault !== undefined) faults.add(place, fault);
    else if (cells.length !== header.length) faults.add(place, `it has ${cells.length} cells, the header has ${header.length}`);
    else yield { place, value: Object.fromEntries(header.map((name, index) => [name, cells[index]])) };
  }
}

/** Columns are told apart without case. Those without a name are not read. */
function headerFault(header: readonly string[]): string | undefined {
  if (header.length > MOST_COLUMNS) return `its header has ${header.length} columns, at most ${MOST_COLUMNS} are read`;
  const names = header.map((name) => name.toLowerCase()).filter((name) => name !== "");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `its header has the column ${twice} twice`;
}

interface DelimitedRow {
  readonly cells: readonly string[];
  /** Its first line, from 1. */
  readonly line: number;
  readonly fault?: string;
}

async function* rowsOf(pieces: AsyncIterable<string>, separator: string | undefined): AsyncGenerator<DelimitedRow> {
  let [line, text, wanted] = [1, "", CHUNK_CHARACTERS];
  let format: { readonly delimiter: string; readonly newline: string } | undefined;
  function* parse(isEnd: boolean): Generator<DelimitedRow> {
    format ??= { delimiter: separator ?? guessSeparator(text), newline: guessNewline(text) };
    const { rows, used } = parsePiece(text, format, isEnd);
    for (const { cells, from, to, fault = mixedFault(cells, text, from, to) } of rows) {
      yield { cells, line, ...(fault !== undefined && { fault }) };
      line += countNewlines(text, from, to);
    }
    text = text.slice(used);
    // A row that is longer than a piece is read on in pieces that grow, so that a long one is not begun again and again.
    wanted = used > 0 ? text.length + CHUNK_CHARACTERS : Math.min(2 * wanted, MOST_ROW_CHARACTERS + 1);
  }
  for await (const piece of pieces) {
    text += piece;
    if (text.length < wanted) continue;
    yield* parse(false);
    if (text.length <= MOST_ROW_CHARACTERS) continue;
    yield { cells: ["", ""], line, fault: `it is longer than ${MOST_ROW_CHARACTERS} characters: perhaps a quote is not closed` };
    return;
  }
  if (text !== "") yield* parse(true);
}

/** Lines that end in two ways would be one row: a line end within a cell stands between quotes. */
function mixedFault(cells: readonly string[], text: string, from: number, to: number): string | undefined {
  return cells.some((cell) => cell.includes("\n")) && !text.slice(from, to).includes('"') ? "a line in it ends otherwise than the first line of the file: end all in the same way" : undefined;
}

interface Piece {
  readonly rows: readonly { readonly cells: readonly string[]; readonly from: number; readonly to: number; readonly fault?: string }[];
  /** Characters of whole rows. */
  readonly used: number;
}

/** The whole rows of a piece of text; the last one counts only where the file ends with it. */
function parsePiece(text: string, format: { readonly delimiter: string; readonly newline: string }, isEnd: boolean): Piece {
  const rows: Piece["rows"][number][] = [];
  let used = 0;
  const step = ({ data, errors, meta }: Papa.ParseStepResult<string[] | string[][]>): void => {
    const cells = (Array.isArray(data[0]) ? data[0] : data) as readonly string[];
    const fault = errors.find(({ type }) => type === "Quotes")?.message;
    rows.push({ cells, from: used, to: meta.cursor, ...(fault !== undefined && { fault }) });
    used = meta.cursor;
  };
  new Papa.Parser({ ...format, step } as Papa.ParseConfig).parse(text, 0, !isEnd);
  return { rows, used };
}

/** The separator the header line has most of; the cells below it may hold any text. */
function guessSeparator(text: string): string {
  const header = text.trimStart().split(/[\r\n]/, 1)[0]!;
  const count = (separator: string): number => header.split(separator).length;
  return SEPARATORS.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

/** What ends the first line that ends outside quotes. */
function guessNewline(text: string): string {
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    else if (!quoted && char === "\n") return "\n";
    else if (!quoted && char === "\r") return text[at + 1] === "\n" ? "\r\n" : "\r";
  }
  return "\n";
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) count += 1;
  }
  return count;
}
