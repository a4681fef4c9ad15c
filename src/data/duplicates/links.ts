// What makes two rows too alike to stand in two splits, and the sets of rows that follow from it. Only numbers are held; the few rows that may be
// near-duplicates are read again and compared exactly. Nothing here depends on the order of the rows.
import { visitCandidates } from "./candidates.ts";
import { KEY_KINDS, KEY_NUMBERS, type Fingerprints, type LinkKind } from "./fingerprint.ts";
import { createKeyIndex } from "./key-index.ts";
import { NEAR_DUPLICATE_SIMILARITY, similarity } from "./minhash.ts";
import { createRunsCache } from "./runs-cache.ts";
import { createSets, type Sets } from "./sets.ts";
import type { Steps } from "../steps.ts";

export interface LinkOptions {
  readonly fingerprints: Fingerprints;
  /** The rows in an order of their content, each once. */
  readonly order: Uint32Array;
  /** Reads the compared runs of a row. */
  readonly readRuns: (row: number) => Uint32Array;
  /** Kinds that link; default all. */
  readonly kinds?: readonly LinkKind[];
}

export interface LinkedRows {
  /** The group of each row, numbered in the order of their first rows; linked rows are of one group. */
  readonly groupOf: Int32Array;
  readonly groups: number;
  /** 1 for rows that nearly repeat an earlier row. */
  readonly nearRepeats: Uint8Array;
  readonly largest: LargestSet;
}

/** The largest set of linked rows, and the key that joins most of it. */
export interface LargestSet {
  readonly rows: number;
  /** Undefined for a single row. */
  readonly kind?: LinkKind;
  /** Rows that share the commonest key of that kind. */
  readonly keyRows: number;
  /** The first row with that key; the first row of the set where there is none. */
  readonly firstRow: number;
}

/** Joins rows that are equal, of one group, about the same input, with the same free-text answer, or near-duplicates. Steps count rows. */
export function* linkRows({ fingerprints, order, readRuns, kinds = [...KEY_KINDS, "near_duplicate"] }: LinkOptions): Steps<LinkedRows> {
  const rows = order.length;
  const sets = createSets(rows);
  const keyed = KEY_KINDS.filter((kind) => kinds.includes(kind));
  for (const kind of keyed) joinByKey(kind, fingerprints, rows, sets);
  const near = createSets(rows);
  const runsOf = createRunsCache(readRuns);
  yield* visitCandidates({ ...fingerprints, order }, (first, second) => {
    if (!near.isJoined(first, second) && similarity(runsOf(first), runsOf(second)) >= NEAR_DUPLICATE_SIMILARITY) near.join(first, second);
  });
  const nearRepeats = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const first = near.rootOf(row);
    if (first === row) continue;
    nearRepeats[row] = 1;
    if (kinds.includes("near_duplicate")) sets.join(first, row);
  }
  const groupOf = new Int32Array(rows);
  const sizes: number[] = [];
  for (let row = 0; row < rows; row++) {
    const root = sets.rootOf(row);
    // The root is the smallest member, so it comes first.
    const group = root === row ? sizes.push(0) - 1 : groupOf[root]!;
    groupOf[row] = group;
    sizes[group]! += 1;
  }
  const largest = sizes.reduce((best, size, group) => (size > sizes[best]! ? group : best), 0);
  return { groupOf, groups: sizes.length, nearRepeats, largest: rows === 0 ? { rows: 0, keyRows: 0, firstRow: 0 } : explain(largest, groupOf, fingerprints, kinds, near) };
}

/** The number of each row's key of one kind, by first appearance; -1 where it has none. */
export function numberKeys(kind: (typeof KEY_KINDS)[number], { keys }: Fingerprints, rows: number): { readonly keyOf: Int32Array; readonly count: number } {
  const index = createKeyIndex();
  const keyOf = new Int32Array(rows).fill(-1);
  for (let row = 0, at = 2 * KEY_KINDS.indexOf(kind); row < rows; row++, at += KEY_NUMBERS) {
    if (keys[at] !== 0 || keys[at + 1] !== 0) keyOf[row] = index.add(keys[at]!, keys[at + 1]!);
  }
  return { keyOf, count: index.count };
}

function joinByKey(kind: (typeof KEY_KINDS)[number], fingerprints: Fingerprints, rows: number, sets: Sets): void {
  const { keyOf, count } = numberKeys(kind, fingerprints, rows);
  const firsts = new Int32Array(count).fill(-1);
  for (let row = 0; row < rows; row++) {
    const key = keyOf[row]!;
    if (key === -1) continue;
    if (firsts[key] === -1) firsts[key] = row;
    else sets.join(firsts[key]!, row);
  }
}

/** Which kind links most rows of a group, and its commonest key there. */
function explain(group: number, groupOf: Int32Array, fingerprints: Fingerprints, kinds: readonly LinkKind[], near: Sets): LargestSet {
  const members = groupOf.reduce<number[]>((rows, of, row) => (of === group ? (rows.push(row), rows) : rows), []);
  const keyOfKind = (kind: LinkKind): ((row: number) => number) => {
    if (kind === "near_duplicate") return (row) => near.rootOf(row);
    const { keyOf } = numberKeys(kind, fingerprints, groupOf.length);
    return (row) => keyOf[row]!;
  };
  let best: LargestSet & { readonly linked: number } = { rows: members.length, keyRows: 0, firstRow: members[0]!, linked: 0 };
  for (const kind of kinds) {
    const { linked, keyRows, firstRow } = countKeys(members, keyOfKind(kind));
    if (linked > best.linked) best = { rows: members.length, kind, keyRows, firstRow, linked };
  }
  const { linked: _linked, ...largest } = best;
  return largest;
}

/** Rows that share their key with another row, and the key that most share. */
function countKeys(members: readonly number[], keyOf: (row: number) => number): { readonly linked: number; readonly keyRows: number; readonly firstRow: number } {
  const counts = new Map<number, { rows: number; readonly firstRow: number }>();
  for (const row of members) {
    const key = keyOf(row);
    if (key === -1) continue;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { rows: 1, firstRow: row });
    else known.rows += 1;
  }
  let [linked, keyRows, firstRow] = [0, 0, members[0]!];
  for (const count of counts.values()) {
    if (count.rows < 2) continue;
    linked += count.rows;
    if (count.rows > keyRows) [keyRows, firstRow] = [count.rows, count.firstRow];
  }
  return { linked, keyRows, firstRow };
}
