// From raw rows to a dataset directory: read → clean → validate → drop → link → split → write → leakage gate → place. Rows stream; nothing is to
// be seen before the gate has looked at the written files.
import { dirname, join } from "node:path";
import { createSpool, exists, isFile, nearestDirectory, removeEmpty, requireFreeBytes, statFile, withScratchDirectory } from "../files/index.ts";
import type { DatasetRecord } from "../records/index.ts";
import { requireNoLeaks } from "./duplicates/leakage.ts";
import { domainInvalid } from "./errors.ts";
import { planDataset } from "./prepare/dataset.ts";
import { checkSplits } from "./prepare/gate.ts";
import type { PrepareOptions } from "./prepare/options.ts";
import { createPace } from "./prepare/pace.ts";
import { defaultThreads } from "./prepare/scan.ts";
import { openRows, type RowSource } from "./prepare/source.ts";
import { SPLIT_NAMES, type SplitName } from "./row.ts";
import { summarisePreparation } from "./summary.ts";
import { writeDroppedRows, writeSplits } from "./write/dataset-files.ts";
import { findStanding, placeDataset, sizeOfFiles, type PlacedDataset } from "./write/place.ts";

export interface PreparedDataset extends PlacedDataset {
  /** Lines to print. */
  readonly summary: readonly string[];
}

/**
 * Prepares a dataset and writes it to `<outputDir>/<domain>_dataset`. A dataset that stands there with other rows is kept beside it as
 * `<domain>_dataset.previous-<first 8 digits of its digest>`, and only when the new one is complete.
 * @throws `data.domain_invalid`, `data.source_missing`, `data.sample_unavailable`, `data.findings`, `data.nothing_left`, `data.output_taken`,
 * `data.leakage`, `data.stopped`, and what reading and splitting throw
 */
export async function prepareDataset(options: PrepareOptions): Promise<PreparedDataset> {
  const path = join(options.outputDir ?? join("data", "processed"), nameDataset(options.domain));
  const standing = nearestDirectory(dirname(path));
  const source = openRows(options, options.seed ?? 42);
  try {
    return await withScratchDirectory(path, (scratch) => prepareIn(scratch, path, source, options));
  } finally {
    if (!exists(path)) removeEmpty(dirname(path), standing);
  }
}

async function prepareIn(scratch: string, path: string, source: RowSource, options: PrepareOptions): Promise<PreparedDataset> {
  const { threads = defaultThreads(), allowLeakage = [], onProgress = () => {} } = options;
  if (options.inputFile !== undefined && isFile(options.inputFile)) requireFreeBytes(path, statFile(options.inputFile).sizeBytes);
  const pace = createPace(options.signal, options.onAdvance);
  const spool = createSpool(join(scratch, "rows"));
  try {
    const planned = await planDataset(source, spool, threads, pace, options);
    const { record, kept, dropped, order } = planned;
    const standing = findStanding(path);
    if (standing?.digest === record.digest && standing.created_at !== null) {
      for (const stage of ["check", "write"] as const) onProgress({ stage, rows: kept.rows });
      return summarise({ path, status: "unchanged", record: standing });
    }
    const files = join(scratch, "dataset");
    requireFreeBytes(path, sizeOfFiles(kept.sizes));
    const labels = await pace.run("writing", kept.rows, writeSplits(files, { ...kept, order }, spool, options.shardBytes));
    writeDroppedRows(files, dropped.read());
    const { leaks, digests } = await checkSplits(files, kept.rows, threads, pace);
    requireSameRows(record, digests);
    requireNoLeaks(leaks, allowLeakage);
    onProgress({ stage: "check", rows: kept.rows });
    const complete = { ...record, leakage: { allowed: [...allowLeakage], found: [...leaks] }, statistics: { ...record.statistics, labels } };
    const placed = await placeDataset(path, files, complete);
    onProgress({ stage: "write", rows: kept.rows });
    return summarise(placed);
  } finally {
    spool.remove();
  }
}

function summarise(placed: PlacedDataset): PreparedDataset {
  return { ...placed, summary: summarisePreparation(placed) };
}

function nameDataset(domain: string): string {
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(domain)) throw domainInvalid(domain);
  return `${domain}_dataset`;
}

function requireSameRows({ splits }: DatasetRecord, digests: Readonly<Record<SplitName, string>>): void {
  for (const name of SPLIT_NAMES) {
    if (splits[name].digest !== digests[name]) throw new Error(`internal: the rows of ${name} were written as others than those that were meant`);
  }
}
