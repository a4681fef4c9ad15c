// Rows that are linked stay together. What links them is found here; how they are dealt is the business of split/.
import { digestRow } from "./digest-row.ts";
import { findLinks } from "./duplicates/links.ts";
import type { Row, Splits } from "./row.ts";
import { createSets } from "./duplicates/sets.ts";
import { assignSplits, type Fractions } from "./split/assign.ts";
import { KEY_BYTES } from "./split/units.ts";

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
  const rowKeys = new Uint8Array(rows.length * KEY_BYTES);
  for (const [index, row] of rows.entries()) rowKeys.set(Buffer.from(digestRow(row).slice(0, 2 * KEY_BYTES), "hex"), index * KEY_BYTES);
  const { order, groups, largestGroup } = assignSplits({ method: "group", rowKeys, groupOf: groupRows(rows), fractions, seed });
  const [train, validation, test] = order.map((indices) => Array.from(indices, (index) => rows[index]!)) as [Row[], Row[], Row[]];
  return { splits: { train, validation, test }, groups, largestGroup };
}

function groupRows(rows: readonly Row[]): Int32Array {
  const sets = createSets(rows.length);
  for (const link of findLinks(rows)) for (const index of link.rows) sets.join(link.rows[0]!, index);
  const groupOf = new Int32Array(rows.length);
  for (const [group, members] of sets.all().entries()) for (const index of members) groupOf[index] = group;
  return groupOf;
}
