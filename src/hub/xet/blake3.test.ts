import { createKeyed } from "@huggingface/blake3-jit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createBlake3, MOST_MESSAGE_BYTES } from "./blake3.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, index) => 255 - 7 * index);
const message = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 2_654_435_761) >>> 13);
const expected = (bytes: Uint8Array) => Buffer.from(createKeyed(KEY).update(bytes).finalize(32)).toString("hex");
const hash = createBlake3(KEY);

it("is what the reference computes, whatever the length and what was hashed before", () => {
  const edges = [0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, 3072, 3073, 4096, 4097, 5 * 1024, 8192, 65_536, 100_000, MOST_MESSAGE_BYTES - 1, MOST_MESSAGE_BYTES];
  for (const length of [...edges, ...edges.toReversed()]) expect(Buffer.from(hash(message(length))).toString("hex"), String(length)).toBe(expected(message(length)));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12_000 }), (length) => {
      expect(Buffer.from(hash(message(length))).toString("hex")).toBe(expected(message(length)));
    }),
    { numRuns: 60 },
  );
});

it("needs no vectors", () => {
  const plain = createBlake3(KEY, () => undefined);
  for (const length of [0, 1, 5000]) expect(Buffer.from(plain(message(length))).toString("hex")).toBe(expected(message(length)));
});

it("refuses what does not fit", () => {
  expect(() => hash(new Uint8Array(MOST_MESSAGE_BYTES + 1))).toThrow(RangeError);
});
