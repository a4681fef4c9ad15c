import { expect, it } from "vitest";
import { learningRateAt, type ScheduleOptions } from "./schedule.ts";

const options: ScheduleOptions = { scheduler: "cosine", peak: 2e-4, warmupRatio: 0.1, totalSteps: 20 };

it("rises from zero to the peak over the warmup", () => {
  expect([0, 1, 2].map((step) => learningRateAt(step, options))).toEqual([0, 1e-4, 2e-4]);
});

it("gives the numbers of transformers' get_cosine_schedule_with_warmup(2 warmup steps, 10 steps), which starts at 0", () => {
  // transformers 5.23.0, peak 1: rates before each of the ten optimizer steps.
  const rates = [0, 0.5, 1, 0.9619397662556434, 0.8535533905932737, 0.6913417161825449, 0.5, 0.30865828381745514, 0.14644660940672627, 0.03806023374435663];
  rates.forEach((rate, step) => expect(learningRateAt(step, { scheduler: "cosine", peak: 1, warmupRatio: 0.2, totalSteps: 10 })).toBeCloseTo(rate, 12));
});

it("trains at the peak for one step at least, however short the run and long the warmup", () => {
  for (const scheduler of ["cosine", "linear", "constant"] as const) {
    for (const totalSteps of [1, 2, 3, 20]) {
      for (const warmupRatio of [0, 0.03, 0.5, 1]) {
        const rates = Array.from({ length: totalSteps }, (_, step) => learningRateAt(step, { scheduler, peak: 1, warmupRatio, totalSteps }));
        expect(Math.max(...rates)).toBe(1);
      }
    }
  }
});

it("halves at the middle of the cosine and ends near zero", () => {
  expect(learningRateAt(11, options)).toBeCloseTo(1e-4, 12);
  expect(learningRateAt(19, options)).toBeLessThan(2e-6);
});

it("falls evenly when linear and not at all when constant", () => {
  expect(learningRateAt(11, { ...options, scheduler: "linear" })).toBeCloseTo(1e-4, 12);
  expect(learningRateAt(19, { ...options, scheduler: "constant" })).toBe(2e-4);
});
