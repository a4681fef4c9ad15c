import { expect, it } from "vitest";
import { collapseWhitespace, countEach, trimEnd, words } from "./text.ts";

// str.split() and str.rstrip() of Python 3.11.
it("splits at the white space of Python, the separators U+001C to U+001F and U+0085 included", () => {
  expect(words(" a\u001cb\u001fc\u0085d\u00a0e\u3000f\u200bg\n")).toEqual(["a", "b", "c", "d", "e", "f\u200bg"]);
  expect(words(" \n")).toEqual([]);
  expect(collapseWhitespace("\t type  2\n")).toBe("type 2");
});

it("takes white space from the end only", () => {
  expect(trimEnd("  a b \u001d\u00a0\n")).toBe("  a b");
  expect(trimEnd(" \n")).toBe("");
});

it("counts values in the order in which they first occur", () => {
  expect([...countEach(["b", "a", "b"])]).toEqual([["b", 2], ["a", 1]]);
});
