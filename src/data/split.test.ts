import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestRow } from "./digest-row.ts";
import { findLeaks, requireNoLeaks } from "./duplicates/leakage.ts";
import { SPLIT_NAMES, type Row, type Splits } from "./row.ts";
import { splitRows } from "../../test/helpers/split-rows.ts";

const EIGHTY = { train: 0.8, validation: 0.1, test: 0.1 };
const row = (id: number, parts: Partial<Row> = {}): Row => ({ id: String(id), instruction: `Which number is ${id}?`, input: "", output: `n${id}`, ...parts });
const rows = (count: number, parts: (id: number) => Partial<Row> = () => ({})): Row[] => Array.from({ length: count }, (_, id) => row(id, parts(id)));
const sizes = (splits: Splits): number[] => SPLIT_NAMES.map((name) => splits[name].length);
const place = (splits: Splits, id: number): string | undefined => SPLIT_NAMES.find((name) => splits[name].some((one) => one.id === String(id)));
const contents = (splits: Splits): string[][] => SPLIT_NAMES.map((name) => splits[name].map(digestRow));

/** Rows of a small world, in which groups, inputs, answers and near-duplicates meet by chance. */
const worlds = fc
  .array(
    fc.record({
      instruction: fc.constantFrom("What is it?", "Name the cause of the pain.", "Name the cause of the pain!", "How much and how often is it taken?"),
      input: fc.constantFrom("", "n/a", "The cat sat.", "A dog ran by."),
      output: fc.oneof(fc.constantFrom("yes", "no", "it has been taken every morning since May"), fc.string({ minLength: 1, maxLength: 8 })),
      group: fc.option(fc.constantFrom("g1", "g2", "g3", "g4"), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((parts) => parts.map((part, id): Row => ({ ...part, id: String(id) })));

/** What the split gives, or undefined where there are too few groups. */
function trySplit(world: readonly Row[], seed: number): ReturnType<typeof splitRows> | undefined {
  try {
    return splitRows(world, { fractions: EIGHTY, seed });
  } catch (thrown) {
    expect((thrown as Error).message).toMatch(/at least 3 (rows|groups) are needed/);
    return undefined;
  }
}

describe("splitRows", () => {
  it("deals 80, 10 and 10 of 100 rows", () => {
    expect(sizes(splitRows(rows(100), { fractions: EIGHTY, seed: 42 }).splits)).toEqual([80, 10, 10]);
  });

  it("leaves no wanted split empty and an unwanted one empty", () => {
    expect(sizes(splitRows(rows(3), { fractions: EIGHTY, seed: 42 }).splits)).toEqual([1, 1, 1]);
    expect(sizes(splitRows(rows(10), { fractions: { train: 0.9, validation: 0, test: 0.1 }, seed: 42 }).splits)).toEqual([9, 0, 1]);
    expect(sizes(splitRows(rows(1), { fractions: { train: 1, validation: 0, test: 0 }, seed: 42 }).splits)).toEqual([1, 0, 0]);
  });

  it("keeps a share for each split when groups are large", () => {
    const { splits, groups, largestGroup } = splitRows(rows(20, (id) => ({ group: id < 18 ? "big" : `small ${id}` })), { fractions: EIGHTY, seed: 1 });
    expect(sizes(splits)).toEqual([18, 1, 1]);
    expect([groups, largestGroup]).toEqual([3, 18]);
  });

  it.each([
    ["a group", { group: "g" }],
    ["an input", { input: "The same note about a patient." }],
    ["a free-text answer", { output: "Rest, drink, and come back on Monday." }],
    ["nearly all words", { instruction: "What should a patient with a cold do in the evening before going to bed early?", output: "Rest" }],
  ])("keeps rows together that share %s", (_, parts) => {
    for (let seed = 0; seed < 20; seed++) {
      const { splits } = splitRows(rows(40, (id) => (id < 4 ? { ...parts } : {})), { fractions: EIGHTY, seed });
      expect(new Set([0, 1, 2, 3].map((id) => place(splits, id))).size).toBe(1);
      expect(findLeaks(splits)).toEqual([]);
    }
  });

  it("does not link rows by a short answer or by what stands for no input", () => {
    expect(splitRows(rows(40, () => ({ output: "yes", input: "N/A" })), { fractions: EIGHTY, seed: 42 }).groups).toBe(40);
  });

  it("puts every row into exactly one split and lets no link cross, whatever the rows", () => {
    fc.assert(
      fc.property(worlds, fc.nat(), (world, seed) => {
        const result = trySplit(world, seed);
        if (result === undefined) return;
        expect(SPLIT_NAMES.flatMap((name) => result.splits[name]).map(({ id }) => id).sort()).toEqual(world.map(({ id }) => id).sort());
        expect(sizes(result.splits).every((size) => size > 0)).toBe(true);
        requireNoLeaks(findLeaks(result.splits));
      }),
    );
  });

  it("gives the same splits in the same order for the same rows and seed, in whatever order the rows come", () => {
    fc.assert(
      fc.property(
        worlds.chain((world) => fc.tuple(fc.constant(world), fc.shuffledSubarray(world, { minLength: world.length }))),
        fc.nat(),
        ([world, shuffled], seed) => {
          const [first, second] = [trySplit(world, seed), trySplit(shuffled, seed)];
          expect(second === undefined).toBe(first === undefined);
          if (first !== undefined && second !== undefined) expect(contents(second.splits)).toEqual(contents(first.splits));
        },
      ),
    );
  });

  it("gives other splits for another seed", () => {
    const split = (seed: number) => contents(splitRows(rows(50), { fractions: EIGHTY, seed }).splits);
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
  });

  it("says why rows cannot be split", () => {
    expect(() => splitRows(rows(9, () => ({ group: "one" })), { fractions: EIGHTY, seed: 42 })).toThrow(
      "Cannot split 9 rows into train, validation, test: those that belong together make 1 independent group (the largest has 9 rows), at least 3 groups are needed",
    );
    expect(() => splitRows(rows(9), { fractions: { train: 0.8, validation: 0.1, test: 0.2 }, seed: 42 })).toThrow(
      "Cannot split: train 0.8, validation 0.1, test 0.2 add up to 1.1, needed is 1 with train above 0 and none below 0",
    );
    expect(() => splitRows(rows(9), { fractions: { train: Number.NaN, validation: 0.1, test: 0.2 }, seed: 42 })).toThrow("Cannot split");
  });
});

describe("requireNoLeaks", () => {
  const test = row(1);
  const splits = (leaked: Row): Splits => ({ train: [row(7), leaked], validation: [], test: [test] });

  it.each([
    ["exact", { ...test, id: "2" }, test],
    ["group", row(2, { group: "g" }), { ...test, group: "g" }],
    ["input", row(2, { input: "A note." }), { ...test, input: "a NOTE" }],
    ["answer", row(2, { output: "It is taken with food twice daily." }), { ...test, output: "it is taken with food, twice daily" }],
    ["near_duplicate", row(2, { instruction: "Which number is 1", output: "N1" }), test],
  ])("refuses rows linked by %s in two splits", (kind, leaked, tested) => {
    const crossing = { ...splits(leaked), test: [tested] };
    expect(findLeaks(crossing).map((leak) => leak.kind)).toContain(kind);
    expect(() => requireNoLeaks(findLeaks(crossing))).toThrow(`${kind}: train 2 and test 1`);
  });

  it("lets the same answer of five words and rows of one split pass", () => {
    requireNoLeaks(findLeaks(splits(row(2, { output: test.output }))));
    requireNoLeaks(findLeaks({ train: [test, { ...test, id: "2" }], validation: [], test: [] }));
  });
});
