import { expect, it } from "vitest";
import { normalizeAnswer, scoreSquad } from "./squad.ts";

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

it("takes the best of several answers, number by number", () => {
  expect(scoreSquad("type 2", ["type 1", "type 2 diabetes"])).toEqual({ exact: 0, f1: 0.8 });
  expect(() => scoreSquad("x", [])).toThrow(RangeError);
});

it("sees an article only between characters that are no letters of any script", () => {
  expect(normalizeAnswer("The Çan, a name")).toBe("çan name");
});
