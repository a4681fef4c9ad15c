// Log-probabilities of chosen tokens and of those that came closest, as the model gives them: before temperature, penalties and bias.
import type { ChosenToken, TokenLogprob } from "./types.ts";

/** The distribution of one token, kept while logits are changed and the token is chosen. */
export interface Distribution {
  /** @returns the chosen token with its log-probability, and the most probable ones, best first */
  of(id: number): ChosenToken;
}

/** `most`: how many of the most probable tokens are told. */
export function readDistribution(logits_V: Float32Array, most: number, pieceOf: (id: number) => Uint8Array): Distribution {
  const kept = logits_V.slice();
  const maximum = kept.reduce((greatest, logit) => Math.max(greatest, logit), -Infinity);
  const logSum = maximum + Math.log(kept.reduce((sum, logit) => sum + Math.exp(logit - maximum), 0));
  const told = (id: number): TokenLogprob => ({ id, bytes: pieceOf(id), logprob: kept[id]! - logSum });
  return { of: (id) => ({ ...told(id), top: greatest(kept, most).map(told) }) };
}

/** Indices of the `most` greatest values, greatest first; the first of equals. */
export function greatest(values: Float32Array, most: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < values.length && most > 0; id += 1) {
    if (best.length === most && values[id]! <= values[best.at(-1)!]!) continue;
    const place = best.findIndex((other) => values[id]! > values[other]!);
    best.splice(place === -1 ? best.length : place, 0, id);
    if (best.length > most) best.pop();
  }
  return best;
}
