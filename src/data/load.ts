// Reads a dataset directory: ours, or one that Python's `datasets` saved.
import { basename, join, resolve } from "node:path";
import type { RecordBatch } from "apache-arrow";
import { z } from "zod";
import { exists, isDirectory, readJson } from "../files/index.ts";
import { datasetRecordSchema, datasetUpgrades, DATASET_SCHEMA_VERSION, parseRecord, type DatasetRecord } from "../records/index.ts";
import { createSplitsDescriber, type DescribedSplits } from "./describe.ts";
import { columnsUnknown, datasetChanged, datasetMissing, datasetUnreadable, fileInvalid } from "./errors.ts";
import { createFaults } from "./read/faults.ts";
import { COLUMN_SETS, mapRecord } from "./read/fields.ts";
import { SPLIT_NAMES, type Row, type SplitName, type Splits } from "./row.ts";
import { findLabelNames } from "./read/label-names.ts";
import { findSavedFeatures } from "./read/saved-features.ts";
import { checkArrow } from "./read/arrow/read.ts";
import { readBatches } from "./write/read-shard.ts";
import { isOwnBatch, recordsOfBatch, rowsOfBatch } from "./write/rows.ts";

export interface LoadedDataset {
  readonly record: DatasetRecord;
  readonly splits: Splits;
}

/** A dataset whose rows are read when they are wanted. */
export interface OpenDataset {
  readonly path: string;
  /** What dataset.json says; no row is read to check it. Undefined where there is none. @throws `records.invalid` */
  declared(): DatasetRecord | undefined;
  /** Streams the rows of a split; one batch is held at a time. @throws `data.dataset_unreadable`, `data.columns_unknown`, `data.file_invalid` */
  rows(split: SplitName): Generator<Row>;
  /**
   * Reads all rows once and checks them against dataset.json; without one a record is made up from them. @param each is called with every row and its digest
   * @throws `data.dataset_changed`, `records.invalid`, and what `rows` throws
   */
  check(each?: EachRow): DatasetRecord;
}

type EachRow = (split: SplitName, row: Row, digest: string) => void;

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
  const splits: Record<SplitName, Row[]> = { train: [], validation: [], test: [] };
  const record = openDataset(path).check((split, row) => splits[split].push(row));
  return { record, splits };
}

/** Opens a `save_to_disk` directory; no row is read yet. @throws `data.dataset_missing`, `data.dataset_unreadable` */
export function openDataset(path: string): OpenDataset {
  if (!isDirectory(path)) throw datasetMissing(path);
  const directories = findSplits(path);
  const rows = (split: SplitName): Generator<Row> => readSplit(directories.get(split), split);
  const declared = (): DatasetRecord | undefined => readDeclared(path);
  return {
    path,
    declared,
    rows,
    check(each = () => {}) {
      const described = describe(rows, each);
      const record = declared();
      if (record === undefined) return recordOfUnknown(basename(resolve(path)), described);
      if (record.digest !== described.digest) throw datasetChanged(path, record.digest, described.digest);
      return record;
    },
  };
}

function readDeclared(path: string): DatasetRecord | undefined {
  const recordPath = join(path, "dataset.json");
  return exists(recordPath) ? parseRecord(datasetRecordSchema, readJson(recordPath), recordPath, datasetUpgrades) : undefined;
}

function describe(rows: OpenDataset["rows"], each: EachRow): DescribedSplits {
  const describer = createSplitsDescriber();
  for (const split of SPLIT_NAMES) {
    for (const row of rows(split)) {
      each(split, row, describer.add(split, row));
    }
  }
  return describer.finish();
}

/** All that can be said of a dataset whose making nobody recorded. */
function recordOfUnknown(name: string, described: DescribedSplits): DatasetRecord {
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

/** The directory of each split that there is. */
function findSplits(path: string): ReadonlyMap<SplitName, string> {
  if (exists(join(path, "state.json"))) return new Map([["train", path]]);
  const dictPath = join(path, "dataset_dict.json");
  if (!exists(dictPath)) throw datasetUnreadable(path, "it has neither a dataset_dict.json nor a state.json");
  const dict = dictSchema.safeParse(readJson(dictPath));
  if (!dict.success) throw datasetUnreadable(path, "dataset_dict.json has no list of splits");
  const directories = new Map<SplitName, string>();
  for (const found of dict.data.splits) {
    const name = SPLIT_NAMES.find((known) => known === found) ?? (Object.hasOwn(SPLIT_ALIASES, found) ? SPLIT_ALIASES[found] : undefined);
    if (name !== undefined && directories.has(name)) throw datasetUnreadable(path, `it has two splits that are ${name}`);
    if (name === undefined) throw datasetUnreadable(path, `it has a split ${found}, known are ${SPLIT_NAMES.join(", ")}`);
    directories.set(name, join(path, found));
  }
  return directories;
}

function* readSplit(directory: string | undefined, split: SplitName): Generator<Row> {
  if (directory === undefined) return;
  const state = stateSchema.safeParse(readJson(join(directory, "state.json")));
  if (!state.success) throw datasetUnreadable(directory, "state.json has no list of data files");
  const faults = createFaults();
  const labelNames = findLabelNames(findSavedFeatures(directory));
  let number = 0;
  for (const { filename } of state.data._data_files) {
    if (basename(filename) !== filename || filename === "..") throw datasetUnreadable(directory, `state.json names ${JSON.stringify(filename)}, which lies elsewhere`);
    if (!exists(join(directory, filename))) throw datasetUnreadable(directory, `its file ${filename} is missing`);
    for (const batch of readShard(join(directory, filename))) {
      if (isOwnBatch(batch)) {
        yield* rowsOfBatch(batch);
        number += batch.numRows;
        continue;
      }
      for (const record of recordsOfBatch(batch)) {
        number += 1;
        const mapped = mapRecord(record, labelNames === undefined ? {} : { labelNames });
        if (mapped.kind === "row") yield { ...mapped.fields, id: mapped.fields.id ?? `${split}-${number}` };
        else if (mapped.kind === "fault") faults.add({ row: number }, mapped.fault);
        else throw columnsUnknown(directory, mapped.found, COLUMN_SETS);
      }
    }
  }
  if (faults.total > 0) throw fileInvalid(directory, faults);
}

function* readShard(path: string): Generator<RecordBatch> {
  const batches = readBatches(path);
  let isChecked = false;
  for (;;) {
    let next: IteratorResult<RecordBatch>;
    try {
      if (!isChecked) checkArrow(path);
      isChecked = true;
      next = batches.next();
    } catch (cause) {
      throw datasetUnreadable(path, `it is not an Arrow stream: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    }
    if (next.done === true) return;
    yield next.value;
  }
}
