import { expect, it } from "vitest";
import { agreeWith, countOf } from "./plural.ts";

it("counts a noun, in groups of three digits", () => {
  expect([countOf(0, "row"), countOf(1, "row"), countOf(1200, "row")]).toEqual(["0 rows", "1 row", "1,200 rows"]);
});

it("chooses the words that agree with a count", () => {
  const sentence = "[row|rows] that nearly [repeats|repeat] another";
  expect([agreeWith(1, sentence), agreeWith(2, sentence)]).toEqual(["row that nearly repeats another", "rows that nearly repeat another"]);
});
