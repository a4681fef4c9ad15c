import { wordStream } from "./random.ts";

const LEVELS = 2 ** 16;

/**
 * Fills a dropout mask (Srivastava et al. 2014): 0 with `probability`, else 1 over the rest, so that the mean stays 1. The probability is
 * rounded to a 65536th, for two elements are drawn from one random word: a mask is as large as the activations of a layer and new each step.
 */
export function fillDropout(mask: Float32Array, probability: number, seed: number, ...labels: readonly (string | number)[]): void {
  const dropped = Math.round(probability * LEVELS);
  const kept = LEVELS / (LEVELS - dropped);
  const next = wordStream(seed, ...labels);
  for (let index = 0; index < mask.length; index += 2) {
    const word = next();
    mask[index] = (word & 0xffff) < dropped ? 0 : kept;
    // Of an odd length, the last write falls outside and is ignored.
    mask[index + 1] = word >>> 16 < dropped ? 0 : kept;
  }
}
