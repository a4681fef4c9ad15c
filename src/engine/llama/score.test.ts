import { expect, it } from "vitest";
import { logSoftmaxAt } from "./score.ts";

it("takes the logarithm of the softmax in closed form", () => {
  const { logprob, best } = logSoftmaxAt(Float32Array.from([0, Math.log(2), Math.log(5)]), 1);
  expect(logprob).toBeCloseTo(Math.log(2 / 8), 6);
  expect(best).toBe(2);
});

it("does not overflow with large logits", () => {
  expect(logSoftmaxAt(Float32Array.from([1e4, 1e4]), 0)).toEqual({ logprob: -Math.LN2, best: 0 });
});

it("shows numbers that are none", () => {
  expect(logSoftmaxAt(Float32Array.from([Number.NaN, 0]), 1).logprob).toBeNaN();
});
