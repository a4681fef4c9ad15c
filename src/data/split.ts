// Rows that are linked stay together: whole groups are dealt out. Groups are put into an order of their content before they are shuffled,
// so that the splits depend on the rows and the seed and not on the order of the file.
import { digestRow } from "./digest-row.ts";
import { fractionsInvalid, tooFewGroups } from "./errors.ts";
import { findLinks } from "./links.ts";
import { createRandom } from "../random.ts";
import { SPLIT_NAMES, type Row, type SplitName, type Splits } from "./row.ts";
import { createSets } from "./sets.ts";

/** Share of the rows in each split; they add up to 1, and train is more than 0. */
export type Fractions = Readonly<Record<SplitName, number>>;

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

interface Member {
  readonly row: Row;
  readonly digest: string;
}

/**
 * Deals rows to train, validation and test. The same rows and seed give the same splits, in whatever order the rows come.
 * Test is filled first, then validation, each with whole groups up to its share; the rest is train. No wanted split stays empty.
 * @throws `data.fractions_invalid`, `data.too_few_groups` when there are fewer groups than wanted splits
 */
export function splitRows(rows: readonly Row[], { fractions, seed }: SplitOptions): SplitResult {
  requireFractions(fractions);
  const random = createRandom(seed);
  const groups = random.shuffle(groupRows(rows));
  const wanted = SPLIT_NAMES.filter((name) => fractions[name] > 0);
  const largestGroup = groups.reduce((most, group) => Math.max(most, group.length), 0);
  if (groups.length < wanted.length) throw tooFewGroups(groups.length, wanted, rows.length, largestGroup);
  const dealt: Record<SplitName, Member[]> = { train: [], validation: [], test: [] };
  let rest = groups;
  for (const [later, name] of [...wanted.entries()].reverse()) {
    const target = Math.max(1, Math.round(rows.length * fractions[name]));
    const taken = name === "train" ? rest : takeGroups(rest, target, rest.length - later);
    rest = rest.filter((group) => !taken.includes(group));
    dealt[name] = taken.flat();
  }
  const ordered = (name: SplitName): readonly Row[] => random.shuffle([...dealt[name]].sort(byDigest)).map(({ row }) => row);
  return { splits: { train: ordered("train"), validation: ordered("validation"), test: ordered("test") }, groups: groups.length, largestGroup };
}

/** The groups of linked rows in an order that does not depend on the order of the rows. */
function groupRows(rows: readonly Row[]): readonly (readonly Member[])[] {
  const members = rows.map((row): Member => ({ row, digest: digestRow(row) }));
  const sets = createSets(rows.length);
  for (const link of findLinks(rows)) for (const index of link.rows) sets.join(link.rows[0]!, index);
  return sets
    .all()
    .map((set) => set.map((index) => members[index]!).sort(byDigest))
    .sort((a, b) => byDigest(a[0]!, b[0]!));
}

/** Groups in order that together have at most `target` rows, at most `mostGroups` of them; the smallest one when none is small enough. */
function takeGroups(groups: readonly (readonly Member[])[], target: number, mostGroups: number): readonly (readonly Member[])[] {
  const taken: (readonly Member[])[] = [];
  let room = target;
  for (const group of groups) {
    if (taken.length === mostGroups || room === 0) break;
    if (group.length > room) continue;
    taken.push(group);
    room -= group.length;
  }
  return taken.length > 0 ? taken : [groups.reduce((smallest, group) => (group.length < smallest.length ? group : smallest))];
}

function requireFractions(fractions: Fractions): void {
  const parts = SPLIT_NAMES.map((name) => fractions[name]);
  const sum = parts.reduce((total, part) => total + part, 0);
  if (!(fractions.train > 0) || parts.some((part) => !(part >= 0)) || Math.abs(sum - 1) > 1e-6) throw fractionsInvalid(fractions, sum);
}

function byDigest(a: Member, b: Member): number {
  return a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0;
}
