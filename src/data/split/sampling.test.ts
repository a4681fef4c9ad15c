import { describe, expect, it } from "vitest";
import { createLabelColumn, type LabelColumn } from "./labels.ts";
import { balanceNegatives, sampleRandom, sampleStratified, undersample } from "./sampling.ts";

/** `counts` rows of each set of labels, one after the other. */
function column(counts: readonly (readonly [count: number, labels: readonly string[]])[]): { readonly labels: LabelColumn; readonly from: Uint32Array } {
  const labels = createLabelColumn();
  let rows = 0;
  for (const [count, names] of counts) for (let index = 0; index < count; index++, rows++) labels.add(names);
  return { labels: labels.finish(), from: Uint32Array.from({ length: rows }, (_, row) => row) };
}

describe("sampleRandom", () => {
  const pool = column([[30, ["a"]], [10, []]]);

  it("draws so many rows by the seed, and keeps all where there are not more", () => {
    const { rows, requested } = sampleRandom({ ...pool, seed: 42, size: 12 });
    expect([rows.length, new Set(rows).size, requested]).toEqual([12, 12, 12]);
    expect(sampleRandom({ ...pool, seed: 42, size: 12 }).rows).toEqual(rows);
    expect(sampleRandom({ ...pool, seed: 43, size: 12 }).rows).not.toEqual(rows);
    expect(sampleRandom({ ...pool, seed: 42, size: 41 }).rows).toEqual(pool.from);
  });
});

describe("sampleStratified", () => {
  const pool = column([
    [800, ["Trigger"]],
    [700, ["Casualty"]],
    [60, ["Weapon"]],
    [1400, []],
  ]);

  it("draws half by label in proportion, a rare label up to its least number, and fills up with negatives", () => {
    const { rows, requested, counts } = sampleStratified({ ...pool, seed: 42, size: 1200, minPerLabel: 100 });
    expect([rows.length, requested]).toEqual([1200, 1200]);
    expect(counts).toEqual({ Trigger: 307, Casualty: 269, Weapon: 60, "(none)": 564 });
    expect(new Set(rows).size).toBe(1200);
  });

  it("fills up with any rows when negatives run out, and keeps all rows of a small pool", () => {
    const few = column([[90, ["a"]], [5, []]]);
    expect(sampleStratified({ ...few, seed: 1, size: 80, minPerLabel: 0 })).toMatchObject({ requested: 80, counts: { a: 75, "(none)": 5 } });
    expect(sampleStratified({ ...few, seed: 1, size: 200, minPerLabel: 0 })).toMatchObject({ requested: 200, counts: { a: 90, "(none)": 5 } });
  });

  it("never draws more than it was asked for, whatever the least number of a label", () => {
    expect(sampleStratified({ ...pool, seed: 42, size: 100, minPerLabel: 90 }).rows.length).toBe(100);
  });

  it("draws the same rows for the same seed", () => {
    const draw = (seed: number) => sampleStratified({ ...pool, seed, size: 300, minPerLabel: 10 }).rows;
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

describe("undersample", () => {
  it("thins every label out to the rows of the rarest, rows of several labels counting for their rarest", () => {
    const pool = column([[50, ["a"]], [20, ["b"]], [5, ["a", "b"]], [40, []]]);
    expect(undersample({ ...pool, seed: 42 }).counts).toEqual({ a: 30, b: 25, "(none)": 25 });
  });

  it("keeps nothing of nothing", () => {
    expect(undersample({ ...column([]), seed: 42 }).rows.length).toBe(0);
  });
});

describe("balanceNegatives", () => {
  const pool = column([[30, ["a"]], [100, []]]);

  it("keeps all hard negatives and as many others as make both sides equal", () => {
    const { rows, counts } = balanceNegatives({ ...pool, seed: 42, isHard: (row) => row >= 120 });
    expect(counts).toEqual({ a: 30, "(none)": 30 });
    expect(Array.from(rows).filter((row) => row >= 120).length).toBe(10);
  });

  it("keeps no other negative where the hard ones are enough", () => {
    expect(balanceNegatives({ ...pool, seed: 42, isHard: (row) => row >= 80 }).counts).toEqual({ a: 30, "(none)": 50 });
  });
});
