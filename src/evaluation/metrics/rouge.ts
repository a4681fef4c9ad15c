// ROUGE as the `rouge_score` package computes it. C.-Y. Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004; the choices the
// paper leaves open follow google-research/rouge (rouge_scorer.py, tokenize.py). Letters outside a-z vanish: "Beyoncé" is "beyonc".
import { countShared, numberNgrams } from "./ngrams.ts";
import { stemPorter } from "./porter.ts";
import { countUnionSubsequences } from "./rouge-sum.ts";

/** Fractions from 0 to 1. */
export interface OverlapScore {
  readonly precision: number;
  readonly recall: number;
  /** Harmonic mean of the two; 0 when both are 0. */
  readonly f: number;
}

export interface RougeOptions {
  /** Compare NLTK Porter stems of words longer than three letters. Default false, as in `rouge_score`. */
  readonly useStemmer?: boolean;
}

/**
 * `rouge1` to `rouge9` count n-grams; `rougeL` is the longest common subsequence of the whole texts, whatever their lines; `rougeLsum` joins
 * the subsequences that each line of the target shares with the lines of the prediction.
 */
export type RougeType = `rouge${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | "rougeL" | "rougeLsum";

const ZERO: OverlapScore = { precision: 0, recall: 0, f: 0 };

/** The options of the ROUGE scores that evaluation reports. */
export const REPORTED_ROUGE: RougeOptions = { useStemmer: true };

/** Scores `prediction` against `target`; a text without a token scores 0. */
export function scoreRouge(type: RougeType, target: string, prediction: string, options: RougeOptions = {}): OverlapScore {
  if (type === "rougeLsum") return scoreLines(tokenizeLines(target, options), tokenizeLines(prediction, options));
  const targetTokens = tokenizeForRouge(target, options);
  const predictionTokens = tokenizeForRouge(prediction, options);
  if (type === "rougeL") return scoreSubsequence(targetTokens, predictionTokens);
  return scoreNgrams(targetTokens, predictionTokens, Number(type.slice("rouge".length)));
}

/** Against several references the one with the highest F counts. @throws RangeError without a reference */
export function scoreRougeBest(type: RougeType, targets: readonly string[], prediction: string, options: RougeOptions = {}): OverlapScore {
  if (targets.length === 0) throw new RangeError("ROUGE needs at least one reference");
  return targets.map((target) => scoreRouge(type, target, prediction, options)).reduce((best, score) => (score.f > best.f ? score : best));
}

/** What a stored ROUGE number means. */
export function rougeSignature(type: RougeType, options: RougeOptions = {}): string {
  return `${type}|f|tokenizer:rouge_score|stemmer:${options.useStemmer === true ? "porter_nltk" : "none"}|aggregate:mean`;
}

/** Lower case, runs of anything but a-z and 0-9 are one separator. */
export function tokenizeForRouge(text: string, options: RougeOptions = {}): readonly string[] {
  const tokens = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return options.useStemmer === true ? tokens.map((token) => (token.length > 3 ? stemPorter(token) : token)) : tokens;
}

function tokenizeLines(text: string, options: RougeOptions): readonly (readonly string[])[] {
  return text.split("\n").map((line) => tokenizeForRouge(line, options));
}

function scoreLines(target: readonly (readonly string[])[], prediction: readonly (readonly string[])[]): OverlapScore {
  return fromOverlap(countUnionSubsequences(target, prediction), prediction.flat().length, target.flat().length);
}

function scoreNgrams(target: readonly string[], prediction: readonly string[], order: number): OverlapScore {
  const shared = countShared(numberNgrams([prediction, target], order)[order - 1]!);
  return fromOverlap(shared, Math.max(prediction.length - order + 1, 1), Math.max(target.length - order + 1, 1));
}

function scoreSubsequence(target: readonly string[], prediction: readonly string[]): OverlapScore {
  if (target.length === 0 || prediction.length === 0) return ZERO;
  return fromOverlap(longestCommonSubsequence(target, prediction), prediction.length, target.length);
}

/** Length of the longest common subsequence; time |a|·|b|, memory |b|. */
function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let previous = new Uint32Array(b.length + 1);
  let current = new Uint32Array(b.length + 1);
  for (const token of a) {
    for (let j = 1; j <= b.length; j++) {
      current[j] = token === b[j - 1] ? previous[j - 1]! + 1 : Math.max(previous[j]!, current[j - 1]!);
    }
    [previous, current] = [current, previous];
  }
  return previous[b.length]!;
}

function fromOverlap(shared: number, predicted: number, wanted: number): OverlapScore {
  if (shared === 0) return ZERO;
  const precision = shared / predicted;
  const recall = shared / wanted;
  return { precision, recall, f: (2 * precision * recall) / (precision + recall) };
}
