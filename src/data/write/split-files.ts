// The files of one split as Python's `Dataset.save_to_disk` writes them: shards of rows, a description of the columns, and a list of the shards.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { createFile, sha256, writeJson } from "../../files/index.ts";
import { after, type Steps } from "../steps.ts";
import { createArrowStream, describeFeatures, type ColumnName, type EncodedRow } from "./arrow.ts";

/** Python's `datasets` closes a shard at 500 MB. */
export const SHARD_BYTES = 500_000_000;

/** Rows written in a step. */
const STEP_ROWS = 1000;

/** The rows of a split in the order in which they are written. */
export interface SplitRows {
  readonly rows: Uint32Array;
  /** Bytes of a row, which decide where a shard ends. */
  sizeOf(row: number): number;
  /** The row: its bytes and places are used again by the next call. */
  read(row: number): EncodedRow;
}

/** Writes the files of a split into `directory`. At least one shard, at least one row in each that is not the only one. Steps count rows. */
export function* writeSplitFiles(directory: string, name: string, split: SplitRows, columns: readonly ColumnName[], shardBytes = SHARD_BYTES): Steps<void> {
  const shards = planShards(split, shardBytes);
  const names = shards.map((_, index) => `data-${pad(index)}-of-${pad(shards.length)}.arrow`);
  const digests: string[] = [];
  let written = 0;
  for (const [index, rows] of shards.entries()) {
    digests.push(yield* after(written, writeShard(join(directory, names[index]!), rows, split, columns)));
    written += rows.length;
  }
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

/** Runs of rows of at most `shardBytes` each. */
function planShards({ rows, sizeOf }: SplitRows, shardBytes: number): readonly Uint32Array[] {
  const shards: Uint32Array[] = [];
  let start = 0;
  let size = 0;
  for (let at = 0; at < rows.length; at++) {
    const bytes = sizeOf(rows[at]!);
    if (size + bytes > shardBytes && at > start) {
      shards.push(rows.subarray(start, at));
      start = at;
      size = 0;
    }
    size += bytes;
  }
  return [...shards, rows.subarray(start)];
}

/** @returns the SHA-256 of the file */
function* writeShard(path: string, rows: Uint32Array, split: SplitRows, columns: readonly ColumnName[]): Steps<string> {
  const stream = createArrowStream(columns);
  const hash = createHash("sha256");
  const file = createFile(path);
  const write = (bytes: Uint8Array | undefined): void => {
    if (bytes === undefined) return;
    hash.update(bytes);
    file.write(bytes);
  };
  try {
    write(stream.head);
    for (const [at, row] of rows.entries()) {
      write(stream.add(split.read(row)));
      if ((at + 1) % STEP_ROWS === 0) yield at + 1;
    }
    const { batch, end } = stream.finish();
    write(batch);
    write(end);
    file.commit();
  } finally {
    file.abort();
  }
  return hash.digest("hex");
}

function pad(index: number): string {
  return String(index).padStart(5, "0");
}

