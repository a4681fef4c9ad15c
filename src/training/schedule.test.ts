import { expect, it } from "vitest";
import { learningRateAt, type ScheduleOptions } from "./schedule.ts";

const options: ScheduleOptions = { scheduler: "cosine", peak: 2e-4, warmupRatio: 0.1, totalSteps: 20 };

it("rises from zero to the peak over the warmup", () => {
  expect([0, 1, 2].map((step) => learningRateAt(step, options))).toEqual([0, 1e-4, 2e-4]);
});

it("halves at the middle of the cosine and ends near zero", () => {
  expect(learningRateAt(11, options)).toBeCloseTo(1e-4, 12);
  expect(learningRateAt(19, options)).toBeLessThan(2e-6);
});

it("falls evenly when linear and not at all when constant", () => {
  expect(learningRateAt(11, { ...options, scheduler: "linear" })).toBeCloseTo(1e-4, 12);
  expect(learningRateAt(19, { ...options, scheduler: "constant" })).toBe(2e-4);
});
