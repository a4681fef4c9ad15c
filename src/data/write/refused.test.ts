import { expect, it } from "vitest";
import { writeUnlessRefused } from "./refused.ts";

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

it("passes over a place that may not be written to, and over nothing else", () => {
  expect(writeUnlessRefused(() => {})).toBe(true);
  for (const code of ["EACCES", "EROFS", "EPERM"]) expect(writeUnlessRefused(failing(code))).toBe(false);
  expect(() => writeUnlessRefused(failing("ENOSPC"))).toThrow("ENOSPC");
});
