import { expect, it } from "vitest";
import reference from "../../../test/fixtures/metrics/reference.json" with { type: "json" };
import { normalizeAnswer, scoreSquad, squadSignature } from "./squad.ts";

// Expected values: the README of Hugging Face evaluate's squad metric, and the official v1.1 evaluation script.
it.each([
  ["1976", "1976", 1, 1],
  ["1999", "1976", 0, 0],
  ["climate change", "climate change", 1, 1],
  ["Beyonce", "Beyoncé and Bruno Mars", 0, 0],
  ["the cat", "The Cat.", 1, 1],
  ["a 10-mg dose", "10 mg dose", 0, 0.4],
  ["an apple a day", "apple day", 1, 1],
  ["diabetes mellitus type 2", "type 2 diabetes", 0, 0.857142857],
  ["", "", 1, 0],
  [
    "Hypertension is managed with lifestyle change, ACE inhibitors such as lisinopril 10mg/day, and diuretics.",
    "Hypertension is treated with lifestyle changes, ACE inhibitors (e.g. lisinopril 10 mg/day) and diuretics.",
    0,
    0.642857143,
  ],
])("scores %j against %j", (prediction, gold, exact, f1) => {
  const score = scoreSquad(prediction, [gold]);
  expect(score.exact).toBe(exact);
  expect(score.f1).toBeCloseTo(f1, 8);
});

it("agrees with the script of SQuAD v2.0, whose unanswerable questions are answered by nothing", () => {
  for (const { prediction, golds, exact, f1 } of reference.answers) {
    const score = scoreSquad(prediction, golds, "2.0");
    expect([score.exact, score.f1]).toEqual([exact, expect.closeTo(f1, 12)]);
  }
  expect(scoreSquad("", [], "2.0")).toEqual({ exact: 1, f1: 1 });
  expect(scoreSquad("1976", [], "2.0")).toEqual({ exact: 0, f1: 0 });
});

it("names the version in the signature", () => {
  expect(squadSignature("exact", "2.0")).toBe("exact|squad:v2.0|normalize:case,punctuation,articles,whitespace|aggregate:mean");
});

it("takes the best of several answers, number by number", () => {
  expect(scoreSquad("type 2", ["type 1", "type 2 diabetes"])).toEqual({ exact: 0, f1: 0.8 });
  expect(() => scoreSquad("x", [])).toThrow(RangeError);
});

it("sees an article only between characters that are no letters of any script", () => {
  expect(normalizeAnswer("The Çan, a name")).toBe("çan name");
});
