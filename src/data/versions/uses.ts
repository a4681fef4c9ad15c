// uses.jsonl in a dataset's directory: how often each split was looked at to decide something. A test split that decided twenty times is no longer a
// test. It is no part of the content: the digest stays as it is.
import { join } from "node:path";
import { appendLine, exists, readText, writeFileAtomic } from "../../files/index.ts";
import { DATASET_VERSION_SCHEMA_VERSION, datasetUseSchema, type DatasetRecord, type DatasetUse } from "../../records/index.ts";
import type { SplitName } from "../row.ts";
import { writeUnlessRefused } from "../write/refused.ts";

const USES_FILE = "uses.jsonl";

export interface SplitUse {
  readonly split: SplitName;
  /** What for: `evaluate`, `select`. */
  readonly purpose: string;
  /** What was judged. */
  readonly subject: string;
  readonly subjectDigest?: string;
  readonly now: Date;
}

/** Notes that a split was used. @returns false where the directory does not let itself be written to */
export function recordSplitUse(path: string, record: DatasetRecord, { split, purpose, subject, subjectDigest, now }: SplitUse): boolean {
  const use: DatasetUse = { schema_version: DATASET_VERSION_SCHEMA_VERSION, at: now.toISOString(), split, purpose, subject, subject_digest: subjectDigest ?? null, split_digest: record.splits[split].digest };
  return writeUnlessRefused(() => appendLine(join(path, USES_FILE), JSON.stringify(use)));
}

/** Brings the uses of the dataset that is replaced along: should its splits come back, they have decided what they have decided. */
export function carryUses(from: string, to: string): void {
  const file = join(from, USES_FILE);
  if (exists(file)) writeFileAtomic(join(to, USES_FILE), readText(file));
}

/** All uses, oldest first; a line that cannot be read is passed over. */
export function listSplitUses(path: string): readonly DatasetUse[] {
  const file = join(path, USES_FILE);
  if (!exists(file)) return [];
  return readText(file).split("\n").flatMap((line) => {
    try {
      return [datasetUseSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

/** Decisions on the rows that the split has now: each subject counts once, however often it was measured. */
export function countDecisions(uses: readonly DatasetUse[], record: DatasetRecord, split: SplitName): number {
  const own = uses.filter((use) => use.split === split && use.split_digest === record.splits[split].digest);
  return new Set(own.map((use) => use.subject_digest ?? use.subject)).size;
}
