// How far the distributions of one dataset are from those of another.
import type { DatasetProfile, SplitCounts } from "../show/profile.ts";
import { SPLIT_NAMES, type SplitName } from "../row.ts";

/** How often a name is there before and after. */
export interface ShiftedName {
  readonly name: string;
  /** Rows of it in all splits. */
  readonly before: number;
  readonly after: number;
  /** Of all rows, 0 to 1. */
  readonly shareBefore: number;
  readonly shareAfter: number;
}

export interface DistributionShift {
  readonly of: "task" | "label" | "entity";
  /** Half the sum of the differences of shares, each side made to sum to 1: 0 when nothing moved, 1 when nothing is left. Null where one side has none. */
  readonly distance: number | null;
  /** The names whose share is another now, the greatest change first. */
  readonly names: readonly ShiftedName[];
}

export interface LengthShift {
  readonly split: SplitName;
  /** Words of a row. */
  readonly mean: { readonly before: number; readonly after: number };
  readonly median: { readonly before: number; readonly after: number };
}

/** Distributions that either dataset has. */
export function findShifts(before: DatasetProfile, after: DatasetProfile): readonly DistributionShift[] {
  const shiftOf = (of: DistributionShift["of"], old: SplitCounts, now: SplitCounts): readonly DistributionShift[] => {
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    if (names.length === 0) return [];
    const rows = names.map((name) => compareName(name, totalOf(old, name), totalOf(now, name), before.record.statistics.rows, after.record.statistics.rows));
    const changed = rows.filter(({ shareBefore, shareAfter }) => shareBefore !== shareAfter);
    return [{ of, distance: distanceOf(rows), names: changed.sort((a, b) => changeOf(b) - changeOf(a) || (a.name < b.name ? -1 : 1)) }];
  };
  return [...shiftOf("task", before.tasks, after.tasks), ...shiftOf("label", before.labels, after.labels), ...shiftOf("entity", before.entities, after.entities)];
}

/** Splits whose rows are longer or shorter now. */
export function findLengthShifts(before: DatasetProfile, after: DatasetProfile): readonly LengthShift[] {
  return SPLIT_NAMES.flatMap((split) => {
    const [old, now] = [before.record.splits[split].words, after.record.splits[split].words];
    return old.mean === now.mean && old.median === now.median ? [] : [{ split, mean: { before: old.mean, after: now.mean }, median: { before: old.median, after: now.median } }];
  });
}

function totalOf(counts: SplitCounts, name: string): number {
  const found = Object.hasOwn(counts, name) ? counts[name] : undefined;
  return found === undefined ? 0 : found.train + found.validation + found.test;
}

function compareName(name: string, before: number, after: number, rowsBefore: number, rowsAfter: number): ShiftedName {
  return { name, before, after, shareBefore: before / Math.max(1, rowsBefore), shareAfter: after / Math.max(1, rowsAfter) };
}

function changeOf({ shareBefore, shareAfter }: ShiftedName): number {
  return Math.abs(shareAfter - shareBefore);
}

/** Total variation distance. */
function distanceOf(names: readonly ShiftedName[]): number | null {
  const [before, after] = [names.reduce((sum, one) => sum + one.before, 0), names.reduce((sum, one) => sum + one.after, 0)];
  if (before === 0 || after === 0) return null;
  return names.reduce((sum, one) => sum + Math.abs(one.before / before - one.after / after), 0) / 2;
}
