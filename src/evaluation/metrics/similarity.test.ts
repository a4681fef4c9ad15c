import { expect, it } from "vitest";
import reference from "../../../test/fixtures/metrics/reference.json" with { type: "json" };
import { similarity } from "./similarity.ts";

it("agrees with Python's difflib on random texts", () => {
  for (const [a, b, ratio] of reference.alike) expect(similarity(a as string, b as string)).toBeCloseTo(ratio as number, 12);
});

it("is 1 for equal texts, 0 for texts without a common character, and 1 for two empty ones", () => {
  expect([similarity("aspirin", "aspirin"), similarity("abc", "xyz"), similarity("", ""), similarity("a", "")]).toEqual([1, 0, 1, 0]);
});
