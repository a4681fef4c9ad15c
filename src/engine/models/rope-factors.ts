import type { LlamaConfig } from "./types.ts";

/**
 * Divisors of the rotary frequencies, `[headDim / 2]`, or undefined where none apply. Llama 3 scaling: frequencies whose wavelength is
 * longer than the original context are divided by the factor, short ones left alone, those between interpolated
 * (transformers modeling_rope_utils `_compute_llama3_parameters`; the same numbers as the GGUF tensor `rope_freqs.weight`).
 */
export function ropeFactors(config: LlamaConfig): Float32Array | undefined {
  if (config.ropeFactors !== undefined) return config.ropeFactors;
  if (config.ropeScaling?.type !== "llama3") return undefined;
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = config.ropeScaling;
  return Float32Array.from({ length: config.headDim / 2 }, (_, index) => {
    const wavelength = 2 * Math.PI * config.ropeTheta ** ((2 * index) / config.headDim);
    if (wavelength < originalContextLength / highFrequencyFactor) return 1;
    if (wavelength > originalContextLength / lowFrequencyFactor) return factor;
    const smooth = (originalContextLength / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}
