// The gate: linked rows that stand in more than one split, found anew from the rows of the splits, without a look at how they were dealt.
import { leaksFound } from "../errors.ts";
import { SPLIT_NAMES, type Row, type SplitName, type Splits } from "../row.ts";
import type { LeakSummary } from "../../records/index.ts";
import { visitCandidates } from "./candidates.ts";
import { KEY_KINDS, LINK_KINDS, type Fingerprints, type LinkKind } from "./fingerprint.ts";
import { runAtOnce, type Steps } from "../steps.ts";
import { compareRows } from "./in-memory.ts";
import { numberKeys } from "./links.ts";
import { NEAR_DUPLICATE_SIMILARITY, similarity } from "./minhash.ts";
import { createRunsCache } from "./runs-cache.ts";
import { createSets } from "./sets.ts";

/** Leaks shown of each kind, and rows of each leak. */
const SHOWN_LEAKS = 20;

export interface GateOptions {
  readonly fingerprints: Fingerprints;
  /** The rows in an order of their content, each once. */
  readonly order: Uint32Array;
  /** The split of each row, as a place in {@link SPLIT_NAMES}. */
  readonly splitOf: Uint8Array;
  readonly readRuns: (row: number) => Uint32Array;
  readonly readId: (row: number) => string;
}

/** Leaks by kind, in the order of {@link LINK_KINDS}; kinds without any are left out. Steps count rows. */
export function* findLeaksIn(options: GateOptions): Steps<readonly LeakSummary[]> {
  const nameRows = (rows: readonly number[]) => rows.map((row) => ({ split: splitName(options.splitOf[row]!), id: options.readId(row) }));
  const found: LeakSummary[] = [];
  for (const kind of LINK_KINDS) {
    const { count, rows } = kind === "near_duplicate" ? yield* crossingPairs(options) : crossingKeys(kind, options);
    found.push({ kind, count, rows: rows.map(nameRows) });
  }
  return found.filter(({ count }) => count > 0);
}

/** Leaks between splits that are held in memory. */
export function findLeaks(splits: Splits): readonly LeakSummary[] {
  const placed = SPLIT_NAMES.flatMap((split, number) => splits[split].map((row): { row: Row; split: number } => ({ row, split: number })));
  const rows = placed.map(({ row }) => row);
  return runAtOnce(findLeaksIn({ ...compareRows(rows), splitOf: Uint8Array.from(placed, ({ split }) => split), readId: (row) => rows[row]!.id }));
}

/** @throws `data.leakage` naming rows, when there is a leak of a kind that is not allowed */
export function requireNoLeaks(leaks: readonly LeakSummary[], allowed: readonly LinkKind[] = []): void {
  const forbidden = leaks.filter(({ kind }) => !allowed.some((one) => one === kind));
  if (forbidden.length > 0) throw leaksFound(forbidden);
}

/** Keys whose rows stand in more than one split, and the first row of each split for the first of them. */
function crossingKeys(kind: (typeof KEY_KINDS)[number], { fingerprints, splitOf }: GateOptions): { readonly count: number; readonly rows: readonly (readonly number[])[] } {
  const { keyOf, count } = numberKeys(kind, fingerprints, splitOf.length);
  const splitsOfKey = new Uint8Array(count);
  for (let row = 0; row < splitOf.length; row++) if (keyOf[row] !== -1) splitsOfKey[keyOf[row]!]! |= 1 << splitOf[row]!;
  const crosses = (key: number): boolean => (splitsOfKey[key]! & (splitsOfKey[key]! - 1)) !== 0;
  const shown = new Map<number, Map<number, number>>();
  let crossing = 0;
  for (let key = 0; key < count; key++) {
    if (!crosses(key)) continue;
    crossing += 1;
    if (crossing <= SHOWN_LEAKS) shown.set(key, new Map());
  }
  if (crossing > 0) {
    for (let row = 0; row < splitOf.length; row++) {
      const firsts = shown.get(keyOf[row]!);
      if (firsts !== undefined && !firsts.has(splitOf[row]!)) firsts.set(splitOf[row]!, row);
    }
  }
  return { count: crossing, rows: [...shown.values()].map((firsts) => [...firsts].sort(([a], [b]) => a - b).map(([, row]) => row)) };
}

/** Near-duplicate pairs across splits; of a set of them only as many as hold it together. */
function* crossingPairs({ fingerprints, order, splitOf, readRuns }: GateOptions): Steps<{ readonly count: number; readonly rows: readonly (readonly number[])[] }> {
  const sets = createSets(order.length);
  const runsOf = createRunsCache(readRuns);
  const rows: number[][] = [];
  let count = 0;
  yield* visitCandidates({ ...fingerprints, order }, (first, second) => {
    if (splitOf[first] === splitOf[second] || sets.isJoined(first, second)) return;
    if (similarity(runsOf(first), runsOf(second)) < NEAR_DUPLICATE_SIMILARITY) return;
    sets.join(first, second);
    count += 1;
    if (rows.length < SHOWN_LEAKS) rows.push([first, second].sort((a, b) => splitOf[a]! - splitOf[b]!));
  });
  return { count, rows };
}

function splitName(number: number): SplitName {
  return SPLIT_NAMES[number]!;
}
