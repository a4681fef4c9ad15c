import { leaksFound } from "../errors.ts";
import { findLinks, type LinkKind } from "./links.ts";
import { SPLIT_NAMES, type SplitName, type Splits } from "../row.ts";

/** Linked rows that stand in more than one split. */
export interface Leak {
  readonly kind: LinkKind;
  readonly splits: readonly SplitName[];
  /** Ids of the rows, each with its split. */
  readonly rows: readonly { readonly split: SplitName; readonly id: string }[];
}

/** Every set of linked rows that crosses a border between splits. */
export function findLeaks(splits: Splits): readonly Leak[] {
  const placed = SPLIT_NAMES.flatMap((split) => splits[split].map((row) => ({ split, row })));
  return findLinks(placed.map(({ row }) => row)).flatMap(({ kind, rows }) => {
    const crossing = new Set(rows.map((index) => placed[index]!.split));
    if (crossing.size < 2) return [];
    return [{ kind, splits: [...crossing], rows: rows.map((index) => ({ split: placed[index]!.split, id: placed[index]!.row.id })) }];
  });
}

/** The gate before anything is written. @throws `data.leakage` naming the rows */
export function requireNoLeaks(splits: Splits): void {
  const leaks = findLeaks(splits);
  if (leaks.length > 0) throw leaksFound(leaks);
}
