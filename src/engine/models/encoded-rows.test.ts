import { expect, it } from "vitest";
import { encodedRows } from "./encoded-rows.ts";
import { encodeRows } from "./encode-rows.ts";
import { permuteHeadRows } from "./permute.ts";
import { randomStream } from "./random.ts";
import type { ConversionType, WeightSource } from "./types.ts";

const ROWS = 1200;
const COLUMNS = 512;
const uniform = randomStream(3, "rows");
const values = Float32Array.from({ length: ROWS * COLUMNS }, () => uniform() - 0.5);

/** One weight, `w.weight`, stored in a type: larger than a piece. */
function storedAs(type: ConversionType): Pick<WeightSource, "info" | "readRowsRaw"> & { readonly stored: Uint8Array } {
  const stored = encodeRows(type, values, COLUMNS);
  const rowBytes = stored.byteLength / ROWS;
  return { stored, info: () => ({ shape: [ROWS, COLUMNS], type }), readRowsRaw: (_, first, count) => stored.slice(first * rowBytes, (first + count) * rowBytes) };
}

const joined = (pieces: Iterable<Uint8Array>): Buffer => Buffer.concat([...pieces]);

it("copies rows whose type stays, in more than one piece", () => {
  for (const type of ["f32", "f16", "bf16", "q8_0", "q4_k"] as const) {
    const source = storedAs(type);
    const pieces = [...encodedRows(source, "w.weight", { type })];
    expect(pieces.length).toBeGreaterThan(1);
    expect(joined(pieces).equals(source.stored)).toBe(true);
  }
});

it("gives the same bytes by table as through f32", () => {
  for (const [from, to] of [["bf16", "f16"], ["f16", "bf16"]] as const) {
    const source = storedAs(from);
    const exact = joined(encodedRows(source, "w.weight", { type: "f32" }));
    const throughF32 = encodeRows(to, new Float32Array(new Uint8Array(exact).buffer), COLUMNS);
    expect(joined(encodedRows(source, "w.weight", { type: to })).equals(throughF32)).toBe(true);
  }
});

it("interleaves whole heads, copied or translated or quantized", () => {
  for (const [from, to] of [["f32", "f32"], ["bf16", "f16"], ["q8_0", "q8_0"], ["f32", "q4_0"]] as const) {
    const source = storedAs(from);
    const plain = new Uint8Array(joined(encodedRows(source, "w.weight", { type: to })));
    const interleaved = joined(encodedRows(source, "w.weight", { type: to, interleavedHeadDim: 8 }));
    expect(interleaved.equals(permuteHeadRows(plain, plain.byteLength / ROWS, 8))).toBe(true);
  }
});
