// chrF and chrF++ as sacrebleu 2.6 computes them. M. Popović, "chrF: character n-gram F-score for automatic MT evaluation", 2015, and
// "chrF++: words helping character n-grams", 2017. Counts of all rows are summed first.
import { countShared, numberNgrams } from "./ngrams.ts";
import { words } from "./text.ts";

export interface ChrfOptions {
  /** Longest run of characters. Default 6. */
  readonly charOrder?: number;
  /** Longest run of words: 0 is chrF, 2 is chrF++. Default 0. */
  readonly wordOrder?: number;
  /** How many times recall weighs as much as precision. Default 2. */
  readonly beta?: number;
  /** Default false. */
  readonly lowercase?: boolean;
  /** Keep white space in the runs of characters. Default false. */
  readonly whitespace?: boolean;
  /** F by order with a tiny value for nothing, averaged over all orders, as in NLTK and Moses; otherwise precision and recall are averaged over the orders that both texts have. Default false. */
  readonly epsilonSmoothing?: boolean;
}

const EPSILON = 1e-16;
const PUNCTUATION = /[!-/:-@[-`{-~]/;

/** What one row adds to the sums: n-grams of the prediction, of the reference, and shared, for every order; of several references the one with the highest score. @throws RangeError without a reference */
export function countChrf(prediction: string, references: readonly string[], options: ChrfOptions = {}): readonly number[] {
  if (references.length === 0) throw new RangeError("chrF needs at least one reference");
  const ours = cut(prediction, options);
  const rows = references.map((reference) => {
    const theirs = cut(reference, options);
    return [...countOrders(ours.characters, theirs.characters, options.charOrder ?? 6), ...countOrders(ours.words, theirs.words, options.wordOrder ?? 0)];
  });
  return rows.reduce((best, row) => (chrfOfCounts(row, options) > chrfOfCounts(best, options) ? row : best));
}

/** The score of summed counts, 0 to 100. */
export function chrfOfCounts(sums: ArrayLike<number>, options: ChrfOptions = {}): number {
  const { charOrder = 6, wordOrder = 0, beta = 2, epsilonSmoothing = false } = options;
  const orders = Array.from({ length: charOrder + wordOrder }, (_, order) => ({ given: sums[3 * order]!, wanted: sums[3 * order + 1]!, shared: sums[3 * order + 2]! }));
  if (epsilonSmoothing) {
    const scores = orders.map(({ given, wanted, shared }) => fScore(given > 0 ? shared / given : EPSILON, wanted > 0 ? shared / wanted : EPSILON, beta) ?? EPSILON);
    return (100 * sum(scores)) / orders.length;
  }
  const both = orders.filter(({ given, wanted }) => given > 0 && wanted > 0);
  const precision = sum(both.map(({ given, shared }) => shared / given)) / Math.max(1, both.length);
  const recall = sum(both.map(({ wanted, shared }) => shared / wanted)) / Math.max(1, both.length);
  return 100 * (fScore(precision, recall, beta) ?? 0);
}

/** The score of one row on its own, 0 to 100. @throws RangeError without a reference */
export function scoreChrf(prediction: string, references: readonly string[], options: ChrfOptions = {}): number {
  return chrfOfCounts(countChrf(prediction, references, options), options);
}

/** What a stored chrF means, in the words of sacrebleu. `references` is how many each row has, "var" when they differ. */
export function chrfSignature(options: ChrfOptions = {}, references: number | "var" = 1): string {
  const { charOrder = 6, wordOrder = 0, beta = 2 } = options;
  return [
    `chrF${beta}${"+".repeat(wordOrder)}`,
    `nrefs:${references}`,
    `case:${options.lowercase === true ? "lc" : "mixed"}`,
    `eff:${options.epsilonSmoothing === true ? "no" : "yes"}`,
    `nc:${charOrder}`,
    `nw:${wordOrder}`,
    `space:${options.whitespace === true ? "yes" : "no"}`,
    "version:2.6.0",
  ].join("|");
}

function cut(text: string, { wordOrder = 0, lowercase = false, whitespace = false }: ChrfOptions): { readonly characters: readonly string[]; readonly words: readonly string[] } {
  const cased = lowercase ? text.toLowerCase() : text;
  return { characters: [...(whitespace ? cased : words(cased).join(""))], words: wordOrder > 0 ? words(cased).flatMap(cutPunctuation) : [] };
}

/** Three numbers an order. Where the reference has no n-gram of an order, those of the prediction do not count. */
function countOrders(given: readonly string[], wanted: readonly string[], orders: number): readonly number[] {
  return numberNgrams([given, wanted], orders).flatMap((ngrams) => {
    const [ours, theirs] = ngrams.texts as [Uint32Array, Uint32Array];
    return [theirs.length === 0 ? 0 : ours.length, theirs.length, countShared(ngrams)];
  });
}

/** Cuts off one punctuation mark, at the end before the beginning. */
function cutPunctuation(word: string): readonly string[] {
  if (word.length === 1) return [word];
  if (PUNCTUATION.test(word.at(-1)!)) return [word.slice(0, -1), word.at(-1)!];
  return PUNCTUATION.test(word[0]!) ? [word[0]!, word.slice(1)] : [word];
}

/** Undefined when both are 0. */
function fScore(precision: number, recall: number, beta: number): number | undefined {
  const factor = beta ** 2;
  const below = factor * precision + recall;
  return below > 0 ? ((1 + factor) * precision * recall) / below : undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
