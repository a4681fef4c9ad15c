import { expect, it } from "vitest";
import fixture from "../../../test/fixtures/metrics/perplexity-tests.json" with { type: "json" };
import { meanLoss, perplexity } from "./perplexity.ts";

it.each(fixture.vectors)("agrees with $src: $ppl", ({ p, log2p, ppl, bits, tol }) => {
  const logs = log2p ?? p?.map(Math.log2) ?? [];
  const nll = -Math.LN2 * logs.reduce((sum, value) => sum + value, 0);
  expect(Math.abs(perplexity(nll, logs.length) - ppl)).toBeLessThan(tol);
  expect(Math.abs(meanLoss(nll, logs.length) / Math.LN2 - bits)).toBeLessThan(tol);
});

it("agrees with NLTK on probabilities rounded to four digits", () => {
  const nll = [0.3929, 0.0357, 0.0556, 0.0263, 0.0357, 0.0556].reduce((sum, probability) => sum - Math.log(probability), 0);
  expect(meanLoss(nll, 6) / Math.LN2).toBeCloseTo(4.0917, 3);
  expect(perplexity(nll, 6)).toBeCloseTo(17.0504, 1);
});

it("is the size of the vocabulary for a uniform guess, and infinite for an impossible token", () => {
  expect(perplexity(10 * Math.log(512), 10)).toBeCloseTo(512, 9);
  expect(perplexity(Infinity, 4)).toBe(Infinity);
});
