import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../random.ts";
import { sha256 } from "../../files/index.ts";
import { assignSplits, type Assignment, type SplitMethod } from "./assign.ts";
import { createLabelColumn, labelsOf, type LabelColumn } from "./labels.ts";

const EIGHTY = { train: 0.8, validation: 0.1, test: 0.1 };

/** Keys as the pipeline makes them. */
const keysOf = (names: readonly string[]): Uint8Array => Uint8Array.from(names.flatMap((name) => [...Buffer.from(sha256(name).slice(0, 32), "hex")]));
const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, row) => `row ${row}`);
const alone = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row);
function column(rows: readonly (readonly string[])[]): LabelColumn {
  const labels = createLabelColumn();
  for (const row of rows) labels.add(row);
  return labels.finish();
}
const sizes = ({ order }: Assignment): number[] => order.map((rows) => rows.length);
const withLabel = ({ order }: Assignment, labels: LabelColumn, name: string): number[] => order.map((rows) => Array.from(rows).filter((row) => labelsOf(labels, row).includes(name)).length);

describe("assignSplits", () => {
  it.each(["group", "stratified", "multilabel", "hf"] as const)("deals 80, 10 and 10 of 100 rows by the method %s", (method) => {
    const labels = column(numbered(100).map((_, row) => [row % 2 === 0 ? "a" : "b"]));
    expect(sizes(assignSplits({ method, rowKeys: keysOf(numbered(100)), groupOf: alone(100), labels, fractions: EIGHTY, seed: 42 }))).toEqual([80, 10, 10]);
  });

  it("gives every split its share of each label, of a rare one too", () => {
    const labels = column(numbered(1000).map((_, row) => (row < 20 ? ["rare"] : row < 300 ? ["often"] : ["usual"])));
    const dealt = assignSplits({ method: "stratified", rowKeys: keysOf(numbered(1000)), groupOf: alone(1000), labels, fractions: EIGHTY, seed: 7 });
    expect(sizes(dealt)).toEqual([800, 100, 100]);
    expect(withLabel(dealt, labels, "rare")).toEqual([16, 2, 2]);
    expect(withLabel(dealt, labels, "often")).toEqual([224, 28, 28]);
  });

  it("tells sets of labels apart when it is stratified, and balances single labels when they are many", () => {
    const random = createRandom(3);
    const sets = numbered(2000).map(() => ["Trigger", "Casualty", "Weapon"].filter((_, label) => random.chance([0.5, 0.3, 0.05][label]!)));
    const labels = column(sets);
    const deal = (method: SplitMethod) => assignSplits({ method, rowKeys: keysOf(numbered(2000)), groupOf: alone(2000), labels, fractions: EIGHTY, seed: 42 });
    for (const name of labels.names) {
      const total = sets.filter((set) => set.includes(name)).length;
      const [train, validation, test] = withLabel(deal("multilabel"), labels, name) as [number, number, number];
      expect(Math.abs(train - total * 0.8)).toBeLessThanOrEqual(2);
      expect(Math.abs(validation - total * 0.1)).toBeLessThanOrEqual(2);
      expect(Math.abs(test - total * 0.1)).toBeLessThanOrEqual(2);
    }
    const both = (rows: Uint32Array): number => Array.from(rows).filter((row) => labelsOf(labels, row).join() === "Casualty,Trigger").length;
    const [train, validation, test] = deal("stratified").order.map(both) as [number, number, number];
    expect(Math.abs(validation - test)).toBeLessThanOrEqual(1);
    expect(Math.abs(train - 8 * test)).toBeLessThanOrEqual(8);
  });

  it.each(["stratified", "multilabel"] as const)("keeps the sizes of splits where most labels are rare, by the method %s", (method) => {
    const deal = (classOf: (row: number) => string): Assignment => {
      const labels = column(numbered(1000).map((_, row) => [classOf(row)]));
      return assignSplits({ method, rowKeys: keysOf(numbered(1000)), groupOf: alone(1000), labels, fractions: EIGHTY, seed: 42 });
    };
    expect(sizes(deal((row) => `only ${row}`))).toEqual([800, 100, 100]);
    expect(sizes(deal((row) => `three ${row % 333}`))).toEqual([800, 100, 100]);
    const mixed = deal((row) => (row < 500 ? "usual" : `only ${row}`));
    expect(sizes(mixed)).toEqual([800, 100, 100]);
    expect(mixed.order.map((rows) => Array.from(rows).filter((row) => row < 500).length)).toEqual([400, 50, 50]);
  });

  it("keeps groups whole, leaves no wanted split empty, and does not depend on the order of the rows", () => {
    const worlds = fc.array(fc.record({ group: fc.nat(12), labels: fc.subarray(["a", "b", "c"]) }), { minLength: 3, maxLength: 60 });
    fc.assert(
      fc.property(worlds, fc.nat(), fc.constantFrom("group", "stratified", "multilabel"), (world, seed, method) => {
        const names = numbered(world.length);
        const deal = (rows: readonly number[]): Assignment | undefined => {
          const groups = new Map<number, number>();
          const groupOf = Int32Array.from(rows, (row) => {
            const { group } = world[row]!;
            if (!groups.has(group)) groups.set(group, groups.size);
            return groups.get(group)!;
          });
          if (groups.size < 3) return undefined;
          return assignSplits({ method, rowKeys: keysOf(rows.map((row) => names[row]!)), groupOf, labels: column(rows.map((row) => world[row]!.labels)), fractions: EIGHTY, seed });
        };
        const rows = world.map((_, row) => row);
        const dealt = deal(rows);
        if (dealt === undefined) return;
        expect(sizes(dealt).every((size) => size > 0)).toBe(true);
        expect(dealt.order.flatMap((order) => Array.from(order)).sort((a, b) => a - b)).toEqual(rows);
        for (const group of new Set(world.map((row) => row.group))) expect(new Set(rows.filter((row) => world[row]!.group === group).map((row) => dealt.splitOf[row])).size).toBe(1);
        const shuffled = createRandom(seed + 1).shuffle(rows);
        expect(deal(shuffled)!.order.map((order) => Array.from(order, (index) => shuffled[index]!))).toEqual(dealt.order.map((order) => Array.from(order)));
      }),
    );
  });

  it("gives other splits for another seed", () => {
    const deal = (seed: number) => assignSplits({ method: "group", rowKeys: keysOf(numbered(50)), groupOf: alone(50), fractions: EIGHTY, seed }).order;
    expect(deal(1)).toEqual(deal(1));
    expect(deal(1)).not.toEqual(deal(2));
  });

  it("says why rows cannot be split", () => {
    const refuse = (groupOf: Int32Array, fractions = EIGHTY) => () => assignSplits({ method: "stratified", rowKeys: keysOf(numbered(groupOf.length)), groupOf, labels: column(Array.from(groupOf, () => [])), fractions, seed: 42 });
    expect(refuse(new Int32Array(9))).toThrow("those that belong together make 1 independent group (the largest has 9 rows), at least 3 groups are needed");
    expect(refuse(alone(9), { train: 0.8, validation: 0.1, test: 0.2 })).toThrow("add up to 1.1");
  });
});
