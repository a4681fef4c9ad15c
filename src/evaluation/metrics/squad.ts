// Exact match and token F1 of SQuAD v1.1: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016, and its
// official script. The v1.1 rule for texts without a common token holds: F1 is 0 even when both are empty.
import { ASCII_PUNCTUATION, collapseWhitespace, words } from "./text.ts";

/** Fractions from 0 to 1 (the official script multiplies by 100). */
export interface SquadScore {
  readonly exact: number;
  readonly f1: number;
}

/** What a stored SQuAD F1 means. */
export const SQUAD_F1_SIGNATURE = "f1|squad:v1.1|normalize:case,punctuation,articles,whitespace|aggregate:mean";

/** Scores a prediction against one or more gold answers; each number is the best over the answers. @throws RangeError without an answer */
export function scoreSquad(prediction: string, answers: readonly string[]): SquadScore {
  if (answers.length === 0) throw new RangeError("SQuAD scores need at least one gold answer");
  const normal = normalizeAnswer(prediction);
  const golds = answers.map(normalizeAnswer);
  return { exact: golds.includes(normal) ? 1 : 0, f1: Math.max(...golds.map((gold) => tokenF1(words(normal), words(gold)))) };
}

/** Lower case, without ASCII punctuation, then without English articles, white space collapsed. */
export function normalizeAnswer(text: string): string {
  const plain = text.toLowerCase().replace(ASCII_PUNCTUATION, "");
  return collapseWhitespace(plain.replace(/(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu, " "));
}

function tokenF1(prediction: readonly string[], gold: readonly string[]): number {
  const left = new Map<string, number>();
  for (const token of gold) left.set(token, (left.get(token) ?? 0) + 1);
  let shared = 0;
  for (const token of prediction) {
    const count = left.get(token) ?? 0;
    if (count === 0) continue;
    left.set(token, count - 1);
    shared += 1;
  }
  if (shared === 0) return 0;
  const precision = shared / prediction.length;
  const recall = shared / gold.length;
  return (2 * precision * recall) / (precision + recall);
}
