import { describe, expect, it } from "vitest";
import recorded from "../../../test/fixtures/metrics/rouge-score-pairs.json" with { type: "json" };
import published from "../../../test/fixtures/metrics/rouge-tests.json" with { type: "json" };
import reference from "../../../test/fixtures/metrics/reference.json" with { type: "json" };
import { REPORTED_ROUGE, rougeSignature, scoreRouge, scoreRougeBest, tokenizeForRouge, type RougeType } from "./rouge.ts";

describe("scoreRouge", () => {
  it.each(published.vectors)("agrees with $src: $type, stem $stem", ({ target, prediction, type, stem, p, r, f }) => {
    const score = scoreRouge(type as RougeType, target, prediction, { useStemmer: stem });
    for (const [value, expected] of [[score.precision, p], [score.recall, r], [score.f, f]] as const) {
      if (typeof expected === "number") expect(value).toBeCloseTo(expected, 4);
    }
  });

  it("agrees with rouge_score on random pairs, with and without stemmer", () => {
    for (const { target, prediction, plain, stem } of recorded.pairs) {
      for (const [expected, useStemmer] of [[plain, false], [stem, true]] as const) {
        for (const type of ["rouge1", "rouge2", "rougeL"] as const) {
          const { precision, recall, f } = scoreRouge(type, target, prediction, { useStemmer });
          for (const [index, value] of [precision, recall, f].entries()) expect(value).toBeCloseTo(expected[type][index]!, 12);
        }
      }
    }
  });

  it("agrees with rouge_score on the lines of random texts, with and without stemmer", () => {
    for (const { target, prediction, plain, stem } of reference.summaries) {
      for (const [expected, useStemmer] of [[plain, false], [stem, true]] as const) {
        const { precision, recall, f } = scoreRouge("rougeLsum", target, prediction, { useStemmer });
        for (const [index, value] of [precision, recall, f].entries()) expect(value).toBeCloseTo(expected[index]!, 12);
      }
    }
  });

  // Made by running rouge_score.
  it.each<[RougeType, boolean, number]>([["rouge1", false, 0.645161], ["rouge1", true, 0.709677], ["rouge2", false, 0.344828], ["rouge2", true, 0.482759]])(
    "agrees with rouge_score on a medical sentence: %s, stem %s",
    (type, useStemmer, expected) => {
      const target = "Hypertension is treated with lifestyle changes, ACE inhibitors (e.g. lisinopril 10 mg/day) and diuretics.";
      const prediction = "Hypertension is managed with lifestyle change, ACE inhibitors such as lisinopril 10mg/day, and diuretics.";
      expect(scoreRouge(type, target, prediction, { useStemmer }).f).toBeCloseTo(expected, 6);
    },
  );

  // rouge_score 0.1.2 with use_stemmer=True; İ becomes an i with a dot of its own, and ﬁ is no letter.
  it("stems as rouge_score does, around letters that it does not know", () => {
    const texts = ["fizzed \u0130stanbul \ufb01ne relational running", "fizzing \u0130stanbul roll \ufb01ne relational runs \u2028"] as const;
    expect(scoreRouge("rouge1", ...texts, REPORTED_ROUGE)).toEqual({ precision: expect.closeTo(6 / 7, 12), recall: 1, f: expect.closeTo(12 / 13, 12) });
    expect(scoreRouge("rouge2", ...texts, REPORTED_ROUGE).f).toBeCloseTo(8 / 11, 12);
  });

  it("counts a repeated n-gram only as often as the reference has it", () => {
    expect(scoreRouge("rouge1", "pain", "pain pain pain").precision).toBeCloseTo(1 / 3);
  });

  it("scores texts without an ASCII letter or digit as 0", () => {
    expect(scoreRouge("rougeL", "高血圧", "高血圧")).toEqual({ precision: 0, recall: 0, f: 0 });
  });

  it("takes the reference with the highest F", () => {
    expect(scoreRougeBest("rougeL", ["nothing alike", "low sodium diet"], "low sodium diet").f).toBe(1);
    expect(() => scoreRougeBest("rougeL", [], "x")).toThrow(RangeError);
  });
});

it("drops letters outside a-z from tokens", () => {
  expect(tokenizeForRouge("Beyoncé took 5,000µg")).toEqual(["beyonc", "took", "5", "000", "g"]);
});

it("names tokenizer, stemmer and aggregation in the signature", () => {
  expect(rougeSignature("rougeL")).toBe("rougeL|f|tokenizer:rouge_score|stemmer:none|aggregate:mean");
  expect(rougeSignature("rouge2", { useStemmer: true })).toContain("stemmer:porter_nltk");
});
