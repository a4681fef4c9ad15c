// Rows in memory written as a dataset directory, as a preparation writes them from its spool.
import { join } from "node:path";
import { encodeRows, FIELD_COUNT, listFields } from "../../src/data/encoded-row.ts";
import { SPLIT_NAMES, type Splits } from "../../src/data/row.ts";
import { runAtOnce } from "../../src/data/steps.ts";
import { maskOf, writeSplits } from "../../src/data/write/dataset-files.ts";
import { openDataset } from "../../src/data/load.ts";
import { createSpool, writeJson } from "../../src/files/index.ts";

/** Writes `splits` into `directory`, with the record that a first reading makes up. */
export function writeSplitsOf(directory: string, splits: Splits, shardBytes?: number): void {
  const rows = SPLIT_NAMES.flatMap((name) => splits[name]);
  const fields: (string | undefined)[] = [];
  for (const row of rows) listFields(row, fields);
  const sizes = new Uint32Array(fields.length / FIELD_COUNT);
  const bytes = encodeRows(fields, sizes);
  let end = 0;
  const offsets = Float64Array.from(sizes, (size) => (end += size) - size);
  let start = 0;
  const order = SPLIT_NAMES.map((name) => {
    const first = start;
    start += splits[name].length;
    return Uint32Array.from({ length: splits[name].length }, (_, row) => first + row);
  }) as [Uint32Array, Uint32Array, Uint32Array];
  const spool = createSpool(join(directory, "rows"));
  try {
    spool.append(bytes);
    runAtOnce(writeSplits(directory, { offsets, sizes, masks: Uint8Array.from(rows, maskOf), order }, spool, shardBytes));
  } finally {
    spool.remove();
  }
  writeJson(join(directory, "dataset.json"), openDataset(directory).check());
}
