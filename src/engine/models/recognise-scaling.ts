import { ropeFactors } from "./rope-factors.ts";
import type { LlamaConfig, RopeScaling } from "./types.ts";

/** The scaling behind a configuration's `ropeFactors`, if it is one the Llama 3 models were published with (low 1, high 4, 8,192 tokens). */
export function recogniseScaling(config: LlamaConfig): RopeScaling | undefined {
  const { ropeFactors: factors } = config;
  if (factors === undefined) return config.ropeScaling;
  const ropeScaling: RopeScaling = { type: "llama3", factor: Math.max(...factors), lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192 };
  const expected = ropeFactors({ ...config, ropeFactors: undefined, ropeScaling });
  return expected?.every((factor, i) => Math.abs(factor - (factors[i] ?? 0)) <= 1e-4 * factor) ? ropeScaling : undefined;
}
