import { expect, it } from "vitest";
import { requireInReach } from "./prompt-bound.ts";

const info = { contextLength: 10, longestTokenBytes: 6 };

it.each([
  ["a".repeat(60), undefined],
  ["a".repeat(61), 11],
  ["ä".repeat(31), 11],
  [Array.from({ length: 10 }, () => 1), undefined],
  [Array.from({ length: 11 }, () => 1), 11],
])("a prompt is refused by its length alone where no tokens could make it fit: %#", (prompt, tokens) => {
  if (tokens === undefined) expect(() => requireInReach(info, prompt)).not.toThrow();
  else expect(() => requireInReach(info, prompt)).toThrow(`at least ${tokens} tokens, the context holds 10`);
});

it("texts of a model that cuts them are never too long", () => {
  expect(() => requireInReach({ contextLength: 1 }, "a".repeat(1e6))).not.toThrow();
});
