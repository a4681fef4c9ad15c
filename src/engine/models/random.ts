// Reproducible numbers that depend on a seed and a label only, never on the order in which tensors are made.
import { createHash } from "node:crypto";

/** A stream of 32-bit words: xorshift128 (Marsaglia 2003), its state drawn from SHA-256 of the seed and the labels. */
export function wordStream(seed: number, ...labels: readonly (string | number)[]): () => number {
  const hash = createHash("sha256").update([seed, ...labels].join("\u0000")).digest();
  let x = hash.readUInt32LE(0) | 1;
  let y = hash.readUInt32LE(4);
  let z = hash.readUInt32LE(8);
  let w = hash.readUInt32LE(12);
  return () => {
    const t = x ^ (x << 11);
    x = y;
    y = z;
    z = w;
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w >>> 0;
  };
}

/** The same words as numbers in [0, 1). */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): () => number {
  const next = wordStream(seed, ...labels);
  return () => next() / 2 ** 32;
}

/** Standard normal numbers from uniform ones (Box & Muller 1958). */
export function normalStream(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
