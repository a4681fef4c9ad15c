import { expect, it } from "vitest";
import type { TrainingRow } from "../engine/models/index.ts";
import { createWindows, epochOrder, measureFill, packAll, planWindows, stepsPerEpoch, totalSteps, type WindowPlan } from "./windows.ts";

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
    const seen = [0, 1, 2].flatMap((step) => createWindows(plan, rows)(3 * epoch + step).microBatches.flat()).map((row) => row.ids[0]);
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
    const window = createWindows(plan, rows)(step);
    const counted = window.microBatches.flat().reduce((sum, row) => sum + row.labels.filter((label) => label !== -100).length, 0);
    expect(window.supervisedTokens).toBe(counted);
  }
  expect(createWindows(plan, rows)(2).microBatches.flat()).toHaveLength(3);
});

const packed = planWindows({ ...plan, packTo: 12 }, rows);
const firstIds = (some: readonly TrainingRow[]) => some.flatMap(({ ids, starts = [0] }) => starts.map((start) => ids[start]!)).toSorted((a, b) => a - b);

it("packs every row once an epoch, into as many sequences in each", () => {
  expect(packed.rowCount).toBeLessThan(7);
  const windows = createWindows(packed, rows);
  const together = [0, 1].map((epoch) => {
    const sequences = Array.from({ length: stepsPerEpoch(packed) }, (_, step) => windows(stepsPerEpoch(packed) * epoch + step).microBatches.flat()).flat();
    expect(sequences).toHaveLength(packed.rowCount);
    expect(firstIds(sequences)).toEqual(firstIds(rows));
    for (const { ids, labels } of sequences) expect([ids.length <= 12, labels.length]).toEqual([true, ids.length]);
    return new Set(sequences.map((sequence) => firstIds([sequence]).join()));
  });
  expect(together[0]).not.toEqual(together[1]);
});

it("has the same packs at a step however it got there", () => {
  const [straight, fresh] = [createWindows(packed, rows), createWindows(packed, rows)];
  const last = totalSteps(packed) - 1;
  for (let step = 0; step < last; step += 1) straight(step);
  expect(straight(last)).toEqual(fresh(last));
  expect(straight(0)).toEqual(fresh(0));
});

it("supervises the same tokens packed and by themselves", () => {
  const sum = (one: WindowPlan) => Array.from({ length: stepsPerEpoch(one) }, (_, step) => createWindows(one, rows)(step).supervisedTokens).reduce((a, b) => a + b);
  expect(sum(packed)).toBe(sum(plan));
  expect(firstIds(packAll(packed, rows))).toEqual(firstIds(rows));
  expect(packAll(plan, rows)).toBe(rows);
});

it("groups rows of similar length, each once, in an order that depends on seed and epoch", () => {
  const many = Array.from({ length: 64 }, (_, index): TrainingRow => ({ ids: Array.from({ length: 1 + ((index * 37) % 64) }, () => index), labels: [] }));
  const grouped = planWindows({ ...plan, accumulation: 1, batchSize: 4, groupByLength: true }, many);
  const batches = (one: WindowPlan, epoch: number) => Array.from({ length: 16 }, (_, step) => createWindows(one, many)(16 * epoch + step).microBatches[0]!);
  for (const batch of batches(grouped, 0)) expect(batch[0]!.ids.length - batch[3]!.ids.length).toBeLessThan(4);
  expect(firstIds(batches(grouped, 0).flat())).toEqual(firstIds(many));
  expect(batches(grouped, 0)).not.toEqual(batches(grouped, 1));
  expect(batches(grouped, 1)).toEqual(batches({ ...grouped }, 1));
  const padding = (one: WindowPlan) => measureFill(one, many, 64);
  expect(padding(grouped).tokens).toBe(padding({ ...grouped, groupByLength: false }).tokens);
  expect(padding(grouped).computed).toBeLessThan(0.8 * padding({ ...grouped, groupByLength: false }).computed);
});

it("measures what padding costs, that of missing rows too", () => {
  // Rows of 3 to 6 tokens are computed as 12, the longest planned; 6 micro-batches of 2.
  expect(measureFill(plan, rows, 12)).toEqual({ tokens: 48, computed: 6 * 2 * 12 });
  expect(measureFill(packed, rows, 12).tokens).toBe(48);
});
