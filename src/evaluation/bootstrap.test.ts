import { describe, expect, it } from "vitest";
import { bootstrapMean, bootstrapMeanDifference, bootstrapRatio, bootstrapRatioDifference } from "./bootstrap.ts";

const values = Array.from({ length: 200 }, (_, index) => (index * 37) % 101);
const mean = values.reduce((sum, value) => sum + value, 0) / values.length;

describe("bootstrapMean", () => {
  it("reports the plain mean of all rows, whatever the seed", () => {
    for (const seed of [1, 2, 3]) expect(bootstrapMean(values, { seed }).value).toBeCloseTo(mean, 12);
  });

  it("agrees with the normal interval of the mean", () => {
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    const half = 1.96 * (deviation / Math.sqrt(values.length));
    const { low, high, n } = bootstrapMean(values);
    expect(Math.abs(low - (mean - half))).toBeLessThan(0.1 * half);
    expect(Math.abs(high - (mean + half))).toBeLessThan(0.1 * half);
    expect(n).toBe(200);
  });

  it("gives the same interval for the same seed and another for another", () => {
    expect(bootstrapMean(values, { seed: 7 })).toEqual(bootstrapMean(values, { seed: 7 }));
    expect(bootstrapMean(values, { seed: 7 }).low).not.toBe(bootstrapMean(values, { seed: 8 }).low);
  });

  it("has no width over one row or equal rows", () => {
    expect(bootstrapMean([0.5])).toEqual({ value: 0.5, low: 0.5, high: 0.5, n: 1 });
    expect(bootstrapMean([1, 1, 1])).toEqual({ value: 1, low: 1, high: 1, n: 3 });
  });

  it("refuses no rows", () => {
    expect(() => bootstrapMean([])).toThrow(RangeError);
  });
});

it("weighs rows by their tokens in a ratio of sums", () => {
  expect(bootstrapRatio({ numerators: [2, 90], denominators: [1, 99] }).value).toBe(0.92);
});

it("puts the statistic of the sums inside its own interval", () => {
  const sample = { numerators: values, denominators: values.map(() => 50), combine: (nll: number, tokens: number) => Math.exp(nll / tokens) };
  const { value, low, high } = bootstrapRatio(sample);
  expect(value).toBeCloseTo(Math.exp(mean / 50), 12);
  expect(low).toBeLessThan(value);
  expect(high).toBeGreaterThan(value);
});

describe("bootstrapMeanDifference", () => {
  it("finds a small steady gain that unpaired intervals hide", () => {
    const tuned = values.map((value, index) => value + 1 + (index % 2));
    const difference = bootstrapMeanDifference(values, tuned);
    expect(difference.value).toBeCloseTo(1.5, 12);
    expect(difference.low).toBeGreaterThan(1.3);
    expect(bootstrapMean(values).high).toBeGreaterThan(bootstrapMean(tuned).low);
  });

  it("is exactly 0 for a model against itself", () => {
    expect(bootstrapMeanDifference(values, values)).toEqual({ value: 0, low: 0, high: 0, n: 200 });
  });

  it("refuses rows that do not pair", () => {
    expect(() => bootstrapRatioDifference({ numerators: [1], denominators: [1] }, { numerators: [1, 2], denominators: [1, 1] })).toThrow("1 against 2");
  });
});
