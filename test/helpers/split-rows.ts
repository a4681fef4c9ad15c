// Rows in memory, linked and dealt as a preparation does it.
import { compareRows } from "../../src/data/duplicates/in-memory.ts";
import { linkRows } from "../../src/data/duplicates/links.ts";
import type { Row, Splits } from "../../src/data/row.ts";
import { runAtOnce } from "../../src/data/steps.ts";
import { assignSplits, type Fractions } from "../../src/data/split/assign.ts";

export interface SplitOptions {
  readonly fractions: Fractions;
  readonly seed: number;
}

export interface SplitResult {
  readonly splits: Splits;
  /** Sets of rows that had to stay together, single rows included. */
  readonly groups: number;
  readonly largestGroup: number;
}

/**
 * Deals rows to train, validation and test. The same rows and seed give the same splits, in whatever order the rows come.
 * @throws `data.fractions_invalid`, `data.too_few_groups` when there are fewer groups than wanted splits
 */
export function splitRows(rows: readonly Row[], { fractions, seed }: SplitOptions): SplitResult {
  const compared = compareRows(rows);
  const { order, groups, largestGroup } = assignSplits({ method: "group", rowKeys: compared.rowKeys, groupOf: runAtOnce(linkRows(compared)).groupOf, fractions, seed });
  const [train, validation, test] = order.map((indices) => Array.from(indices, (index) => rows[index]!)) as [Row[], Row[], Row[]];
  return { splits: { train, validation, test }, groups, largestGroup };
}
