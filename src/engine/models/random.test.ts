import { expect, it } from "vitest";
import { normalStream, randomStream } from "./random.ts";

const take = (stream: () => number, count: number) => Array.from({ length: count }, stream);

it("depends on the seed and every label, and on nothing else", () => {
  const wanted = take(randomStream(42, "lora_A", "q_proj"), 5);
  take(randomStream(1, "other"), 3);
  expect(take(randomStream(42, "lora_A", "q_proj"), 5)).toEqual(wanted);
  for (const other of [randomStream(43, "lora_A", "q_proj"), randomStream(42, "lora_A"), randomStream(42, "lora_A", "k_proj"), randomStream(42, "lora_Aq_proj")]) {
    expect(take(other, 5)).not.toEqual(wanted);
  }
});

it("gives the same numbers on every machine and in every release: a resumed run draws them anew", () => {
  expect(take(randomStream(42, "epoch", 0), 4)).toEqual([0.5071696941740811, 0.5192972074728459, 0.06846604798920453, 0.24777860031463206]);
});

it("is uniform in [0, 1) and normal with mean 0 and deviation 1", () => {
  const uniform = take(randomStream(7, "test"), 20_000);
  expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...uniform)).toBeLessThan(1);
  expect(mean(uniform)).toBeCloseTo(0.5, 2);
  const normal = take(normalStream(randomStream(7, "test")), 20_000);
  expect(mean(normal)).toBeCloseTo(0, 1);
  expect(mean(normal.map((value) => value * value))).toBeCloseTo(1, 1);
  expect(normal.every(Number.isFinite)).toBe(true);
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
