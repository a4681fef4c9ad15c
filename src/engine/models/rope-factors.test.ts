import { expect, it } from "vitest";
import { ropeFactors } from "./rope-factors.ts";
import type { LlamaConfig } from "./types.ts";

// Llama 3.2 1B: config.json of the model.
const config: LlamaConfig = {
  vocabSize: 128_256, hiddenSize: 2048, intermediateSize: 8192, layerCount: 16, headCount: 32, kvHeadCount: 8, headDim: 64, normEpsilon: 1e-5, ropeTheta: 500_000, tiedEmbeddings: true, contextLength: 131_072, eosIds: [128_001],
  ropeScaling: { type: "llama3", factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192 },
};

it("leaves short wavelengths alone, divides long ones by the factor, and lets those between rise", () => {
  const factors = [...(ropeFactors(config) ?? [])];
  const wavelength = (index: number) => 2 * Math.PI * 500_000 ** (index / 32);
  expect(factors).toHaveLength(32);
  factors.forEach((factor, index) => {
    if (wavelength(index) < 2048) expect(factor).toBe(1);
    else if (wavelength(index) > 8192) expect(factor).toBe(32);
    else expect(factor).toBeGreaterThan(1);
    if (index > 0) expect(factor).toBeGreaterThanOrEqual(factors[index - 1]!);
  });
  expect(factors.filter((factor) => factor > 1 && factor < 32).length).toBeGreaterThan(1);
});

it("interpolates the frequency evenly in the inverse wavelength", () => {
  // A wavelength of 8192 / 2.5 lies half way between 8192 / 1 and 8192 / 4 in frequency: (1/2)/32 + 1/2.
  const theta = (8192 / 2.5 / (2 * Math.PI)) ** (64 / 2);
  expect(ropeFactors({ ...config, ropeTheta: theta })?.[1]).toBeCloseTo(1 / (0.5 / 32 + 0.5), 6);
});

it("has no factors for plain and linear scaling, and those of the file where it gives them", () => {
  expect(ropeFactors({ ...config, ropeScaling: undefined })).toBeUndefined();
  expect(ropeFactors({ ...config, ropeScaling: { type: "linear", factor: 4 } })).toBeUndefined();
  const given = Float32Array.of(1, 2);
  expect(ropeFactors({ ...config, ropeFactors: given })).toBe(given);
});
