import { expect, it } from "vitest";
import { fakeLlama } from "../../test/helpers/fake-llama.ts";
import { benchmarkModel, perplexityDifference } from "./benchmark.ts";

const sequences = [
  { ids: [65, 66, 67, 68], firstScored: 1 },
  { ids: [70, 71, 72, 73, 74], firstScored: 3 },
];

it("measures perplexity over all scored tokens", async () => {
  const { model } = fakeLlama({ logprob: () => -Math.log(7) });
  const benchmark = await benchmarkModel({ model, sequences });
  expect(benchmark.perplexity).toBeCloseTo(7, 4);
  expect(benchmark.scoredTokens).toBe(5);
  expect(benchmark.perSequence.map((row) => row.scoredTokens)).toEqual([3, 2]);
});

it("counts tokens per second of reading and of writing apart", async () => {
  // The fake reads a prompt in 1 ms, whatever its length, and writes a token in 2 ms.
  const { model } = fakeLlama({ answer: () => "abcd" });
  const benchmark = await benchmarkModel({ model, sequences, generateTokens: 8 });
  expect(benchmark.promptTokensPerSecond).toBe(2000);
  expect(benchmark.generateTokensPerSecond).toBe(500);
});

it("goes on to the next prompts when answers end early, and gives no speed when all end at once", async () => {
  const fake = fakeLlama();
  const benchmark = await benchmarkModel({ model: fake.model, sequences });
  expect(benchmark.generateTokensPerSecond).toBeUndefined();
  expect(fake.open).toBe(0);
});

it("gives the change of perplexity between two models with its interval", async () => {
  const of = (factor: number) => benchmarkModel({ model: fakeLlama({ logprob: () => -Math.log(factor) }).model, sequences });
  const { value, low, high, n } = perplexityDifference(await of(7), await of(7.5));
  for (const bound of [value, low, high]) expect(bound).toBeCloseTo(0.5, 4);
  expect(n).toBe(2);
});

it("refuses no sequences", async () => {
  await expect(benchmarkModel({ model: fakeLlama().model, sequences: [] })).rejects.toThrow(RangeError);
});
