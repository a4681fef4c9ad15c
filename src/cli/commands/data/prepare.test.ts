import { expect, it } from "vitest";
import { CLEANING_STEP_NAMES } from "../../../data/index.ts";
import { CLEANING } from "./prepare.ts";

it("offers the cleaning steps there are", () => {
  expect([...CLEANING].sort()).toEqual([...CLEANING_STEP_NAMES].sort());
});
