import { expect, it } from "vitest";
import { countOf } from "./plural.ts";

it("speaks of one in the singular and of none in the plural", () => {
  expect([0, 1, 2, 1200].map((count) => countOf(count, "row"))).toEqual(["0 rows", "1 row", "2 rows", "1,200 rows"]);
});
