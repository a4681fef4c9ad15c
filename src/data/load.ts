// Reads a dataset directory: ours, or one that Python's `datasets` saved.
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { exists, isDirectory, readBytes, readJson } from "../files/index.ts";
import { datasetRecordSchema, datasetUpgrades, DATASET_SCHEMA_VERSION, parseRecord, type DatasetRecord } from "../records/index.ts";
import { decodeArrow } from "./write/arrow.ts";
import { describeSplits } from "./describe.ts";
import { columnsUnknown, datasetChanged, datasetMissing, datasetUnreadable, fileInvalid } from "./errors.ts";
import { createFaults } from "./faults.ts";
import { COLUMN_SETS, mapRecord } from "./fields.ts";
import { SPLIT_NAMES, type Row, type SplitName, type Splits } from "./row.ts";

export interface LoadedDataset {
  readonly record: DatasetRecord;
  readonly splits: Splits;
}

/** What other tools call the splits. */
const SPLIT_ALIASES: Readonly<Record<string, SplitName>> = { val: "validation", valid: "validation", dev: "validation", eval: "validation" };

const dictSchema = z.object({ splits: z.array(z.string()) });
const stateSchema = z.object({ _data_files: z.array(z.object({ filename: z.string() })) });

/**
 * Loads a `save_to_disk` directory. With a dataset.json its digest is checked against the rows; without one a record is made up from them.
 * A directory that holds a single split is all `train`.
 * @throws `data.dataset_missing`, `data.dataset_unreadable`, `data.dataset_changed`, `data.columns_unknown`, `data.file_invalid`, `records.invalid`
 */
export function loadDataset(path: string): LoadedDataset {
  if (!isDirectory(path)) throw datasetMissing(path);
  const splits = readSplits(path);
  const described = describeSplits(splits);
  const recordPath = join(path, "dataset.json");
  if (!exists(recordPath)) return { record: recordOfUnknown(basename(resolve(path)), described), splits };
  const record = parseRecord(datasetRecordSchema, readJson(recordPath), recordPath, datasetUpgrades);
  if (record.digest !== described.digest) throw datasetChanged(path, record.digest, described.digest);
  return { record, splits };
}

/** All that can be said of a dataset whose making nobody recorded. */
function recordOfUnknown(name: string, described: ReturnType<typeof describeSplits>): DatasetRecord {
  return {
    schema_version: DATASET_SCHEMA_VERSION,
    name,
    version: null,
    parent: null,
    domain: null,
    digest: described.digest,
    created_at: null,
    sources: [],
    transformations: [],
    sampling: [],
    dropped: {},
    findings: [],
    split: { method: "declared", seed: null, fractions: null, group_by: null, stratify_by: null, groups: null, largest_group: null },
    leakage: null,
    roles: { train: "train", validation: "validation", test: "test" },
    splits: described.splits,
    statistics: { ...described.statistics, unique_share: null },
  };
}

function readSplits(path: string): Splits {
  const splits: Record<SplitName, readonly Row[]> = { train: [], validation: [], test: [] };
  if (exists(join(path, "state.json"))) return { ...splits, train: readSplit(path, "train") };
  const dictPath = join(path, "dataset_dict.json");
  if (!exists(dictPath)) throw datasetUnreadable(path, "it has neither a dataset_dict.json nor a state.json");
  const dict = dictSchema.safeParse(readJson(dictPath));
  if (!dict.success) throw datasetUnreadable(path, "dataset_dict.json has no list of splits");
  for (const found of dict.data.splits) {
    const name = SPLIT_NAMES.find((known) => known === found) ?? SPLIT_ALIASES[found];
    if (name === undefined) throw datasetUnreadable(path, `it has a split ${found}, known are ${SPLIT_NAMES.join(", ")}`);
    splits[name] = readSplit(join(path, found), name);
  }
  return splits;
}

function readSplit(directory: string, split: SplitName): readonly Row[] {
  const state = stateSchema.safeParse(readJson(join(directory, "state.json")));
  if (!state.success) throw datasetUnreadable(directory, "state.json has no list of data files");
  const faults = createFaults();
  const rows: Row[] = [];
  let number = 0;
  let unknown: readonly string[] | undefined;
  for (const { filename } of state.data._data_files) {
    for (const record of readShard(join(directory, filename))) {
      number += 1;
      const mapped = mapRecord(record);
      if (mapped.kind === "row") rows.push({ ...mapped.fields, id: mapped.fields.id ?? `${split}-${number}` });
      else if (mapped.kind === "fault") faults.add({ row: number }, mapped.fault);
      else unknown ??= mapped.found;
    }
  }
  if (unknown !== undefined) throw columnsUnknown(directory, unknown, COLUMN_SETS);
  if (faults.total > 0) throw fileInvalid(directory, faults);
  return rows;
}

function readShard(path: string): Record<string, unknown>[] {
  const bytes = readBytes(path);
  try {
    return decodeArrow(bytes);
  } catch (cause) {
    throw datasetUnreadable(path, `it is not an Arrow stream: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}
