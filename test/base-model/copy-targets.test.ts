import { expect, it } from "vitest";
import { findCopyTargets } from "../../scripts/base-model/copy-targets.ts";

it("marks a token that follows the same two tokens as before", () => {
  expect(findCopyTargets([1, 2, 3, 9, 1, 2, 3, 1, 2, 4])).toEqual([false, false, false, false, false, false, true, false, false, false]);
});

it("marks nothing in a text without repeats", () => {
  expect(findCopyTargets([1, 2, 3])).toEqual([false, false, false]);
  expect(findCopyTargets([])).toEqual([]);
});
