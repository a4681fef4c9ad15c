// What changed from one dataset to another, row by row and as a whole.
import { canonicalRow, digestRow } from "../digest-row.ts";
import type { LoadedDataset } from "../load.ts";
import { SPLIT_NAMES, type Row, type SplitName } from "../row.ts";

/** So many rows of each kind are named. */
const SHOWN = 20;

export interface RowPlace {
  readonly split: SplitName;
  readonly id: string;
}

export interface DatasetDiff {
  /** Rows of only one of them, by split; `shown` names the first 20. */
  readonly added: { readonly counts: Readonly<Record<SplitName, number>>; readonly shown: readonly RowPlace[] };
  readonly removed: { readonly counts: Readonly<Record<SplitName, number>>; readonly shown: readonly RowPlace[] };
  /** The same question (system, instruction, input), or the same id, with another answer or other columns. */
  readonly changed: { readonly count: number; readonly shown: readonly { readonly before: RowPlace; readonly after: RowPlace; readonly fields: readonly string[] }[] };
  /** The same row in another split, by way (`train → test`). What goes from test to train makes scores of the two incomparable. */
  readonly moved: { readonly ways: Readonly<Record<string, number>>; readonly shown: readonly { readonly id: string; readonly from: SplitName; readonly to: SplitName }[] };
  readonly same: number;
  /** Shares of labels and tasks, and mean words, before and after. */
  readonly shift: readonly { readonly of: string; readonly name: string; readonly before: number; readonly after: number }[];
  /** Half the sum of the differences of label shares, 0 to 1; null when neither has labels. */
  readonly labelDistance: number | null;
}

interface Placed {
  readonly split: SplitName;
  readonly row: Row;
}

/** Compares two datasets. Rows are the same when all but their ids are equal. */
export function diffDatasets(before: LoadedDataset, after: LoadedDataset): DatasetDiff {
  const old = byDigest(before);
  const now = byDigest(after);
  const gone = [...old].filter(([digest]) => !now.has(digest)).map(([, placed]) => placed);
  const fresh = [...now].filter(([digest]) => !old.has(digest)).map(([, placed]) => placed);
  const pairs = pairChanged(gone, fresh);
  const paired = new Set(pairs.flatMap(({ before: a, after: b }) => [a, b]));
  const moved = [...now].flatMap(([digest, placed]) => {
    const was = old.get(digest);
    return was === undefined || was.split === placed.split ? [] : [{ id: placed.row.id, from: was.split, to: placed.split }];
  });
  return {
    added: summarise(fresh.filter((one) => !paired.has(one))),
    removed: summarise(gone.filter((one) => !paired.has(one))),
    changed: { count: pairs.length, shown: pairs.slice(0, SHOWN).map(({ before: a, after: b }) => ({ before: placeOf(a), after: placeOf(b), fields: changedFields(a.row, b.row) })) },
    moved: { ways: countBy(moved.map(({ from, to }) => `${from} → ${to}`)), shown: moved.slice(0, SHOWN) },
    same: [...now].filter(([digest, { split }]) => old.get(digest)?.split === split).length,
    shift: [...shiftOf(before, after, "task", ({ task }) => (task === undefined ? [] : [task])), ...shiftOf(before, after, "label", ({ labels }) => labels ?? []), ...meanWords(before, after)],
    labelDistance: labelDistance(before, after),
  };
}

function byDigest({ splits }: LoadedDataset): Map<string, Placed> {
  return new Map(SPLIT_NAMES.flatMap((split) => splits[split].map((row) => [digestRow(row), { split, row }] as const)));
}

/** Pairs what went with what came: by the question first, then by the id. A key that several rows share pairs none of them. */
function pairChanged(gone: readonly Placed[], fresh: readonly Placed[]): readonly { readonly before: Placed; readonly after: Placed }[] {
  const pairs: { before: Placed; after: Placed }[] = [];
  const taken = new Set<Placed>();
  for (const keyOf of [questionOf, ({ row }: Placed) => (/^row-\d+$/.test(row.id) ? undefined : row.id)]) {
    const [left, right] = [uniqueBy(gone, keyOf), uniqueBy(fresh, keyOf)];
    for (const [key, before] of left) {
      const after = right.get(key);
      if (after === undefined || taken.has(before) || taken.has(after)) continue;
      taken.add(before).add(after);
      pairs.push({ before, after });
    }
  }
  return pairs;
}

function questionOf({ row: { system, instruction, input } }: Placed): string | undefined {
  return instruction === "" && input === "" ? undefined : JSON.stringify([system, instruction, input]);
}

function uniqueBy(placed: readonly Placed[], keyOf: (one: Placed) => string | undefined): Map<string, Placed> {
  const found = new Map<string, Placed | undefined>();
  for (const one of placed) {
    const key = keyOf(one);
    if (key !== undefined) found.set(key, found.has(key) ? undefined : one);
  }
  return new Map([...found].filter((entry): entry is [string, Placed] => entry[1] !== undefined));
}

function changedFields(before: Row, after: Row): readonly string[] {
  const [a, b] = [before, after].map((row) => JSON.parse(canonicalRow(row)) as Record<string, unknown>) as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key])).sort();
}

function summarise(placed: readonly Placed[]): DatasetDiff["added"] {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const { split } of placed) counts[split] += 1;
  return { counts, shown: placed.slice(0, SHOWN).map(placeOf) };
}

function placeOf({ split, row }: Placed): RowPlace {
  return { split, id: row.id };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function sharesOf({ splits }: LoadedDataset, namesOf: (row: Row) => readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  let total = 0;
  for (const split of SPLIT_NAMES) {
    for (const row of splits[split]) {
      for (const name of namesOf(row)) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        total += 1;
      }
    }
  }
  return new Map([...counts].map(([name, count]) => [name, count / total]));
}

/** Shares that are not the same. */
function shiftOf(before: LoadedDataset, after: LoadedDataset, of: string, namesOf: (row: Row) => readonly string[]): DatasetDiff["shift"] {
  const [a, b] = [sharesOf(before, namesOf), sharesOf(after, namesOf)];
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  return names.map((name) => ({ of, name, before: a.get(name) ?? 0, after: b.get(name) ?? 0 })).filter((one) => one.before !== one.after);
}

function meanWords(before: LoadedDataset, after: LoadedDataset): DatasetDiff["shift"] {
  return SPLIT_NAMES.flatMap((name) => {
    const [a, b] = [before, after].map(({ record }) => record.splits[name].words.mean) as [number, number];
    return a === b ? [] : [{ of: "words", name, before: a, after: b }];
  });
}

function labelDistance(before: LoadedDataset, after: LoadedDataset): number | null {
  const [a, b] = [before, after].map((one) => sharesOf(one, ({ labels }) => labels ?? [])) as [Map<string, number>, Map<string, number>];
  if (a.size === 0 && b.size === 0) return null;
  return [...new Set([...a.keys(), ...b.keys()])].reduce((sum, name) => sum + Math.abs((a.get(name) ?? 0) - (b.get(name) ?? 0)), 0) / 2;
}
