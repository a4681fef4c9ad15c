import { createHash, type Hash } from "node:crypto";
import { digestJson } from "../files/index.ts";
import type { DatasetRecord, SplitSummary } from "../records/index.ts";
import { digestRow } from "./digest-row.ts";
import { hashTexts } from "./duplicates/fingerprint.ts";
import { createKeyIndex } from "./duplicates/key-index.ts";
import { createColumn } from "./column.ts";
import { SPLIT_NAMES, type Row, type SplitName, type Splits } from "./row.ts";
import { countWordsOf, describeLengths } from "./words.ts";

/** SHA-256 over the digests of rows in order. Ids are left out of those, so that the same rows have the same digest whoever wrote the files. */
export function createRowsDigest(): { add(rowDigest: string): void; finish(): string } {
  const hash: Hash = createHash("sha256").update("[");
  let isFirst = true;
  return {
    add(rowDigest) {
      hash.update(isFirst ? `"${rowDigest}"` : `,"${rowDigest}"`);
      isFirst = false;
    },
    finish: () => hash.update("]").digest("hex"),
  };
}

/** SHA-256 over the digests of the splits. */
export function digestSplits(digests: Readonly<Record<SplitName, string>>): string {
  return digestJson(SPLIT_NAMES.map((name) => [name, digests[name]]));
}

/** What can be told from the rows alone: counts, digests, lengths, labels. */
export type DescribedSplits = Pick<DatasetRecord, "digest" | "splits"> & { readonly statistics: Omit<DatasetRecord["statistics"], "unique_share"> };

/** Describes rows as they stream by; a few numbers are held of each. */
export interface SplitsDescriber {
  /** @returns the digest of the row */
  add(split: SplitName, row: Row): string;
  finish(): DescribedSplits;
}

export function createSplitsDescriber(): SplitsDescriber {
  const digests = { train: createRowsDigest(), validation: createRowsDigest(), test: createRowsDigest() };
  const createWords = () => createColumn((length) => new Uint32Array(length));
  const words = { train: createWords(), validation: createWords(), test: createWords() };
  const answers = createKeyIndex();
  const labels = createLabelCounter();
  return {
    add(split, row) {
      const digest = digestRow(row);
      digests[split].add(digest);
      words[split].push(Uint32Array.of(countWords(row)));
      hashTexts([row.output], (high, low) => answers.add(high, low));
      if (row.labels !== undefined) labels.add(split, row.labels);
      return digest;
    },
    finish() {
      const counted = { train: words.train.finish(), validation: words.validation.finish(), test: words.test.finish() };
      const digested = { train: digests.train.finish(), validation: digests.validation.finish(), test: digests.test.finish() };
      return describeCounted({ words: counted, digests: digested, distinctAnswers: answers.count, labels: labels.counts() });
    },
  };
}

/** The same from what has been counted already. */
export function describeCounted(counted: {
  readonly words: Readonly<Record<SplitName, Uint32Array>>;
  readonly digests: Readonly<Record<SplitName, string>>;
  readonly distinctAnswers: number;
  readonly labels: DatasetRecord["statistics"]["labels"];
}): DescribedSplits {
  const summarise = (name: SplitName): SplitSummary => ({ rows: counted.words[name].length, digest: counted.digests[name], words: describeLengths(counted.words[name]) });
  const all = createColumn((length) => new Uint32Array(length));
  for (const name of SPLIT_NAMES) all.push(counted.words[name]);
  return {
    digest: digestSplits(counted.digests),
    splits: { train: summarise("train"), validation: summarise("validation"), test: summarise("test") },
    statistics: {
      rows: all.length,
      words: describeLengths(all.finish()),
      tokens: null,
      labels: counted.labels,
      distinct_answer_share: counted.distinctAnswers / Math.max(1, all.length),
    },
  };
}

/** Describes splits that are held in memory. */
export function describeSplits(splits: Splits): DescribedSplits {
  const describer = createSplitsDescriber();
  for (const name of SPLIT_NAMES) for (const row of splits[name]) describer.add(name, row);
  return describer.finish();
}

/** Words of system, instruction, input and output. */
export function countWords(row: Row): number {
  return (row.system === undefined ? 0 : countWordsOf(row.system)) + countWordsOf(row.instruction) + countWordsOf(row.input) + countWordsOf(row.output);
}

/** Rows of each label in each split, labels in the order of their names; null when no row has one. */
export function createLabelCounter(): { add(split: SplitName, labels: readonly string[]): void; counts(): DatasetRecord["statistics"]["labels"] } {
  const counts = new Map<string, { train: number; validation: number; test: number }>();
  return {
    add(split, labels) {
      for (const label of new Set(labels)) {
        const count = counts.get(label) ?? { train: 0, validation: 0, test: 0 };
        count[split] += 1;
        counts.set(label, count);
      }
    },
    counts: () => (counts.size === 0 ? null : Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))),
  };
}
