// BLEU as sacrebleu 2.6 computes it. K. Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine Translation", 2002; M. Post,
// "A Call for Clarity in Reporting BLEU Scores", 2018; smoothing after B. Chen and C. Cherry, WMT 2014. The numbers of the rows are summed
// before anything is divided, so that the score of a corpus is not the mean of the scores of its rows.
import { tokenizeForBleu, type BleuTokenizer } from "./bleu-tokenize.ts";
import { countShared, numberNgrams } from "./ngrams.ts";
import { trimEnd } from "./text.ts";

export interface BleuOptions {
  /** Default false. */
  readonly lowercase?: boolean;
  /** Default "13a". */
  readonly tokenizer?: BleuTokenizer;
  /** What an order without a match counts: half, a quarter, … of one match ("exp"), `smoothingValue` matches ("floor"), or `smoothingValue` added to both counts from order 2 on ("add-k"). Default "exp". */
  readonly smoothing?: "exp" | "floor" | "add-k" | "none";
  /** Default 0.1 for "floor", 1 for "add-k"; the others have none. */
  readonly smoothingValue?: number;
  /** Default 4. */
  readonly maxOrder?: number;
  /** Leave out the orders for which the prediction is too short: for the score of a single row. Default false. */
  readonly effectiveOrder?: boolean;
}

export interface BleuScore {
  /** 0 to 100. */
  readonly score: number;
  /** By order, 0 to 100, smoothed. */
  readonly precisions: readonly number[];
  /** 0 to 1. */
  readonly brevityPenalty: number;
}

const SMOOTHING_VALUES = { exp: undefined, floor: 0.1, "add-k": 1, none: undefined } as const;

/** What one row adds to the sums: tokens of the prediction, tokens of the reference nearest in length, matches by order, n-grams by order. @throws RangeError without a reference */
export function countBleu(prediction: string, references: readonly string[], options: BleuOptions = {}): readonly number[] {
  if (references.length === 0) throw new RangeError("BLEU needs at least one reference");
  const cut = (text: string) => tokenizeForBleu(trimEnd(options.lowercase === true ? text.toLowerCase() : text), options.tokenizer ?? "13a");
  const tokens = cut(prediction);
  const golds = references.map(cut);
  const orders = numberNgrams([tokens, ...golds], options.maxOrder ?? 4);
  return [tokens.length, nearestLength(tokens.length, golds), ...orders.map(countShared), ...orders.map(({ texts }) => texts[0]!.length)];
}

/** The score of summed counts. */
export function bleuOfCounts(sums: ArrayLike<number>, options: BleuOptions = {}): BleuScore {
  const maxOrder = options.maxOrder ?? 4;
  const [tokens, referenceTokens] = [sums[0]!, sums[1]!];
  const matches = Array.from({ length: maxOrder }, (_, index) => sums[2 + index]!);
  const totals = Array.from({ length: maxOrder }, (_, index) => sums[2 + maxOrder + index]!);
  const brevityPenalty = tokens >= referenceTokens ? 1 : tokens === 0 ? 0 : Math.exp(1 - referenceTokens / tokens);
  if (matches.every((count) => count === 0)) return { score: 0, precisions: matches.map(() => 0), brevityPenalty };
  const precisions = smoothPrecisions(matches, totals, options);
  const orders = options.effectiveOrder === true ? precisions.length : maxOrder;
  const all = totals.map((_total, index) => precisions[index] ?? 0);
  const counted = all.slice(0, orders);
  const score = counted.includes(0) ? 0 : brevityPenalty * Math.exp(counted.reduce((sum, precision) => sum + Math.log(precision), 0) / orders);
  return { score, precisions: all, brevityPenalty };
}

/** The score of one row on its own; `effectiveOrder` unless said otherwise. */
export function scoreBleu(prediction: string, references: readonly string[], options: BleuOptions = {}): BleuScore {
  const settings = { effectiveOrder: true, ...options };
  return bleuOfCounts(countBleu(prediction, references, settings), settings);
}

/** What a stored BLEU means, in the words of sacrebleu; an order other than 4 is added. `references` is how many each row has, "var" when they differ. */
export function bleuSignature(options: BleuOptions = {}, references: number | "var" = 1): string {
  const smoothing = options.smoothing ?? "exp";
  const value = smoothingValueOf(options);
  return [
    "BLEU",
    `nrefs:${references}`,
    `case:${options.lowercase === true ? "lc" : "mixed"}`,
    `eff:${options.effectiveOrder === true ? "yes" : "no"}`,
    `tok:${options.tokenizer ?? "13a"}`,
    `smooth:${smoothing}${value === undefined ? "" : `[${value.toFixed(2)}]`}`,
    ...(options.maxOrder === undefined || options.maxOrder === 4 ? [] : [`order:${options.maxOrder}`]),
    "version:2.6.0",
  ].join("|");
}

/** Precisions in percent, up to the first order that has no n-gram. */
function smoothPrecisions(matches: readonly number[], totals: readonly number[], options: BleuOptions): readonly number[] {
  const { smoothing = "exp" } = options;
  const value = smoothingValueOf(options) ?? 0;
  const precisions: number[] = [];
  let halvings = 1;
  for (const [index, count] of matches.entries()) {
    const added = smoothing === "add-k" && index > 0 ? value : 0;
    const total = totals[index]! + added;
    if (total === 0) break;
    if (count + added > 0) precisions.push((100 * (count + added)) / total);
    else if (smoothing === "exp") precisions.push(100 / ((halvings *= 2) * total));
    else precisions.push(smoothing === "floor" ? (100 * value) / total : 0);
  }
  return precisions;
}

function smoothingValueOf({ smoothing = "exp", smoothingValue }: BleuOptions): number | undefined {
  const standard = SMOOTHING_VALUES[smoothing];
  return standard === undefined ? undefined : (smoothingValue ?? standard);
}

/** Of two references equally near, the shorter. */
function nearestLength(length: number, references: readonly (readonly string[])[]): number {
  return references
    .map((reference) => reference.length)
    .reduce((best, other) => {
      const [nearest, distance] = [Math.abs(best - length), Math.abs(other - length)];
      return distance < nearest || (distance === nearest && other < best) ? other : best;
    });
}
