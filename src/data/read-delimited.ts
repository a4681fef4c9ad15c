import Papa from "papaparse";
import { readText } from "../files/index.ts";
import type { Faults } from "./faults.ts";
import type { SourceRecord } from "./read-json.ts";

/** In order of preference. */
const SEPARATORS = [",", ";", "\t", "|"];

/** Reads a CSV or TSV file with a header line. Row numbers do not count the header, line numbers do; a quoted cell may hold newlines. */
export function readDelimited(path: string, faults: Faults, separator?: "\t"): readonly SourceRecord[] {
  const text = readText(path);
  const records: SourceRecord[] = [];
  let header: readonly string[] | undefined;
  let line = 1;
  let cursor = 0;
  let row = 0;
  Papa.parse<string[]>(text, {
    delimiter: separator ?? guessSeparator(text),
    step({ data: cells, errors, meta }) {
      const place = { row: row + 1, line };
      line += countNewlines(text, cursor, meta.cursor);
      cursor = meta.cursor;
      if (cells.length === 1 && cells[0]!.trim() === "") return;
      if (header === undefined) {
        header = cells.map((name) => name.trim());
        return;
      }
      row += 1;
      const broken = errors.find(({ type }) => type === "Quotes");
      if (broken !== undefined) faults.add(place, broken.message);
      else if (cells.length !== header.length) faults.add(place, `it has ${cells.length} cells, the header has ${header.length}`);
      else records.push({ place, value: Object.fromEntries(header.map((name, index) => [name, cells[index]])) });
    },
  });
  return records;
}

/** The separator the header line has most of; the cells below it may hold any text. */
function guessSeparator(text: string): string {
  const header = text.trimStart().split(/[\r\n]/, 1)[0]!;
  const count = (separator: string): number => header.split(separator).length;
  return SEPARATORS.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

function countNewlines(text: string, from: number, to: number): number {
  return text.slice(from, to).split(/\r\n|\r|\n/).length - 1;
}
