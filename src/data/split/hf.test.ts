import { describe, expect, it } from "vitest";
import { splitAsDatasets } from "./hf.ts";
import { createLabelColumn, type LabelColumn } from "./labels.ts";
import { createNumpyRandom } from "./pcg64.ts";

/** One number for a long permutation. */
const fingerprint = (order: Iterable<number>): number => [...order].reduce((hash, value) => (hash * 31 + value) % 1_000_000_007, 0);

// Made with numpy 2 (`numpy.random.default_rng(seed)`), `choice` by scripts/fixtures/write-splits.py.
describe("createNumpyRandom", () => {
  it.each([
    [42, 10, [5, 6, 0, 7, 3, 2, 4, 9, 1, 8]],
    [0, 12, [9, 2, 7, 4, 5, 11, 0, 3, 6, 10, 8, 1]],
    [2 ** 40 + 7, 12, [8, 2, 6, 1, 11, 9, 3, 7, 4, 5, 0, 10]],
    [42, 1, [0]],
    [42, 0, []],
  ])("gives numpy's order for seed %d of %d numbers", (seed, count, order) => {
    expect([...createNumpyRandom(seed).permutation(count)]).toEqual(order);
  });

  it("gives numpy's order of 100,003 numbers", () => {
    expect(fingerprint(createNumpyRandom(7).permutation(100_003))).toBe(981_514_117);
  });

  it.each([
    [42, 5, 3, [4, 0, 3]],
    [7, 4, 4, [0, 2, 1, 3]],
    [0, 9, 1, [7]],
    [3, 1000, 12, [180, 93, 234, 39, 864, 802, 433, 331, 84, 177, 796, 579]],
  ])("chooses with seed %d of %d numbers the %d that numpy chooses", (seed, count, size, chosen) => {
    expect(createNumpyRandom(seed).choose(count, size)).toEqual(chosen);
  });
});

// Made with datasets 5: d = Dataset.from_dict({"row": range(n)}).train_test_split(test_size=test, seed=42), then d["train"].train_test_split(…).
describe("splitAsDatasets", () => {
  it("gives the rows of one train_test_split", () => {
    expect(splitAsDatasets(10, [0.8, 0, 0.2], 42).map((rows) => [...rows])).toEqual([[0, 7, 3, 2, 4, 9, 1, 8], [], [5, 6]]);
  });

  it("gives the rows of two, one after the other", () => {
    expect(splitAsDatasets(37, [0.8, 0.1, 0.1], 42).map((rows) => [...rows])).toEqual([[8, 30, 22, 35, 15, 12, 33, 31, 10, 21, 0, 34, 11, 7, 4, 9, 19, 14, 24, 17, 6, 28, 13, 36, 25, 1, 23, 29, 20], [16, 3, 32, 2], [27, 18, 26, 5]]);
  });

  it("rounds shares of many rows as Python does", () => {
    expect(splitAsDatasets(1237, [0.8, 0.1, 0.1], 7).map((rows) => [rows.length, fingerprint(rows)])).toEqual([[989, 421005021], [124, 819198136], [124, 433405678]]);
  });
});

// Made by scripts/fixtures/write-splits.py.
describe("splitAsDatasets by class", () => {
  const column = (classes: readonly string[]): LabelColumn => {
    const labels = createLabelColumn();
    for (const name of classes) labels.add([name]);
    return labels.finish();
  };
  const split = (count: number, classOf: (row: number) => string, shares: readonly [number, number, number], seed: number) =>
    splitAsDatasets(count, shares, seed, column(Array.from({ length: count }, (_, row) => classOf(row)))).map((rows) => [...rows]);

  it("gives the rows of stratify_by_column for two classes alike", () => {
    expect(split(20, (row) => "ab"[row % 2]!, [0.5, 0.25, 0.25], 42)).toEqual([[4, 11, 12, 13, 19, 0, 15, 17, 14, 8], [6, 9, 5, 10, 16], [7, 1, 18, 3, 2]]);
  });

  it("gives them for classes of different sizes", () => {
    expect(split(60, (row) => (row % 10 === 0 ? "a" : row % 3 === 0 ? "b" : "c"), [0.8, 0.1, 0.1], 7)).toEqual([
      [31, 22, 59, 10, 27, 26, 0, 48, 19, 37, 58, 57, 40, 50, 3, 43, 5, 29, 47, 46, 24, 34, 7, 6, 36, 4, 35, 54, 42, 12, 28, 41, 32, 51, 45, 21, 8, 55, 44, 16, 15, 1, 20, 11, 2, 13, 25, 56],
      [18, 38, 30, 33, 17, 49],
      [9, 53, 39, 14, 52, 23],
    ]);
  });

  it("gives them for many rows and several classes", () => {
    const rows = split(1237, (row) => "abcdefg"[(row * row) % 7]!, [0.8, 0.1, 0.1], 42);
    expect(rows.map((part) => [part.length, fingerprint(part)])).toEqual([[989, 696636844], [124, 210640490], [124, 997199156]]);
  });

  it("refuses what Python refuses", () => {
    expect(() => split(20, (row) => (row === 3 ? "rare" : "usual"), [0.8, 0, 0.2], 1)).toThrow(`"rare" has 1 row, needed are at least 2`);
    expect(() => split(20, (row) => "abcde"[row % 5]!, [0.8, 0, 0.2], 1)).toThrow("a split would have 4 rows for 5 classes, needed is at least one of each");
  });
});
