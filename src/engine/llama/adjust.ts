// What a request changes in the logits before a token is chosen. llama's own samplers read the same memory.
import type { GenerateRequest } from "./types.ts";

/** Changes logits, and is told of every token that was chosen. */
export interface LogitChanges {
  apply(logits_V: Float32Array): void;
  chosen(id: number): void;
}

/**
 * Bias is added to each named token; a token that the answer holds c times loses c * frequency + presence
 * (https://platform.openai.com/docs/api-reference/chat/create). Undefined where nothing is changed.
 */
export function logitChanges({ logitBias = new Map(), frequencyPenalty = 0, presencePenalty = 0 }: GenerateRequest): LogitChanges | undefined {
  const penalizes = frequencyPenalty !== 0 || presencePenalty !== 0;
  if (logitBias.size === 0 && !penalizes) return undefined;
  const counts = new Map<number, number>();
  return {
    apply(logits_V) {
      for (const [id, bias] of logitBias) logits_V[id]! += bias;
      for (const [id, count] of counts) logits_V[id]! -= count * frequencyPenalty + presencePenalty;
    },
    chosen(id) {
      if (penalizes) counts.set(id, (counts.get(id) ?? 0) + 1);
    },
  };
}
