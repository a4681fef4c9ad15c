import { expect, it } from "vitest";
import { fillDropout } from "./dropout.ts";

function maskOf(length: number, probability: number, seed: number): Float32Array {
  const mask = new Float32Array(length);
  fillDropout(mask, probability, seed, "test");
  return mask;
}

it("drops the asked share and keeps the mean at one, within four standard deviations", () => {
  const length = 200_000;
  for (const probability of [0.05, 0.1, 0.5]) {
    const mask = maskOf(length, probability, 3);
    const dropped = mask.filter((value) => value === 0).length / length;
    const mean = mask.reduce((sum, value) => sum + value, 0) / length;
    expect(Math.abs(dropped - probability)).toBeLessThan(4 * Math.sqrt((probability * (1 - probability)) / length));
    expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(probability / (1 - probability) / length));
    expect(new Set(mask).size).toBe(2);
  }
});

it("is the same for a seed and another for the next, whatever the mask held before", () => {
  const used = new Float32Array(101).fill(7);
  fillDropout(used, 0.5, 3, "test");
  expect(used).toEqual(maskOf(101, 0.5, 3));
  expect(maskOf(101, 0.5, 4)).not.toEqual(used);
});

it("fills an odd length, drops nothing at 0 and neighbours independently", () => {
  expect(maskOf(5, 0, 1)).toEqual(new Float32Array(5).fill(1));
  const mask = maskOf(100_000, 0.5, 9);
  const both = mask.filter((value, index) => index % 2 === 0 && value === 0 && mask[index + 1] === 0).length;
  expect(both / (mask.length / 2)).toBeCloseTo(0.25, 2);
});
