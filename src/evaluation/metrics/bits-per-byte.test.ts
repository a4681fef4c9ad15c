import { expect, it } from "vitest";
import { bitsPerByte } from "./bits-per-byte.ts";

it("measures one byte a token at 8 bits when all 256 are equally likely", () => {
  expect(bitsPerByte(3 * Math.log(256), 3)).toBeCloseTo(8, 12);
});
