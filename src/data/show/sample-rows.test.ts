import { describe, expect, it } from "vitest";
import type { Row } from "../row.ts";
import { sampleRows } from "./sample-rows.ts";

const rows: readonly Row[] = Array.from({ length: 40 }, (_, index) => ({ id: `r${index}`, instruction: "i", input: "", output: "o", task: index % 4 === 0 ? "dose" : "name" }));
const idsOf = (sampled: readonly Row[]): readonly string[] => sampled.map(({ id }) => id);

describe("sampleRows", () => {
  it("draws the same rows for the same seed, in the order in which they stand", () => {
    const { rows: drawn, seen } = sampleRows(rows, { count: 5, seed: 7 });
    expect(seen).toBe(40);
    expect(drawn).toEqual(sampleRows(rows, { count: 5, seed: 7 }).rows);
    expect(idsOf(drawn)).not.toEqual(idsOf(sampleRows(rows, { count: 5, seed: 8 }).rows));
    const numbers = idsOf(drawn).map((id) => Number(id.slice(1)));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(numbers).size).toBe(5);
  });

  it("gives every row the same chance", () => {
    const drawn = new Map<string, number>();
    for (let seed = 0; seed < 4000; seed += 1) for (const id of idsOf(sampleRows(rows, { count: 4, seed }).rows)) drawn.set(id, (drawn.get(id) ?? 0) + 1);
    // 4,000 draws of 4 of 40 rows: 400 each, standard deviation 19.
    for (const { id } of rows) expect(Math.abs((drawn.get(id) ?? 0) - 400)).toBeLessThan(95);
  });

  it("shows all rows that fit when they are few, and none of an empty split", () => {
    expect(idsOf(sampleRows(rows, { count: 99, seed: 1, fits: ({ task }) => task === "dose" }).rows)).toHaveLength(10);
    expect(sampleRows([], { count: 3, seed: 1 })).toEqual({ rows: [], seen: 0 });
  });
});
