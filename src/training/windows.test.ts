import { expect, it } from "vitest";
import type { TrainingRow } from "../engine/models/index.ts";
import { epochOrder, stepsPerEpoch, totalSteps, windowAt, type WindowPlan } from "./windows.ts";

const rows: TrainingRow[] = Array.from({ length: 11 }, (_, index) => {
  const ids = Array.from({ length: 3 + (index % 4) }, (_, position) => 100 * index + position);
  return { ids, labels: ids.map((id, position) => (position < 2 ? -100 : id)) };
});
const plan: WindowPlan = { rowCount: 11, batchSize: 2, accumulation: 2, epochs: 2, maxSteps: 0, seed: 42 };

it("counts the smaller last window of an epoch as a step", () => {
  expect(stepsPerEpoch(plan)).toBe(3);
  expect(totalSteps(plan)).toBe(6);
  expect(totalSteps({ ...plan, maxSteps: 4 })).toBe(4);
});

it("shows every row exactly once an epoch", () => {
  for (const epoch of [0, 1]) {
    const seen = [0, 1, 2].flatMap((step) => windowAt(plan, rows, 3 * epoch + step).microBatches.flat()).map((row) => row.ids[0]);
    expect(seen.toSorted((a, b) => a! - b!)).toEqual(rows.map((row) => row.ids[0]));
  }
});

it("has another order in another epoch and under another seed", () => {
  expect(epochOrder(plan, 0)).not.toEqual(epochOrder(plan, 1));
  expect(epochOrder(plan, 0)).not.toEqual(epochOrder({ ...plan, seed: 43 }, 0));
  expect(epochOrder(plan, 0)).toEqual(epochOrder(plan, 0));
});

it("counts the supervised tokens of the whole window, the smaller last one too", () => {
  for (const step of [0, 2]) {
    const window = windowAt(plan, rows, step);
    const counted = window.microBatches.flat().reduce((sum, row) => sum + row.labels.filter((label) => label !== -100).length, 0);
    expect(window.supervisedTokens).toBe(counted);
  }
  expect(windowAt(plan, rows, 2).microBatches.flat()).toHaveLength(3);
});
