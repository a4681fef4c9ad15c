import { describe, expect, it } from "vitest";
import published from "../../../test/fixtures/metrics/published.json" with { type: "json" };
import reference from "../../../test/fixtures/metrics/reference.json" with { type: "json" };
import { addCounts, averageScores, type ClassScore } from "./counts.ts";
import { readSpans, readSpansStrictly, type TagScheme } from "./tag-spans.ts";
import { countTags, tagSignature, type TagMode } from "./tags.ts";

const scoreTags = (gold: readonly (readonly string[])[], predicted: readonly (readonly string[])[], mode: TagMode) =>
  averageScores(addCounts(gold.map((tags, index) => countTags(tags, predicted[index]!, mode))));

function expectScores(score: ClassScore, expected: readonly number[]): void {
  for (const [index, value] of [score.precision, score.recall, score.f1].entries()) expect(value).toBeCloseTo(expected[index]!, 12);
}

describe("countTags", () => {
  it.each(published.seqeval)("agrees with seqeval's own tests: $mode, $y_true", ({ y_true, y_pred, mode, micro, macro, weighted, per_type }) => {
    const scores = scoreTags(y_true, y_pred, mode === "default" ? "default" : "IOB2");
    expectScores(scores.micro, micro);
    if (macro !== undefined) expectScores(scores.macro, macro);
    if (weighted !== undefined) expectScores(scores.weighted, weighted);
    for (const [type, f1] of Object.entries(per_type ?? {})) expect(scores.perClass.get(type)!.f1).toBe(f1);
  });

  it("agrees with seqeval on random tags, in both modes and every scheme", () => {
    for (const { gold, predicted, scheme, strict, default: tolerant } of reference.tagged) {
      for (const [mode, expected] of [[scheme as TagScheme, strict], ["default", tolerant]] as const) {
        const scores = scoreTags(gold, predicted, mode);
        for (const average of ["micro", "macro", "weighted"] as const) expectScores(scores[average], expected[average]);
      }
    }
  });

  it("gives macro F1 and classes as seqeval's f1_score docstring", () => {
    const gold = [["O", "O", "B-MISC", "I-MISC", "B-MISC", "O", "O"], ["B-PER", "I-PER", "O"]];
    const predicted = [["O", "O", "B-MISC", "I-MISC", "B-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]];
    const { micro, macro, perClass } = scoreTags(gold, predicted, "default");
    expect([micro.f1, macro.f1]).toEqual([2 / 3, 0.75]);
    expect([...perClass].map(([type, { f1, support }]) => [type, f1, support])).toEqual([["MISC", 0.5, 2], ["PER", 1, 1]]);
  });

  it("refuses tags that do not pair, and tags of another scheme", () => {
    expect(() => countTags(["O"], ["O", "O"])).toThrow("1 against 2");
    expect(() => countTags(["S-A"], ["O"], "IOB2")).toThrow('The scheme IOB2 has no tag "S-A": its prefixes are I, O, B');
  });

  it("is all 0 without an entity", () => {
    expect(scoreTags([["O"]], [["O"]], "default").macro).toEqual({ precision: 0, recall: 0, f1: 0, support: 0 });
  });
});

// test_metrics.py and test_scheme.py of seqeval.
it("reads tags without types, and opens an entity at an I where the scheme does not forbid it", () => {
  expect(readSpans(["O", "O", "O", "B", "I", "I", "O", "B", "I", "O"])).toEqual([{ type: "_", start: 3, end: 6 }, { type: "_", start: 7, end: 9 }]);
  expect(readSpans(["O", "I-X"])).toEqual([{ type: "X", start: 1, end: 2 }]);
});

it.each([
  [["B"], [[0, 1]]],
  [["I"], []],
  [["O", "I"], []],
  [["I", "B"], [[1, 2]]],
  [["B", "I"], [[0, 2]]],
])("reads %j by IOB2 as %j", (tags, spans) => {
  expect(readSpansStrictly(tags, "IOB2").map(({ start, end }) => [start, end])).toEqual(spans);
});

it("names mode and scheme in the signature", () => {
  expect(tagSignature()).toBe("entities|seqeval:default|match:type,start,end|zero_division:0|aggregate:sum");
  expect(tagSignature("IOBES")).toContain("seqeval:strict,IOBES");
});
