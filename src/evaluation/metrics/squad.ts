// Exact match and token F1 of SQuAD: Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text", 2016, and "Know What You
// Don't Know", 2018, with their official scripts. They part where a text has no token left: v1.1 gives F1 0 even when both have none, v2.0
// gives 1 when both have none. In v2.0 a question without an answer has none that is left after normalization, and "" is its right answer.
import { ASCII_PUNCTUATION, collapseWhitespace, countEach, words } from "./text.ts";

export type SquadVersion = "1.1" | "2.0";

/** Fractions from 0 to 1 (the official script multiplies by 100). */
export interface SquadScore {
  readonly exact: number;
  readonly f1: number;
}

/** What a stored SQuAD number means. */
export function squadSignature(metric: "exact" | "f1", version: SquadVersion = "1.1"): string {
  return `${metric}|squad:v${version}|normalize:case,punctuation,articles,whitespace|aggregate:mean`;
}

/** What a stored SQuAD F1 means. */
export const SQUAD_F1_SIGNATURE = squadSignature("f1");

/**
 * Scores a prediction against the gold answers; each number is the best over the answers. Version 1.1 unless another is asked for.
 * @throws RangeError without an answer in version 1.1; in version 2.0 that is a question that has none
 */
export function scoreSquad(prediction: string, answers: readonly string[], version: SquadVersion = "1.1"): SquadScore {
  const normal = normalizeAnswer(prediction);
  const golds = version === "1.1" ? answers.map(normalizeAnswer) : answersLeft(answers);
  if (golds.length === 0) throw new RangeError("SQuAD scores need at least one gold answer");
  return { exact: golds.includes(normal) ? 1 : 0, f1: Math.max(...golds.map((gold) => tokenF1(words(normal), words(gold), version))) };
}

/** The answers that are not empty once normalized; without any, the empty one is right. */
function answersLeft(answers: readonly string[]): readonly string[] {
  const left = answers.map(normalizeAnswer).filter((answer) => answer !== "");
  return left.length === 0 ? [""] : left;
}

/** Lower case, without ASCII punctuation, then without English articles, white space collapsed. */
export function normalizeAnswer(text: string): string {
  const plain = text.toLowerCase().replace(ASCII_PUNCTUATION, "");
  return collapseWhitespace(plain.replace(/(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu, " "));
}

function tokenF1(prediction: readonly string[], gold: readonly string[], version: SquadVersion): number {
  if (version === "2.0" && (prediction.length === 0 || gold.length === 0)) return prediction.length === gold.length ? 1 : 0;
  const wanted = countEach(gold);
  let shared = 0;
  for (const [token, count] of countEach(prediction)) shared += Math.min(count, wanted.get(token) ?? 0);
  if (shared === 0) return 0;
  const precision = shared / prediction.length;
  const recall = shared / gold.length;
  return (2 * precision * recall) / (precision + recall);
}
