// What changed from one dataset to another, row by row and as a whole.
import { canonicalRow, digestRow } from "../digest-row.ts";
import type { OpenDataset } from "../load.ts";
import { SPLIT_NAMES, type Row, type SplitName } from "../row.ts";
import { profileDataset, type DatasetProfile } from "../show/profile.ts";
import { findLengthShifts, findShifts, type DistributionShift, type LengthShift } from "./shift.ts";

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
  /** Tasks, labels and types of entities that either has. */
  readonly shifts: readonly DistributionShift[];
  /** Splits whose rows are longer or shorter now. */
  readonly lengths: readonly LengthShift[];
  readonly before: DatasetProfile;
  readonly after: DatasetProfile;
}

interface Placed {
  readonly split: SplitName;
  readonly row: Row;
}

/**
 * Compares two datasets. Rows are the same when all but their ids are equal. Both are read twice; what is only in one of them is held in memory, of
 * all others a digest.
 * @param onRow is called for every row that is read the first time
 * @throws what `check` throws
 */
export function diffDatasets(before: OpenDataset, after: OpenDataset, onRow: () => void = () => {}): DatasetDiff {
  const [old, now] = [placeRows(before, onRow), placeRows(after, onRow)];
  const isSame = old.profile.record.digest === now.profile.record.digest;
  const [gone, fresh] = isSame ? [[], []] : [rowsOutside(before, now.places), rowsOutside(after, old.places)];
  const pairs = pairChanged(gone, fresh);
  const paired = new Set(pairs.flatMap(({ before: a, after: b }) => [a, b]));
  return {
    added: summarise(fresh.filter((one) => !paired.has(one))),
    removed: summarise(gone.filter((one) => !paired.has(one))),
    changed: { count: pairs.length, shown: pairs.slice(0, SHOWN).map(({ before: a, after: b }) => ({ before: placeOf(a), after: placeOf(b), fields: changedFields(a.row, b.row) })) },
    ...findMoves(after, old.places, now.places),
    shifts: findShifts(old.profile, now.profile),
    lengths: findLengthShifts(old.profile, now.profile),
    before: old.profile,
    after: now.profile,
  };
}

/** Digest of a row → the split it is in; the last one of rows that are the same. */
type Places = ReadonlyMap<string, SplitName>;

function placeRows(dataset: OpenDataset, onRow: () => void): { readonly profile: DatasetProfile; readonly places: Places } {
  const places = new Map<string, SplitName>();
  const profile = profileDataset(dataset, (split, _row, digest) => {
    places.set(digest, split);
    onRow();
  });
  return { profile, places };
}

/** The rows that the other dataset does not have; each content once. */
function rowsOutside(dataset: OpenDataset, places: Places): readonly Placed[] {
  const found = new Map<string, Placed>();
  for (const split of SPLIT_NAMES) {
    for (const row of dataset.rows(split)) {
      const digest = digestRow(row);
      if (!places.has(digest)) found.set(digest, { split, row });
    }
  }
  return [...found.values()];
}

function findMoves(after: OpenDataset, old: Places, now: Places): Pick<DatasetDiff, "moved" | "same"> {
  const ways: Record<string, number> = {};
  let same = 0;
  for (const [digest, to] of now) {
    const from = old.get(digest);
    if (from === to) same += 1;
    else if (from !== undefined) ways[`${from} → ${to}`] = (ways[`${from} → ${to}`] ?? 0) + 1;
  }
  return { moved: { ways, shown: Object.keys(ways).length === 0 ? [] : [...movedRows(after, old, now)] }, same };
}

/** The first rows that moved. */
function* movedRows(after: OpenDataset, old: Places, now: Places): Generator<DatasetDiff["moved"]["shown"][number]> {
  let shown = 0;
  for (const to of SPLIT_NAMES) {
    for (const row of after.rows(to)) {
      const digest = digestRow(row);
      const from = old.get(digest);
      if (from === undefined || from === to || now.get(digest) !== to) continue;
      yield { id: row.id, from, to };
      shown += 1;
      if (shown === SHOWN) return;
    }
  }
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
