// Rotary frequencies stretched the Llama 3 way. Source: conversion/llama.py, generate_extra_tensors, of the pinned llama.cpp release;
// the same rule as transformers' _compute_llama3_parameters.
import type { LlamaConfig, RopeScaling } from "./types.ts";

type Llama3Scaling = Extract<RopeScaling, { readonly type: "llama3" }>;

/** One divisor per frequency, `[headDim / 2]`. */
export function llama3RopeFactors(scaling: Llama3Scaling, ropeTheta: number, headDim: number): Float32Array {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const wavelength = 2 * Math.PI * ropeTheta ** ((2 * i) / headDim);
    if (wavelength < originalContextLength / highFrequencyFactor) return 1;
    if (wavelength > originalContextLength / lowFrequencyFactor) return factor;
    const smooth = (originalContextLength / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

/** The scaling that gives these factors, if it is one of the published Llama 3 family (low 1, high 4, 8,192 tokens). */
export function recogniseLlama3Scaling(factors: Float32Array, ropeTheta: number, headDim: number): Llama3Scaling | undefined {
  const scaling: Llama3Scaling = { type: "llama3", factor: Math.max(...factors), lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192 };
  const expected = llama3RopeFactors(scaling, ropeTheta, headDim);
  const equal = expected.length === factors.length && expected.every((factor, i) => Math.abs(factor - (factors[i] ?? 0)) <= 1e-4 * factor);
  return equal ? scaling : undefined;
}

/** The divisors a model's frequencies need, or undefined when they are not stretched one by one. */
export function ropeFactorsOf(config: LlamaConfig): Float32Array | undefined {
  if (config.ropeFactors !== undefined) return config.ropeFactors;
  return config.ropeScaling?.type === "llama3" ? llama3RopeFactors(config.ropeScaling, config.ropeTheta, config.headDim) : undefined;
}
