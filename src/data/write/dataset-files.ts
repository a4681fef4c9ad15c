// All files of a dataset directory but its record. Layout: docs/formats/dataset.md.
import { join } from "node:path";
import { createFile, writeFileAtomic, type Spool } from "../../files/index.ts";
import type { DatasetRecord, DroppedRow } from "../../records/index.ts";
import { createLabelCounter } from "../describe.ts";
import { FIELD_COUNT, FIELDS, locateFields, parseLists } from "../encoded-row.ts";
import { SPLIT_NAMES, type Row, type SplitName } from "../row.ts";
import { after, type Steps } from "../steps.ts";
import { OPTIONAL_COLUMNS, TEXT_COLUMNS, type ColumnName } from "./arrow.ts";
import { writeSplitFiles } from "./split-files.ts";

/** Encoded rows in a spool, and the order in which each split holds them. */
export interface PlannedFiles {
  readonly offsets: Float64Array;
  readonly sizes: Uint32Array;
  /** {@link maskOf} each row. */
  readonly masks: Uint8Array;
  readonly order: readonly [Uint32Array, Uint32Array, Uint32Array];
}

const LISTS = FIELDS.indexOf("lists");

/** Writes the split folders and dataset_dict.json into `directory`. Steps count rows. @returns how often each label is in each split */
export function* writeSplits(directory: string, { offsets, sizes, masks, order }: PlannedFiles, spool: Spool, shardBytes?: number): Steps<DatasetRecord["statistics"]["labels"]> {
  const places = new Int32Array(2 * FIELD_COUNT);
  const decoder = new TextDecoder();
  const labels = createLabelCounter();
  const columns = findColumns({ offsets, sizes, masks, order });
  const read = (row: number, split: SplitName) => {
    const bytes = spool.peek(offsets[row]!, sizes[row]!);
    locateFields(bytes, places);
    const lists = places[2 * LISTS] === -1 ? undefined : parseLists(decoder.decode(bytes.subarray(places[2 * LISTS], places[2 * LISTS + 1])));
    if (lists?.labels !== undefined) labels.add(split, lists.labels);
    return { bytes, places, lists };
  };
  let written = 0;
  for (const [at, name] of SPLIT_NAMES.entries()) {
    yield* after(written, writeSplitFiles(join(directory, name), name, { rows: order[at]!, sizeOf: (row) => sizes[row]!, read: (row) => read(row, name) }, columns, shardBytes));
    written += order[at]!.length;
  }
  writeFileAtomic(join(directory, "dataset_dict.json"), `{"splits": [${SPLIT_NAMES.map((name) => `"${name}"`).join(", ")}]}`);
  return labels.counts();
}

/** Writes dropped.jsonl: one line for each source row that is in no split. */
export function writeDroppedRows(directory: string, dropped: Iterable<DroppedRow>): void {
  const file = createFile(join(directory, "dropped.jsonl"));
  try {
    for (const row of dropped) file.write(`${JSON.stringify(row)}\n`);
    file.commit();
  } finally {
    file.abort();
  }
}

/** Bits of a row's mask: which of {@link OPTIONAL_COLUMNS} it fills. */
export function maskOf(row: Row): number {
  return OPTIONAL_COLUMNS.reduce((mask, name, bit) => (row[name] === undefined ? mask : mask | (1 << bit)), 0);
}

/** The columns that any row fills. */
function findColumns({ masks, order }: PlannedFiles): readonly ColumnName[] {
  let filled = 0;
  for (const rows of order) for (const row of rows) filled |= masks[row]!;
  return [...TEXT_COLUMNS.filter((name) => !OPTIONAL_COLUMNS.some((optional) => optional === name)), ...OPTIONAL_COLUMNS.filter((_, bit) => (filled & (1 << bit)) !== 0)];
}
