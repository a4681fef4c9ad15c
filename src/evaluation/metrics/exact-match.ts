// Exact match, with the options of Hugging Face `evaluate.exact_match` and in its order: ignored patterns, case, punctuation, digits.
import { ASCII_PUNCTUATION, collapseWhitespace } from "./text.ts";

export interface ExactMatchOptions {
  /** Sources of regular expressions whose matches are deleted from both texts, in order. Default none. */
  readonly regexesToIgnore?: readonly string[];
  /** Default false. */
  readonly ignoreCase?: boolean;
  /** Delete ASCII punctuation. Default false. */
  readonly ignorePunctuation?: boolean;
  /** Delete the digits 0-9. Default false. */
  readonly ignoreNumbers?: boolean;
  /** Trim and make every run of white space one space. Default false, as in `evaluate`; the reported metric sets it. */
  readonly normalizeWhitespace?: boolean;
}

/** The options of the `exact_match` that evaluation reports. */
export const REPORTED_EXACT_MATCH: ExactMatchOptions = { normalizeWhitespace: true };

/** Whether the two texts are the same under the options. */
export function isExactMatch(prediction: string, reference: string, options: ExactMatchOptions = {}): boolean {
  return normalizeForExactMatch(prediction, options) === normalizeForExactMatch(reference, options);
}

/** What a stored exact-match number means. */
export function exactMatchSignature(options: ExactMatchOptions): string {
  const yes = (flag: boolean | undefined) => (flag === true ? "ignored" : "kept");
  const ignored = options.regexesToIgnore ?? [];
  return [
    "exact_match",
    `whitespace:${options.normalizeWhitespace === true ? "collapsed" : "kept"}`,
    `case:${yes(options.ignoreCase)}`,
    `punctuation:${yes(options.ignorePunctuation)}`,
    `numbers:${yes(options.ignoreNumbers)}`,
    ...(ignored.length > 0 ? [`regexes:${JSON.stringify(ignored)}`] : []),
    "aggregate:mean",
  ].join("|");
}

function normalizeForExactMatch(text: string, options: ExactMatchOptions): string {
  let normal = text;
  for (const source of options.regexesToIgnore ?? []) normal = normal.replace(new RegExp(source, "gu"), "");
  if (options.ignoreCase === true) normal = normal.toLowerCase();
  if (options.ignorePunctuation === true) normal = normal.replace(ASCII_PUNCTUATION, "");
  if (options.ignoreNumbers === true) normal = normal.replace(/[0-9]/g, "");
  return options.normalizeWhitespace === true ? collapseWhitespace(normal) : normal;
}
