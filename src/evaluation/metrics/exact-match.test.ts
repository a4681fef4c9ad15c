import { expect, it } from "vitest";
import { exactMatchSignature, isExactMatch, REPORTED_EXACT_MATCH, type ExactMatchOptions } from "./exact-match.ts";

const share = (predictions: readonly string[], references: readonly string[], options?: ExactMatchOptions) =>
  predictions.filter((prediction, index) => isExactMatch(prediction, references[index]!, options)).length / predictions.length;

// Expected values: docstring examples of Hugging Face evaluate, metrics/exact_match/exact_match.py.
const REFERENCES = ["the cat", "theater", "YELLING", "agent007"];
const PREDICTIONS = ["cat?", "theater", "yelling", "agent"];

it.each<[ExactMatchOptions, number]>([
  [{}, 0.25],
  [{ regexesToIgnore: ["the ", "yell"], ignoreCase: true, ignorePunctuation: true }, 0.5],
  [{ regexesToIgnore: ["the ", "yell", "YELL"], ignoreCase: true, ignorePunctuation: true }, 0.75],
  [{ regexesToIgnore: ["the ", "yell", "YELL"], ignoreCase: true, ignorePunctuation: true, ignoreNumbers: true }, 1],
])("agrees with evaluate under %o", (options, expected) => {
  expect(share(PREDICTIONS, REFERENCES, options)).toBe(expected);
});

it("agrees with evaluate on sentences", () => {
  const references = ["The cat sat on the mat.", "Theaters are great.", "It's like comparing oranges and apples."];
  const predictions = ["The cat sat on the mat?", "Theaters are great.", "It's like comparing apples and oranges."];
  expect(share(predictions, references)).toBeCloseTo(1 / 3);
});

it("collapses white space in the reported metric, and keeps case", () => {
  expect(isExactMatch(" type 2\n diabetes\u00a0", "type 2 diabetes", REPORTED_EXACT_MATCH)).toBe(true);
  expect(isExactMatch("Type 2 diabetes", "type 2 diabetes", REPORTED_EXACT_MATCH)).toBe(false);
  expect(isExactMatch("a  b", "a b")).toBe(false);
});

it("names what is ignored in the signature", () => {
  expect(exactMatchSignature(REPORTED_EXACT_MATCH)).toBe("exact_match|whitespace:collapsed|case:kept|punctuation:kept|numbers:kept|aggregate:mean");
  expect(exactMatchSignature({ regexesToIgnore: ["the "], ignoreCase: true })).toContain('case:ignored|punctuation:kept|numbers:kept|regexes:["the "]');
});
