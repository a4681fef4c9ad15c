import { expect, it } from "vitest";
import { tokenAccuracy } from "./token-accuracy.ts";

it("weighs every token the same, however long its row", () => {
  expect(tokenAccuracy(1 + 90, 1 + 99)).toBe(0.91);
});

it("is not a number when nothing was scored", () => {
  expect(tokenAccuracy(0, 0)).toBeNaN();
});
