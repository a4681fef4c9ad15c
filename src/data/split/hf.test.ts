import { describe, expect, it } from "vitest";
import { splitAsDatasets } from "./hf.ts";
import { permuteAsNumpy } from "./pcg64.ts";

/** One number for a long permutation. */
const fingerprint = (order: Iterable<number>): number => [...order].reduce((hash, value) => (hash * 31 + value) % 1_000_000_007, 0);

// Made with numpy 2 (`numpy.random.default_rng(seed).permutation(count)`).
describe("permuteAsNumpy", () => {
  it.each([
    [42, 10, [5, 6, 0, 7, 3, 2, 4, 9, 1, 8]],
    [0, 12, [9, 2, 7, 4, 5, 11, 0, 3, 6, 10, 8, 1]],
    [2 ** 40 + 7, 12, [8, 2, 6, 1, 11, 9, 3, 7, 4, 5, 0, 10]],
    [42, 1, [0]],
    [42, 0, []],
  ])("gives numpy's order for seed %d of %d numbers", (seed, count, order) => {
    expect([...permuteAsNumpy(seed, count)]).toEqual(order);
  });

  it("gives numpy's order of 100,003 numbers", () => {
    expect(fingerprint(permuteAsNumpy(7, 100_003))).toBe(981_514_117);
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
