import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBlock, encodeBlock } from "./delta-block.ts";

const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });

it("gives back any bytes, with and without a base, at any width and address", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, bytes, fc.constantFrom(1, 2, 4, undefined), fc.nat(3), fc.boolean(), async (content, other, width, shift, hasBase) => {
      const length = Math.min(content.byteLength, other.byteLength);
      const target = Buffer.concat([new Uint8Array(shift), content]).subarray(shift, shift + length);
      const base = hasBase ? other.subarray(0, length) : undefined;
      const block = await encodeBlock(target, base, width);
      expect(Buffer.compare(await decodeBlock(block, length, base), target)).toBe(0);
    }),
    { numRuns: 100 },
  );
});

it("takes no space for what did not change", async () => {
  const content = Uint8Array.from({ length: 1000 }, (_, index) => index * 7);
  const { planes } = await encodeBlock(content, content.slice(), 4);
  expect(planes.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0, 0]);
});

it("makes small what moved by little, up or down", async () => {
  const before = Uint32Array.from({ length: 4096 }, (_, index) => index * 1_000_003);
  const after = before.map((value, index) => value + (index % 5) - 2);
  const [target, base] = [new Uint8Array(after.buffer), new Uint8Array(before.buffer)];
  const { planes } = await encodeBlock(target, base, 4);
  expect(planes.slice(1).map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]);
  expect(planes[0]!.byteLength).toBeLessThan(1500);
});

it("finds the width of numbers by itself", async () => {
  const before = Uint32Array.from({ length: 20_000 }, (_, index) => Math.imul(index, 2_654_435_761));
  const after = before.map((value, index) => value + (Math.imul(index, 40_503) & 0xfff));
  expect((await encodeBlock(new Uint8Array(after.buffer), new Uint8Array(before.buffer), undefined)).width).toBe(4);
});

it("refuses planes that unpack to more than they may", async () => {
  const { planes } = await encodeBlock(new Uint8Array(100_000).fill(7), undefined, 1);
  await expect(decodeBlock({ width: 1, planes }, 1000, undefined)).rejects.toThrow();
  await expect(decodeBlock({ width: 1, planes: [Uint8Array.of(1, 2, 3)] }, 1000, undefined)).rejects.toThrow();
});
