import { expect, it } from "vitest";
import { findScheme, fitTags, isTags, keepScheme, parseTags, tagEntities } from "./tag-answers.ts";

it("reads tags from words and from JSON, and takes anything else among them for O", () => {
  expect(parseTags("B-PER, I-PER\nO")).toEqual(["B-PER", "I-PER", "O"]);
  expect(parseTags('["B-PER", "x"]')).toEqual(["B-PER", "O"]);
  expect(parseTags("no tag here")).toBeUndefined();
  expect([isTags("O B-A"), isTags("O, B-A?"), isTags(""), isTags("[]")]).toEqual([true, false, false, false]);
});

it("fills with O and cuts", () => {
  expect([fitTags(["B-A"], 2), fitTags(["B-A", "O"], 1)]).toEqual([["B-A", "O"], ["B-A"]]);
});

it("finds the scheme, and makes O of what it does not have", () => {
  expect([["O", "I-A"], ["I-A", "E-A"], ["B-A", "E-A"], ["S-A"], ["U-A", "B-A"]].map(findScheme)).toEqual(["IOB2", "IOE2", "IOBES", "IOBES", "BILOU"]);
  expect(keepScheme(["B-A", "S-A"], "IOB2")).toEqual(["B-A", "O"]);
});

it("lays entities over words, and gives those that find none a word behind the last", () => {
  const named = (...texts: readonly string[]) => texts.map((text) => ({ type: "A", text }));
  expect(tagEntities(named("New York"), named("New York", "York", "Rome"), "In New York, now")).toEqual({
    gold: ["O", "B-A", "I-A", "O", "O", "O"],
    predicted: ["O", "B-A", "I-A", "O", "B-A", "B-A"],
  });
});
