// The first half of a preparation: all rows are read, and where each of them will stand is decided.
import type { Spool } from "../../files/index.ts";
import { DATASET_SCHEMA_VERSION, type DatasetFinding, type DatasetRecord, type LargestGroup } from "../../records/index.ts";
import { findingsStop, nothingLeft, tooFewGroups } from "../errors.ts";
import { SPLIT_NAMES } from "../row.ts";
import type { Fractions } from "../split/assign.ts";
import { NO_ROWS } from "../validate/validator.ts";
import type { DroppedRows } from "./dropped.ts";
import { adviseOn, describeLargest, findLargeGroup, findMarked, findRepetitions, sayKey } from "./findings.ts";
import type { PrepareOptions } from "./options.ts";
import type { Pace } from "./pace.ts";
import { dealRows, describePlanned, linkKept, recordSplit } from "./plan.ts";
import { sampleKept, samplingOf } from "./sampling.ts";
import { scanRows } from "./scan.ts";
import type { RowSource } from "./source.ts";
import { createRowStore, readKept, type KeptRows } from "./store.ts";

export interface PlannedDataset {
  /** Complete but for what only the written files tell: leaks and labels. */
  readonly record: DatasetRecord;
  readonly kept: KeptRows;
  readonly dropped: DroppedRows;
  /** The rows of train, validation and test in the order in which they are written. */
  readonly order: readonly [Uint32Array, Uint32Array, Uint32Array];
}

/** @throws `data.findings`, `data.nothing_left`, and what reading and splitting throw */
export async function planDataset(source: RowSource, spool: Spool, threads: number, pace: Pace, options: PrepareOptions): Promise<PlannedDataset> {
  const { seed = 42, minLength = 10, maxLength = 2048, allowLeakage = [], onProgress = () => {} } = options;
  const store = createRowStore(spool);
  pace.begin("reading", "bytes", source.sizeBytes);
  const { rows, transformations, validator } = await scanRows(source.rows((bytes) => pace.add(bytes)), store, { cleaning: options.cleaning, validation: { minLength, maxLength }, threads, pace });
  const described = source.describe();
  for (const stage of ["read", "clean"] as const) onProgress({ stage, rows });
  const { dropped } = store;
  const unique = store.finish();
  const exactDuplicates = findRepetitions(dropped);
  stopAtFindings(validator.finish({ exactDuplicates, nearDuplicates: NO_ROWS }), options);
  if (unique.rows === 0) throw nothingLeft(described.path, rows);
  const { kept, steps } = sampleKept(unique, dropped, spool, samplingOf(options), seed);
  onProgress({ stage: "validate", rows: kept.rows });

  const fractions = fractionsOf(options);
  const readRow = (row: number) => readKept(kept, spool, row);
  const linked = await pace.run("comparing", kept.rows, linkKept(kept, spool, allowLeakage));
  const largest = describeLargest(linked.largest, readRow);
  const findings = [
    ...validator.finish({ exactDuplicates, nearDuplicates: findMarked(linked.nearRepeats, kept.numbers, readRow) }),
    ...(options.keepSplits === true ? [] : findLargeGroup(largest, kept.rows, fractions.train)),
  ];
  stopAtFindings(findings, options);
  if (options.keepSplits !== true) requireGroups(linked.groups, kept.rows, largest, fractions);
  const splitOptions = { method: options.keepSplits === true ? "declared" : (options.splitMethod ?? "group"), fractions, seed, stratifyBy: options.stratifyBy } as const;
  const { assignment, stratifiedBy } = dealRows(kept, spool, linked, splitOptions);
  onProgress({ stage: "split", rows: kept.rows });

  const { digest, splits, statistics } = describePlanned(kept, assignment);
  const repeated = dropped.counts()["exact_duplicate"] ?? 0;
  const record: DatasetRecord = {
    schema_version: DATASET_SCHEMA_VERSION,
    name: `${options.domain}_dataset`,
    version: null,
    parent: null,
    domain: options.domain,
    digest,
    created_at: options.now.toISOString(),
    sources: [described],
    transformations: [...transformations],
    sampling: steps,
    dropped: { ...dropped.counts() },
    findings: [...findings],
    split: recordSplit(splitOptions, options.groupBy, stratifiedBy, assignment.groups, largest),
    leakage: null,
    roles: { train: "train", validation: "validation", test: "test" },
    splits,
    statistics: { ...statistics, unique_share: (rows - repeated) / rows },
  };
  return { record, kept, dropped, order: assignment.order };
}

function stopAtFindings(findings: readonly DatasetFinding[], { skipValidation = false, strict = false }: PrepareOptions): void {
  if (skipValidation) return;
  const stopping = findings.filter(({ severity }) => severity === "error" || (strict && severity === "warning"));
  if (stopping.length > 0) throw findingsStop(stopping);
}

/** Says what joined rows when there are not as many groups as splits; dealing them would only count. */
function requireGroups(groups: number, rows: number, largest: LargestGroup, fractions: Fractions): void {
  const wanted = SPLIT_NAMES.filter((name) => fractions[name] > 0);
  if (groups < wanted.length && groups < rows) throw tooFewGroups(groups, wanted, rows, largest.rows, { joined: sayKey(largest), advice: adviseOn(largest) });
}

function fractionsOf({ trainSplit = 0.8, valSplit = 0.1, testSplit = 0.1 }: PrepareOptions): Fractions {
  return { train: trainSplit, validation: valSplit, test: testSplit };
}
