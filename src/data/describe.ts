import { digestJson } from "../files/index.ts";
import type { DatasetRecord, SplitSummary } from "../records/index.ts";
import { digestRow } from "./digest-row.ts";
import { SPLIT_NAMES, type Row, type SplitName, type Splits } from "./row.ts";
import { describeLengths, wholeText, wordsOf } from "./words.ts";

/** SHA-256 over rows in order. Ids are left out, so that the same rows have the same digest whoever wrote the files. */
export function digestRows(rows: readonly Row[]): string {
  return digestJson(rows.map(digestRow));
}

/** SHA-256 over the digests of the splits. */
export function digestSplits(digests: Readonly<Record<SplitName, string>>): string {
  return digestJson(SPLIT_NAMES.map((name) => [name, digests[name]]));
}

/** What can be told from the rows alone: counts, digests, lengths. */
export function describeSplits(splits: Splits): Pick<DatasetRecord, "digest" | "splits"> & { readonly statistics: Omit<DatasetRecord["statistics"], "unique_share"> } {
  const summaries = { train: summarise(splits.train), validation: summarise(splits.validation), test: summarise(splits.test) };
  const rows = SPLIT_NAMES.flatMap((name) => splits[name]);
  return {
    digest: digestSplits({ train: summaries.train.digest, validation: summaries.validation.digest, test: summaries.test.digest }),
    splits: summaries,
    statistics: {
      rows: rows.length,
      words: describeLengths(rows.map(countWords)),
      tokens: null,
      labels: countLabels(splits),
      distinct_answer_share: new Set(rows.map((row) => row.output)).size / Math.max(1, rows.length),
    },
  };
}

/** Words of system, instruction, input and output. */
export function countWords(row: Row): number {
  return wordsOf(wholeText(row)).length;
}

function summarise(rows: readonly Row[]): SplitSummary {
  return { rows: rows.length, digest: digestRows(rows), words: describeLengths(rows.map(countWords)) };
}

/** Rows of each label in each split, labels in the order of their names; null when no row has one. */
export function countLabels(splits: Splits): DatasetRecord["statistics"]["labels"] {
  const counts = new Map<string, { train: number; validation: number; test: number }>();
  for (const name of SPLIT_NAMES) {
    for (const label of splits[name].flatMap((row) => [...new Set(row.labels)])) {
      const count = counts.get(label) ?? { train: 0, validation: 0, test: 0 };
      count[name] += 1;
      counts.set(label, count);
    }
  }
  return counts.size === 0 ? null : Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
