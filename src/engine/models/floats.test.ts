import { describe, expect, it } from "vitest";
import { bf16ToF16, bf16ToF32, bytesToF32, f16ToBf16, f16ToF32, f32ToBf16, f32ToBytes, f32ToF16 } from "./floats.ts";

const half = (...values: readonly number[]): number[] => [...new Uint16Array(f32ToF16(Float32Array.from(values)).buffer)];
const brain = (...values: readonly number[]): number[] => [...new Uint16Array(f32ToBf16(Float32Array.from(values)).buffer)];
const allHalves = Uint16Array.from({ length: 65_536 }, (_, i) => i);

describe("binary16", () => {
  it("comes back the same for every finite value and infinity", () => {
    const bytes = f32ToF16(f16ToF32(new Uint8Array(allHalves.buffer)));
    const back = new Uint16Array(bytes.buffer);
    expect(allHalves.every((bits, i) => back[i] === bits || (bits & 0x7fff) > 0x7c00)).toBe(true);
  });

  it("rounds to nearest, ties to even, below 2^-14 too", () => {
    expect(half(1, -2, 65504, 65519.99, 65520, 1e9, -1e9, 0, -0)).toEqual([0x3c00, 0xc000, 0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00, 0, 0x8000]);
    expect(half(1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20)).toEqual([0x3c00, 0x3c02, 0x3c01]);
    expect(half(2 ** -24, 2 ** -25, 1.5 * 2 ** -24, 2.5 * 2 ** -24, 2 ** -14 - 2 ** -25)).toEqual([1, 0, 2, 2, 0x400]);
    expect(half(Number.NaN).map((bits) => bits & 0x7fff)).toEqual([0x7e00]);
  });
});

describe("bfloat16", () => {
  it("is the upper half of f32, rounded to nearest, ties to even", () => {
    expect(brain(1, -2, 1 + 2 ** -8, 1 + 3 * 2 ** -8, Infinity)).toEqual([0x3f80, 0xc000, 0x3f80, 0x3f82, 0x7f80]);
    expect(brain(Number.NaN).map((bits) => (bits & 0x7fff) > 0x7f80)).toEqual([true]);
    expect(bf16ToF32(f32ToBf16(Float32Array.of(1.5, -0.375)))).toEqual(Float32Array.of(1.5, -0.375));
  });
});

it("reads values that do not lie on a boundary of their size", () => {
  const shifted = Uint8Array.of(9, ...f32ToBytes(Float32Array.of(1.25, -3))).subarray(1);
  expect(bytesToF32(shifted)).toEqual(Float32Array.of(1.25, -3));
  expect(f16ToF32(Uint8Array.of(9, 0, 0x3c).subarray(1))).toEqual(Float32Array.of(1));
});

describe("one 16-bit type as the other", () => {
  it("is what f32 between them gives, for every value, in odd numbers and at any place", () => {
    const all = new Uint8Array(allHalves.buffer);
    expect(Buffer.from(bf16ToF16(all)).equals(f32ToF16(bf16ToF32(all)))).toBe(true);
    expect(Buffer.from(f16ToBf16(all)).equals(f32ToBf16(f16ToF32(all)))).toBe(true);
    for (const [start, end] of [[0, 0], [0, 2], [2, 8], [1000, 1006]] as const) expect(bf16ToF16(all.subarray(start, end))).toEqual(bf16ToF16(all).slice(start, end));
  });
});
