// Iterative stratification (Sechidis, Tsoumakas, Vlahavas 2011, algorithm 1), seeded and by whole units: the rarest label is dealt first, each
// unit to the split that still lacks most rows of that label.
import type { Random } from "../../random.ts";
import type { Shares } from "./fill.ts";
import type { LabelColumn } from "./labels.ts";
import { sizeOfUnit, type Units } from "./units.ts";

interface Wish {
  /** Rows each split still lacks, of every label: `[split][label]`. */
  readonly ofLabel: readonly Float64Array[];
  /** Rows each split still lacks. */
  readonly ofAll: Float64Array;
  /** Parts of rows that splits were owed by labels with too few rows left to share, and did not get. */
  readonly owed: Float64Array;
}

/**
 * Deals units so that every split has its share of every label. No split with a share stays empty, where there are enough units.
 * @returns the split of each unit
 */
export function stratifySplits(units: Units, labels: LabelColumn, shares: Shares, random: Random): Uint8Array {
  const counts = countLabels(units, labels);
  const totals = new Float64Array(labels.names.length);
  for (const index of labels.values) totals[index]! += 1;
  const wish: Wish = { ofLabel: shares.map((share) => totals.map((total) => total * share)), ofAll: Float64Array.from(shares, (share) => share * units.members.length), owed: new Float64Array(shares.length) };
  const unitsOf = unitsByLabel(counts, orderUnits(units, random), labels.names.length);
  const splitOf = new Uint8Array(units.count).fill(UNDEALT);
  const wanted = [0, 1, 2].filter((split) => shares[split]! > 0);
  const deal = (unit: number, label: number | undefined): void => {
    const split = chooseSplit(wanted, wish, label, label === undefined ? 0 : counts[unit]!.get(label)!, random);
    splitOf[unit] = split;
    wish.ofAll[split]! -= sizeOfUnit(units, unit);
    for (const [index, count] of counts[unit]!) {
      wish.ofLabel[split]![index]! -= count;
      totals[index]! -= count;
    }
  };
  for (let label = rarest(totals); label !== undefined; label = rarest(totals)) {
    for (const unit of unitsOf[label]!) if (splitOf[unit] === UNDEALT) deal(unit, label);
    totals[label] = 0;
  }
  for (const unit of orderUnits(units, random)) if (splitOf[unit] === UNDEALT) deal(unit, undefined);
  fillEmpty(units, splitOf, wanted);
  return splitOf;
}

const UNDEALT = 255;
/** Shares of whole numbers are no whole numbers. */
const TOLERANCE = 1e-9;

/** Rows of a unit that have each label. */
type LabelCounts = ReadonlyMap<number, number>;

function countLabels(units: Units, { starts, values }: LabelColumn): readonly LabelCounts[] {
  return Array.from({ length: units.count }, (_, unit) => {
    const counts = new Map<number, number>();
    for (let at = units.starts[unit]!; at < units.starts[unit + 1]!; at++) {
      const row = units.members[at]!;
      for (let value = starts[row]!; value < starts[row + 1]!; value++) counts.set(values[value]!, (counts.get(values[value]!) ?? 0) + 1);
    }
    return counts;
  });
}

/** Large units first, since they fit worst; equal ones in random order. */
function orderUnits(units: Units, random: Random): readonly number[] {
  const order = random.shuffle(Array.from({ length: units.count }, (_, unit) => unit));
  return order.sort((a, b) => sizeOfUnit(units, b) - sizeOfUnit(units, a));
}

function unitsByLabel(counts: readonly LabelCounts[], order: readonly number[], labelCount: number): readonly (readonly number[])[] {
  const units: number[][] = Array.from({ length: labelCount }, () => []);
  for (const unit of order) for (const label of counts[unit]!.keys()) units[label]!.push(unit);
  return units;
}

/** The label that the fewest undealt rows have. */
function rarest(totals: Float64Array): number | undefined {
  let found: number | undefined;
  for (const [label, total] of totals.entries()) if (total > 0 && (found === undefined || total < totals[found]!)) found = label;
  return found;
}

/**
 * The split that lacks most rows of the label; of equal ones the one that lacks most rows; of those a random one. Where no split lacks as many as
 * there are to deal, the rest of a label or all of a rare one, the split that was owed most by such rests before: else the largest would get them all.
 */
function chooseSplit(wanted: readonly number[], { ofLabel, ofAll, owed }: Wish, label: number | undefined, rows: number, random: Random): number {
  const most = (splits: readonly number[], lack: (split: number) => number): readonly number[] => {
    const greatest = Math.max(...splits.map(lack));
    return splits.filter((split) => lack(split) === greatest);
  };
  const one = (splits: readonly number[]): number => {
    const equal = most(splits, (split) => ofAll[split]!);
    return equal.length === 1 ? equal[0]! : random.pick(equal);
  };
  if (label === undefined) return one(wanted);
  const lack = (split: number): number => Math.max(0, ofLabel[split]![label]!);
  const total = wanted.reduce((sum, split) => sum + lack(split), 0);
  if (total === 0 || wanted.some((split) => lack(split) >= rows - TOLERANCE)) return one(most(wanted, (split) => ofLabel[split]![label]!));
  for (const split of wanted) owed[split]! += (rows * lack(split)) / total;
  const chosen = one(most(wanted, (split) => owed[split]!));
  owed[chosen]! -= rows;
  return chosen;
}

/** A split that got nothing is given the smallest unit of the one with most units. */
function fillEmpty(units: Units, splitOf: Uint8Array, wanted: readonly number[]): void {
  for (const split of wanted) {
    if (splitOf.includes(split)) continue;
    const unitsIn = wanted.map((one) => splitOf.filter((dealt) => dealt === one).length);
    const from = wanted[unitsIn.indexOf(Math.max(...unitsIn))]!;
    let smallest: number | undefined;
    for (const [unit, dealt] of splitOf.entries()) {
      if (dealt === from && (smallest === undefined || sizeOfUnit(units, unit) < sizeOfUnit(units, smallest))) smallest = unit;
    }
    splitOf[smallest!] = split;
  }
}
