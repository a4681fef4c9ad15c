// How rows will stand in a dataset, decided before anything is written.
import type { Spool } from "../../files/index.ts";
import type { DatasetRecord, LargestGroup } from "../../records/index.ts";
import { createRowsDigest, describeCounted, type DescribedSplits } from "../describe.ts";
import { comparedRuns, LINK_KINDS, type LinkKind } from "../duplicates/fingerprint.ts";
import { createKeyIndex } from "../duplicates/key-index.ts";
import { linkRows, type LinkedRows } from "../duplicates/links.ts";
import { SPLIT_NAMES, type SplitName } from "../row.ts";
import { assignSplits, type Assignment, type Fractions, type SplitMethod } from "../split/assign.ts";
import { createLabelColumn, type LabelColumn } from "../split/labels.ts";
import type { Steps } from "../steps.ts";
import { createWordHasher } from "../words.ts";
import { decodeRow, DIGEST_BYTES } from "../encoded-row.ts";
import { NO_SPLIT } from "./block.ts";
import { labelsNeeded, splitsUnknown } from "./errors.ts";
import { keysOfDigests } from "./keys.ts";
import { readKept, type KeptRows } from "./store.ts";
import { orderByKey } from "../split/units.ts";

export interface SplitPlanOptions {
  /** `declared`: rows stay in the splits that the source has. */
  readonly method: SplitMethod | "declared";
  readonly fractions: Fractions;
  readonly seed: number;
  readonly stratifyBy: "labels" | "task" | undefined;
}

/** Rows that belong together. Steps count rows. Uses the fingerprints, which nobody needs afterwards. */
export function linkKept(kept: KeptRows, spool: Spool, allowed: readonly LinkKind[]): Steps<LinkedRows> {
  const hasher = createWordHasher();
  return linkRows({
    fingerprints: kept.fingerprints,
    order: orderByKey(keysOfDigests(kept.digests)),
    readRuns: (row) => comparedRuns(decodeRow(spool.peek(kept.offsets[row]!, kept.sizes[row]!)), hasher),
    kinds: LINK_KINDS.filter((kind) => !allowed.includes(kind)),
  });
}

/** Deals rows to splits. @throws `data.fractions_invalid`, `data.too_few_groups`, `data.labels_needed`, `data.splits_unknown` */
export function dealRows(kept: KeptRows, spool: Spool, { groupOf, groups, largest }: LinkedRows, { method, fractions, seed, stratifyBy }: SplitPlanOptions): { readonly assignment: Assignment; readonly stratifiedBy: "labels" | "task" | null } {
  if (method === "declared") return { assignment: { ...keepSplits(kept), groups, largestGroup: largest.rows }, stratifiedBy: null };
  const rowKeys = keysOfDigests(kept.digests);
  const isByLabel = method === "stratified" || method === "multilabel" || (method === "hf" && stratifyBy !== undefined);
  if (!isByLabel) return { assignment: assignSplits({ method, rowKeys, groupOf, fractions, seed }), stratifiedBy: null };
  const { by, labels } = readStrata(kept, spool, stratifyBy);
  if (labels.names.length === 0) throw labelsNeeded(`split by ${by}`, by);
  return { assignment: assignSplits({ method, rowKeys, groupOf, labels, fractions, seed }), stratifiedBy: by };
}

/** Every row where the source has it, in the order of the source. @throws `data.splits_unknown` */
function keepSplits({ rows, splits, numbers }: KeptRows): Pick<Assignment, "splitOf" | "order"> {
  const places = Array.from({ length: rows }, (_, row) => row);
  const homeless = places.filter((row) => splits[row] === NO_SPLIT);
  if (homeless.length > 0) throw splitsUnknown(homeless.map((row) => numbers[row]!), rows);
  const rowsOf = (split: number): Uint32Array => Uint32Array.from(places.filter((row) => splits[row] === split));
  return { splitOf: splits, order: [rowsOf(0), rowsOf(1), rowsOf(2)] };
}

/** The labels of rows, or their tasks where no row has labels. */
function readStrata(kept: KeptRows, spool: Spool, wanted: "labels" | "task" | undefined): { readonly by: "labels" | "task"; readonly labels: LabelColumn } {
  const [labels, tasks] = [createLabelColumn(), createLabelColumn()];
  let hasLabels = false;
  for (let place = 0; place < kept.rows; place++) {
    const row = readKept(kept, spool, place);
    hasLabels ||= row.labels !== undefined;
    labels.add(row.labels ?? []);
    tasks.add(row.task === undefined ? [] : [row.task]);
  }
  const by = wanted ?? (hasLabels ? "labels" : "task");
  return { by, labels: (by === "labels" ? labels : tasks).finish() };
}

/** What can be said of the splits before they are written. */
export function describePlanned(kept: KeptRows, { order }: Assignment): DescribedSplits {
  const rowsOf = (name: SplitName): Uint32Array => order[SPLIT_NAMES.indexOf(name)]!;
  const digest = (name: SplitName): string => {
    const rows = createRowsDigest();
    const { buffer, byteOffset } = kept.digests;
    for (const row of rowsOf(name)) rows.add(Buffer.from(buffer, byteOffset + row * DIGEST_BYTES, DIGEST_BYTES).toString("hex"));
    return rows.finish();
  };
  const words = (name: SplitName): Uint32Array => rowsOf(name).map((row) => kept.words[row]!);
  return describeCounted({
    words: { train: words("train"), validation: words("validation"), test: words("test") },
    digests: { train: digest("train"), validation: digest("validation"), test: digest("test") },
    distinctAnswers: countDistinct(kept.answers),
    labels: null,
  });
}

function countDistinct(hashes: Int32Array): number {
  const index = createKeyIndex();
  for (let at = 0; at < hashes.length; at += 2) index.add(hashes[at]!, hashes[at + 1]!);
  return index.count;
}

/** How the record tells of the split. */
export function recordSplit(options: SplitPlanOptions, groupBy: string | undefined, stratifiedBy: string | null, groups: number, largest: LargestGroup): DatasetRecord["split"] {
  const { method, seed, fractions } = options;
  const dealt = method === "declared" ? { seed: null, fractions: null } : { seed, fractions: { ...fractions } };
  return { method, ...dealt, group_by: groupBy ?? null, stratify_by: stratifiedBy, groups, largest_group: largest };
}
