import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChunkHeader } from "./chunk.ts";
import { decodeLz4Frame } from "./lz4.ts";

/** A frame of blocks given as they lie in it; the highest bit of a length says that the block is not packed. */
function frame(blocks: readonly { readonly bytes: readonly number[]; readonly isRaw?: boolean }[], flags = 0x60): Uint8Array {
  const body = blocks.flatMap(({ bytes, isRaw }) => [bytes.length, bytes.length >>> 8, bytes.length >>> 16, isRaw === true ? 0x80 : 0, ...bytes]);
  return Uint8Array.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40, 0, ...body, 0, 0, 0, 0]);
}

function decode(bytes: Uint8Array, length: number): string {
  const output = new Uint8Array(length);
  decodeLz4Frame(bytes, output);
  return new TextDecoder().decode(output);
}

const text = (value: string) => [...new TextEncoder().encode(value)];

describe("decodeLz4Frame", () => {
  it("decodes literals, repeats and blocks that are not packed", () => {
    expect(decode(frame([{ bytes: text("raw"), isRaw: true }]), 3)).toBe("raw");
    expect(decode(frame([{ bytes: [0x30, ...text("abc")] }]), 3)).toBe("abc");
    expect(decode(frame([{ bytes: [0x30 | 5, ...text("abc"), 3, 0, 0x10, ...text("z")] }]), 13)).toBe("abcabcabcabcz");
    expect(decode(frame([{ bytes: [0x1f, ...text("a"), 1, 0, 255, 6, 0x10, ...text("b")] }]), 282)).toBe(`${"a".repeat(281)}b`);
  });

  it("lets a block refer to the one before", () => {
    expect(decode(frame([{ bytes: text("abcdefgh"), isRaw: true }, { bytes: [0x04, 8, 0, 0x10, ...text("!")] }], 0x40), 17)).toBe("abcdefghabcdefgh!");
  });

  it("refuses what is no frame, cut off, or of another size", () => {
    const good = frame([{ bytes: [0x30 | 5, ...text("abc"), 3, 0, 0x10, ...text("z")] }]);
    for (let length = 0; length < good.length; length += 1) expect(() => decode(good.subarray(0, length), 13)).toThrow(SyntaxError);
    expect(() => decode(good, 12)).toThrow("larger than announced");
    expect(() => decode(good, 14)).toThrow("13 bytes of content, 14 were announced");
    expect(() => decode(frame([{ bytes: [0x15, 97, 2, 0, 0x10, 98] }]), 100)).toThrow("before its content");
    expect(() => decode(frame([{ bytes: [0x15, 97, 0, 0, 0x10, 98] }]), 100)).toThrow("before its content");
    expect(() => decode(frame([], 0x61), 0)).toThrow("dictionary");
    expect(() => decode(frame([], 0xa0), 0)).toThrow("version");
  });

  it("does not grow with what a bomb announces", () => {
    const bomb = frame([{ bytes: [0x1f, 97, 1, 0, ...Array.from({ length: 60_000 }, () => 255), 0, 0x10, 98] }]);
    expect(() => decode(bomb, 1 << 17)).toThrow("larger than announced");
  });

  it("never writes outside its memory, whatever the bytes", () => {
    const folder = new URL("../../../test/fixtures/xet/", import.meta.url);
    const xorb = readFileSync(new URL(readdirSync(folder).find((name) => name.endsWith(".xorb"))!, folder));
    const { packedBytes, rawBytes } = parseChunkHeader(xorb, 0);
    const good = xorb.subarray(8, 8 + packedBytes);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(packedBytes - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = Uint8Array.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        const memory = new Uint8Array(rawBytes + 64).fill(7);
        try {
          decodeLz4Frame(bytes, memory.subarray(32, 32 + rawBytes));
        } catch (cause) {
          expect(cause).toBeInstanceOf(SyntaxError);
        }
        expect([...memory.subarray(0, 32), ...memory.subarray(32 + rawBytes)].every((byte) => byte === 7)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
