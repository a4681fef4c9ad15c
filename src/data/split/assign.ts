import { createRandom } from "../../random.ts";
import { fractionsInvalid, tooFewGroups } from "../errors.ts";
import { SPLIT_NAMES, type SplitName } from "../row.ts";
import { fillSplits, type Shares } from "./fill.ts";
import { splitAsDatasets } from "./hf.ts";
import { labelSets, type LabelColumn } from "./labels.ts";
import { stratifySplits } from "./stratify.ts";
import { buildUnits, type Units } from "./units.ts";

/**
 * How rows are dealt. All but `hf` keep groups whole and depend on the rows and the seed, not on their order.
 * `group`: at random. `stratified`: every split gets its share of every set of labels. `multilabel`: of every single label.
 * `hf`: as Python's `train_test_split` twice, bit for bit, blind to groups; by class as with `stratify_by_column` where labels are given.
 */
export type SplitMethod = "group" | "stratified" | "multilabel" | "hf";

export const SPLIT_METHODS: readonly SplitMethod[] = ["group", "stratified", "multilabel", "hf"];

/** Share of the rows in each split; they add up to 1, and train is more than 0. */
export type Fractions = Readonly<Record<SplitName, number>>;

export interface AssignOptions {
  readonly method: SplitMethod;
  /** 16 bytes for each row: the beginning of the digest of its content. */
  readonly rowKeys: Uint8Array;
  /** The group of each row, numbered from 0. */
  readonly groupOf: Int32Array;
  /** Needed by `stratified` and `multilabel`; `hf` splits by class where there are any. */
  readonly labels?: LabelColumn;
  readonly fractions: Fractions;
  readonly seed: number;
}

export interface Assignment {
  /** 0 train, 1 validation, 2 test, for each row. */
  readonly splitOf: Uint8Array;
  /** The rows of train, validation and test in the order they are written. */
  readonly order: readonly [Uint32Array, Uint32Array, Uint32Array];
  /** Sets of rows that had to stay together, single rows included; each row is one for `hf`. */
  readonly groups: number;
  /** Rows of the largest. */
  readonly largestGroup: number;
}

/** @throws `data.fractions_invalid`, `data.too_few_groups` when there are fewer groups than wanted splits, `data.class_too_small` for `hf` */
export function assignSplits({ method, rowKeys, groupOf, labels, fractions, seed }: AssignOptions): Assignment {
  requireFractions(fractions);
  const shares = SPLIT_NAMES.map((name) => fractions[name]) as unknown as Shares;
  const rows = groupOf.length;
  if (method === "hf") {
    requireUnits(rows, rows, 1, fractions);
    const order = splitAsDatasets(rows, shares, seed, labels === undefined ? undefined : labelSets(labels));
    return { splitOf: splitsOfRows(rows, order), order, groups: rows, largestGroup: Math.min(1, rows) };
  }
  const random = createRandom(seed);
  const units = buildUnits(rowKeys, groupOf);
  requireUnits(units.count, rows, units.largest, fractions);
  const splitOf = spread(units, method === "group" ? fillSplits(units, shares, random) : stratifySplits(units, columnFor(method, labels), shares, random));
  const shuffled = (split: number): Uint32Array => Uint32Array.from(random.shuffle(Array.from(units.order.filter((row) => splitOf[row] === split))));
  return { splitOf, order: [shuffled(0), shuffled(1), shuffled(2)], groups: units.count, largestGroup: units.largest };
}

function columnFor(method: SplitMethod, labels: LabelColumn | undefined): LabelColumn {
  if (labels === undefined) throw new Error(`internal: a ${method} split needs the labels of the rows`);
  return method === "stratified" ? labelSets(labels) : labels;
}

/** The split of each row from the split of its unit. */
function spread({ count, starts, members }: Units, splitOfUnit: Uint8Array): Uint8Array {
  const splitOf = new Uint8Array(members.length);
  for (let unit = 0; unit < count; unit++) for (const row of members.subarray(starts[unit], starts[unit + 1])) splitOf[row] = splitOfUnit[unit]!;
  return splitOf;
}

function splitsOfRows(rows: number, order: Assignment["order"]): Uint8Array {
  const splitOf = new Uint8Array(rows);
  for (const [split, members] of order.entries()) for (const row of members) splitOf[row] = split;
  return splitOf;
}

function requireFractions(fractions: Fractions): void {
  const parts = SPLIT_NAMES.map((name) => fractions[name]);
  const sum = parts.reduce((total, part) => total + part, 0);
  if (!(fractions.train > 0) || parts.some((part) => !(part >= 0)) || Math.abs(sum - 1) > 1e-6) throw fractionsInvalid(fractions, sum);
}

function requireUnits(units: number, rows: number, largest: number, fractions: Fractions): void {
  const wanted = SPLIT_NAMES.filter((name) => fractions[name] > 0);
  if (units < wanted.length) throw tooFewGroups(units, wanted, rows, largest);
}
