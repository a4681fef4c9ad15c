// From raw rows to a dataset directory: read → clean → validate → drop → split → leakage gate → write. Nothing is written before the gate.
import { join } from "node:path";
import { digestJson } from "../files/index.ts";
import { DATASET_SCHEMA_VERSION, type DatasetFinding, type DatasetRecord } from "../records/index.ts";
import { cleanRows } from "./clean.ts";
import { describeSplits } from "./describe.ts";
import { recommendDatasets } from "./domains.ts";
import { dropRows } from "./drop.ts";
import { domainInvalid, findingsStop, nothingLeft, sampleUnavailable, sourceMissing } from "./errors.ts";
import { requireNoLeaks } from "./duplicates/leakage.ts";
import { placeDataset, type PlacedDataset } from "./write/place.ts";
import { readRows, type ReadRows } from "./read.ts";
import type { Splits } from "./row.ts";
import { generateSample, MAX_SAMPLE_ROWS, SAMPLE_DOMAINS } from "./sample/generate.ts";
import type { Fractions } from "./split/assign.ts";
import { splitRows } from "./split.ts";
import { summarisePreparation } from "./summary.ts";
import { validateRows } from "./validate.ts";

export interface PrepareOptions {
  /** healthcare, legal, finance, or a name of your own; the dataset is called `<domain>_dataset`. */
  readonly domain: string;
  /** A JSON, JSON Lines, CSV or TSV file. Either this or `sample`. */
  readonly inputFile?: string;
  /** Generate rows instead of reading a file. Default false. */
  readonly sample?: boolean;
  /** Rows to generate, 1 to 2,000. Default 100. */
  readonly numSamples?: number;
  /** Default data/processed. */
  readonly outputDir?: string;
  /** Share of the rows. Default 0.8. */
  readonly trainSplit?: number;
  /** Default 0.1. */
  readonly valSplit?: number;
  /** Default 0.1. */
  readonly testSplit?: number;
  /** Of the sample and of the split. Default 42. */
  readonly seed?: number;
  /** Report findings without stopping at any. Default false: an error stops. */
  readonly skipValidation?: boolean;
  /** Stop at warnings too. Default false. */
  readonly strict?: boolean;
  /** Words below which a row is found short. Default 10. */
  readonly minLength?: number;
  /** Words above which a row is found long. Default 2,048. */
  readonly maxLength?: number;
  /** Time of the record. */
  readonly now: Date;
  readonly onProgress?: (progress: PrepareProgress) => void;
}

export type PrepareStage = "read" | "clean" | "validate" | "split" | "check" | "write";

/** Said when a stage is over; `rows` are the rows left after it. */
export interface PrepareProgress {
  readonly stage: PrepareStage;
  readonly rows: number;
}

export interface PreparedDataset extends PlacedDataset {
  readonly splits: Splits;
  /** Lines to print. */
  readonly summary: readonly string[];
}

/**
 * Prepares a dataset and writes it to `<outputDir>/<domain>_dataset`. A dataset that stands there with other rows is kept beside it as
 * `<domain>_dataset.previous-<first 8 digits of its digest>`, and only when the new one is complete.
 * @throws `data.domain_invalid`, `data.source_missing`, `data.sample_unavailable`, `data.findings`, `data.nothing_left`, `data.output_taken`, and what
 * reading, splitting and the leakage gate throw
 */
export async function prepareDataset(options: PrepareOptions): Promise<PreparedDataset> {
  const { seed = 42, minLength = 10, maxLength = 2048, onProgress = () => {} } = options;
  const name = nameDataset(options.domain);
  const read = await readSource(options, seed);
  onProgress({ stage: "read", rows: read.rows.length });
  const { rows, transformations } = cleanRows(read.rows);
  onProgress({ stage: "clean", rows: rows.length });
  const findings = validateRows(rows, { minLength, maxLength });
  stopAtFindings(findings, options);
  const { kept, dropped } = dropRows(rows);
  if (kept.length === 0) throw nothingLeft(read.source.path, rows.length);
  onProgress({ stage: "validate", rows: kept.length });
  const fractions = fractionsOf(options);
  const { splits, groups, largestGroup } = splitRows(kept.map(({ row }) => row), { fractions, seed });
  onProgress({ stage: "split", rows: kept.length });
  requireNoLeaks(splits);
  onProgress({ stage: "check", rows: kept.length });
  const described = describeSplits(splits);
  const unique = rows.length - dropped.filter(({ reason }) => reason === "exact_duplicate").length;
  const record: DatasetRecord = {
    schema_version: DATASET_SCHEMA_VERSION,
    name,
    version: null,
    parent: null,
    domain: options.domain,
    digest: described.digest,
    created_at: options.now.toISOString(),
    sources: [read.source],
    transformations: [...transformations],
    sampling: [],
    dropped: countReasons(dropped),
    findings: [...findings],
    split: { method: "group", seed, fractions: { ...fractions }, group_by: null, stratify_by: null, groups, largest_group: { rows: largestGroup, kind: null, key_rows: 0, key: "" } },
    leakage: { allowed: [], found: [] },
    roles: { train: "train", validation: "validation", test: "test" },
    splits: described.splits,
    statistics: { ...described.statistics, unique_share: unique / rows.length },
  };
  const placed = await placeDataset(join(options.outputDir ?? join("data", "processed"), name), { record, splits, dropped });
  onProgress({ stage: "write", rows: kept.length });
  return { ...placed, splits, summary: summarisePreparation(placed) };
}

function nameDataset(domain: string): string {
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(domain)) throw domainInvalid(domain);
  return `${domain}_dataset`;
}

async function readSource({ domain, inputFile, sample = false, numSamples = 100 }: PrepareOptions, seed: number): Promise<ReadRows> {
  if (inputFile !== undefined && !sample) return readRows(inputFile);
  if (inputFile !== undefined || !sample) throw sourceMissing(domain, inputFile !== undefined, recommendDatasets(domain));
  const known = SAMPLE_DOMAINS.find((one) => one === domain);
  if (known === undefined || !Number.isInteger(numSamples) || numSamples < 1 || numSamples > MAX_SAMPLE_ROWS) {
    throw sampleUnavailable(domain, numSamples, SAMPLE_DOMAINS, MAX_SAMPLE_ROWS);
  }
  const rows = generateSample({ domain: known, count: numSamples, seed });
  return {
    rows: rows.map((row, index) => ({ number: index + 1, row, plainText: false })),
    source: { kind: "sample", path: `sample:${domain}?count=${numSamples}&seed=${seed}`, digest: digestJson(rows), rows: rows.length, columns: ["instruction"] },
  };
}

function stopAtFindings(findings: readonly DatasetFinding[], { skipValidation = false, strict = false }: PrepareOptions): void {
  if (skipValidation) return;
  const stopping = findings.filter(({ severity }) => severity === "error" || (strict && severity === "warning"));
  if (stopping.length > 0) throw findingsStop(stopping);
}

function fractionsOf({ trainSplit = 0.8, valSplit = 0.1, testSplit = 0.1 }: PrepareOptions): Fractions {
  return { train: trainSplit, validation: valSplit, test: testSplit };
}

function countReasons(dropped: readonly { readonly reason: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of dropped) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
