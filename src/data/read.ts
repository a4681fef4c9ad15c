import { extname } from "node:path";
import { exists, fileMissing, isFile, sha256File } from "../files/index.ts";
import type { DatasetSource } from "../records/index.ts";
import { columnsUnknown, fileEmpty, fileInvalid, fileKindUnknown } from "./errors.ts";
import { createFaults, type Faults } from "./faults.ts";
import { COLUMN_SETS, mapRecord } from "./fields.ts";
import { readDelimited } from "./read-delimited.ts";
import { readJsonLines, readJsonList, type SourceRecord } from "./read-json.ts";
import type { Row } from "./row.ts";

/** A row with its number in the source, counted from 1. */
export interface SourceRow {
  readonly number: number;
  readonly row: Row;
  /** Read from a column `text` alone: there is no instruction, and none is missing. */
  readonly plainText: boolean;
}

export interface ReadRows {
  readonly rows: readonly SourceRow[];
  readonly source: DatasetSource;
}

/** What a file name ends with, and how such a file is read. */
const READERS: Readonly<Record<string, (path: string, faults: Faults) => AsyncIterable<SourceRecord> | Iterable<SourceRecord>>> = {
  ".json": readJsonList,
  ".jsonl": readJsonLines,
  ".ndjson": readJsonLines,
  ".csv": (path, faults) => readDelimited(path, faults),
  ".tsv": (path, faults) => readDelimited(path, faults, "\t"),
};

/**
 * Reads a JSON, JSON Lines, CSV or TSV file into rows; a row without an id is called `row-<number>`. All faults are reported together.
 * @throws `files.missing`, `data.file_kind_unknown`, `data.file_empty`, `data.columns_unknown`, `data.file_invalid`
 */
export async function readRows(path: string): Promise<ReadRows> {
  if (!exists(path)) throw fileMissing(path);
  const reader = READERS[extname(path).toLowerCase()];
  if (reader === undefined || !isFile(path)) throw fileKindUnknown(path, Object.keys(READERS));
  const faults = createFaults();
  const rows: SourceRow[] = [];
  const columns = new Set<string>();
  const ids = new Map<string, number>();
  let unknown: readonly string[] | undefined;
  for await (const { place, value } of reader(path, faults)) {
    const mapped = mapRecord(value);
    if (mapped.kind === "fault") faults.add(place, mapped.fault);
    else if (mapped.kind === "unknown_columns") {
      unknown ??= mapped.found;
      const found = mapped.found.join(", ") || "none";
      faults.add(place, mapped.missing.length > 0 ? `${mapped.missing.join(", ")} is missing, its columns are ${found}` : `its columns are ${found}, which is none of the accepted sets`);
    } else {
      const id = mapped.fields.id ?? `row-${place.row}`;
      const taken = ids.get(id);
      if (taken !== undefined) faults.add(place, `its id ${id} is that of row ${taken} as well`);
      else {
        ids.set(id, place.row);
        columns.add(mapped.columns);
        rows.push({ number: place.row, row: { ...mapped.fields, id }, plainText: mapped.columns === "text" });
      }
    }
  }
  if (unknown !== undefined && rows.length === 0) throw columnsUnknown(path, unknown, COLUMN_SETS);
  if (faults.total > 0) throw fileInvalid(path, faults);
  if (rows.length === 0) throw fileEmpty(path);
  return { rows, source: { kind: "file", path, digest: sha256File(path), rows: rows.length, columns: [...columns].sort() } };
}
