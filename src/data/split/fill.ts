import type { Random } from "../../random.ts";
import { sizeOfUnit, type Units } from "./units.ts";

/** Shares of train, validation and test, in this order. */
export type Shares = readonly [number, number, number];

/**
 * Units in random order are dealt whole: test is filled up to its share, then validation; the rest is train. No split with a share stays empty.
 * Needs at least as many units as splits with a share. @returns the split of each unit
 */
export function fillSplits(units: Units, shares: Shares, random: Random): Uint8Array {
  const rows = units.members.length;
  const splitOf = new Uint8Array(units.count);
  const wanted = [0, 1, 2].filter((split) => shares[split]! > 0);
  let rest = random.shuffle(Array.from({ length: units.count }, (_, unit) => unit));
  for (const [later, split] of [...wanted.entries()].reverse()) {
    if (split === 0) break;
    const target = Math.max(1, Math.round(rows * shares[split]!));
    const taken = takeUnits(units, rest, target, rest.length - later);
    for (const unit of taken) splitOf[unit] = split;
    rest = rest.filter((unit) => !taken.has(unit));
  }
  return splitOf;
}

/** Units in order that together have at most `target` rows, at most `mostUnits` of them; the smallest one when none is small enough. */
function takeUnits(units: Units, order: readonly number[], target: number, mostUnits: number): ReadonlySet<number> {
  const taken = new Set<number>();
  let room = target;
  for (const unit of order) {
    if (taken.size === mostUnits || room === 0) break;
    const size = sizeOfUnit(units, unit);
    if (size > room) continue;
    taken.add(unit);
    room -= size;
  }
  if (taken.size === 0) taken.add(order.reduce((smallest, unit) => (sizeOfUnit(units, unit) < sizeOfUnit(units, smallest) ? unit : smallest)));
  return taken;
}
