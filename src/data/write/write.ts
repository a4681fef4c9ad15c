// A dataset directory as Python's `DatasetDict.save_to_disk` writes it, with dataset.json beside. Layout: docs/formats/dataset.md.
import { join } from "node:path";
import { sha256, writeFileAtomic, writeJson } from "../../files/index.ts";
import type { DatasetRecord, DroppedRow } from "../../records/index.ts";
import { describeFeatures, encodeArrow, type TextColumns } from "./arrow.ts";
import { SPLIT_NAMES, type Row, type Splits } from "../row.ts";

/** What a dataset directory holds. */
export interface DatasetContents {
  readonly record: DatasetRecord;
  readonly splits: Splits;
  readonly dropped: readonly DroppedRow[];
}

/** Python's `datasets` closes a shard at 500 MB. */
const SHARD_BYTES = 500_000_000;

const COLUMNS = ["id", "instruction", "input", "output"] as const;
const OPTIONAL_COLUMNS = ["system", "task", "group"] as const;
type Column = (typeof COLUMNS | typeof OPTIONAL_COLUMNS)[number];

/** Writes all files of a dataset into `directory`, which the caller makes visible when this returns. */
export function writeDatasetFiles(directory: string, { record, splits, dropped }: DatasetContents, shardBytes = SHARD_BYTES): void {
  const optional = OPTIONAL_COLUMNS.filter((column) => SPLIT_NAMES.some((name) => splits[name].some((row) => row[column] !== undefined)));
  for (const name of SPLIT_NAMES) writeSplit(join(directory, name), name, splits[name], [...COLUMNS, ...optional], shardBytes);
  writeFileAtomic(join(directory, "dataset_dict.json"), `{"splits": [${SPLIT_NAMES.map((name) => `"${name}"`).join(", ")}]}`);
  writeFileAtomic(join(directory, "dropped.jsonl"), dropped.map((row) => `${JSON.stringify(row)}\n`).join(""));
  writeJson(join(directory, "dataset.json"), record);
}

function writeSplit(directory: string, name: string, rows: readonly Row[], columns: readonly Column[], shardBytes: number): void {
  const shards = shardRows(rows, columns, shardBytes);
  const names = shards.map((_, index) => `data-${pad(index)}-of-${pad(shards.length)}.arrow`);
  const digests = shards.map((shard, index) => {
    const bytes = encodeArrow(toColumns(shard, columns));
    writeFileAtomic(join(directory, names[index]!), bytes);
    return sha256(bytes);
  });
  writeJson(join(directory, "dataset_info.json"), { citation: "", description: "", features: describeFeatures(columns), homepage: "", license: "" });
  writeJson(join(directory, "state.json"), {
    _data_files: names.map((filename) => ({ filename })),
    _fingerprint: sha256(digests.join("")).slice(0, 16),
    _format_columns: null,
    _format_kwargs: {},
    _format_type: null,
    _output_all_columns: false,
    _split: name,
  });
}

/** Rows cut into runs of at most `shardBytes` of text; at least one shard, at least one row in each. */
function shardRows(rows: readonly Row[], columns: readonly Column[], shardBytes: number): readonly (readonly Row[])[] {
  const shards: Row[][] = [[]];
  let size = 0;
  for (const row of rows) {
    const bytes = columns.reduce((sum, column) => sum + Buffer.byteLength(row[column] ?? ""), 0);
    if (size + bytes > shardBytes && shards.at(-1)!.length > 0) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)!.push(row);
    size += bytes;
  }
  return shards;
}

function toColumns(rows: readonly Row[], columns: readonly Column[]): TextColumns {
  return Object.fromEntries(columns.map((column) => [column, rows.map((row) => row[column] ?? null)]));
}

function pad(index: number): string {
  return String(index).padStart(5, "0");
}
