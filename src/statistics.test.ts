import { expect, it } from "vitest";
import { bootstrapInterval, quantile } from "./statistics.ts";

it("interpolates between order statistics as numpy.quantile does", () => {
  const sorted = Float64Array.of(1, 2, 4, 8);
  expect([0, 0.25, 0.5, 0.9, 1].map((share) => quantile(sorted, share))).toEqual([1, 1.75, 3, expect.closeTo(6.8, 12), 8]);
  expect(quantile(Float64Array.of(5), 0.3)).toBe(5);
});

it("draws the same rows for the same seed", () => {
  const mean = (rows: Uint32Array) => rows.reduce((sum, row) => sum + row, 0) / rows.length;
  const interval = (seed: number) => bootstrapInterval(50, mean, { resamples: 200, seed, confidence: 0.9 });
  expect(interval(1)).toEqual(interval(1));
  expect(interval(1)).not.toEqual(interval(2));
  expect(interval(1).low).toBeLessThan(24.5);
  expect(interval(1).high).toBeGreaterThan(24.5);
});

it("refuses no rows", () => {
  expect(() => bootstrapInterval(0, () => 0, { resamples: 1, seed: 1, confidence: 0.9 })).toThrow(RangeError);
});
