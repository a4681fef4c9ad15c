import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { TunesmithError } from "../../errors.ts";
import { findBoolean, findNumber, findText, ggufBoolean, ggufNumber, ggufText, needNumber, openGguf, writeGguf, type GgufTensorSource, type GgufValue } from "./index.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/formats/", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "gguf-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

const metadata = new Map<string, GgufValue>([
  ["general.architecture", ggufText("llama")],
  ["a.flag", ggufBoolean(true)],
  ["a.number", ggufNumber(7)],
  ["a.texts", { type: "array", of: "string", value: ["x", "", "ß🚀"] }],
  ["a.numbers", { type: "array", of: "i32", value: [1, -2, 3] }],
  ["a.flags", { type: "array", of: "bool", value: [true, false] }],
]);
const floats = Float32Array.from({ length: 64 }, (_, i) => i / 7);
const f32 = (name: string, values: Float32Array, ...shape: readonly number[]): GgufTensorSource => ({ name, shape, type: "f32", bytes: () => new Uint8Array(values.buffer) });
const tensors = [f32("matrix", floats, 4, 16), f32("vector", floats.slice(0, 3), 3)];

/** A small valid file, and the same with some bytes changed. */
writeGguf(at("valid.gguf"), { metadata, tensors });
const valid = readFileSync(at("valid.gguf"));
function opened(bytes: Uint8Array): void {
  writeFileSync(at("changed.gguf"), bytes);
  openGguf(at("changed.gguf")).close();
}
function changed(change: (view: DataView, bytes: Buffer) => void): Uint8Array {
  const bytes = Buffer.from(valid);
  change(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), bytes);
  return bytes;
}
const indexOf = (text: string): number => valid.indexOf(text);

describe("a GGUF file written here", () => {
  it("reads back with every value, shape and byte", () => {
    const file = openGguf(at("valid.gguf"));
    expect(file.metadata).toEqual(metadata);
    expect([...file.tensors.values()].map(({ name, shape, type, sizeBytes }) => ({ name, shape, type, sizeBytes }))).toEqual([
      { name: "matrix", shape: [4, 16], type: "f32", sizeBytes: 256 },
      { name: "vector", shape: [3], type: "f32", sizeBytes: 12 },
    ]);
    expect(new Float32Array(file.read("matrix").buffer)).toEqual(floats);
    expect(new Float32Array(file.readRange("matrix", 64, 64).buffer)).toEqual(floats.slice(16, 32));
    for (const { offset } of file.tensors.values()) expect(offset % 32).toBe(0);
    expect(() => file.readRange("vector", 8, 8)).toThrow(RangeError);
    expect(() => file.read("none")).toThrow(/no such tensor/);
    file.close();
  });

  it("honours another alignment, and none of it matters to version 2", () => {
    writeGguf(at("aligned.gguf"), { metadata: new Map([...metadata, ["general.alignment", ggufNumber(256)]]), tensors });
    const file = openGguf(at("aligned.gguf"));
    for (const { offset } of file.tensors.values()) expect(offset % 256).toBe(0);
    file.close();
    expect(() => opened(changed((view) => view.setUint32(4, 2, true)))).not.toThrow();
  });

  it("takes a tensor in pieces and asks for its bytes once", () => {
    let calls = 0;
    const bytes = new Uint8Array(floats.buffer);
    const pieces = function* () {
      calls += 1;
      yield bytes.subarray(0, 100);
      yield bytes.subarray(100);
    };
    writeGguf(at("pieces.gguf"), { metadata, tensors: [{ ...f32("matrix", floats, 4, 16), bytes: pieces }, f32("vector", floats.slice(0, 3), 3)] });
    expect(calls).toBe(1);
    expect(readFileSync(at("pieces.gguf"))).toEqual(valid);
  });

  it.each<[string, Partial<{ metadata: Map<string, GgufValue>; tensors: GgufTensorSource[] }>, RegExp]>([
    ["two tensors of one name", { tensors: [f32("a", floats, 64), f32("a", floats, 64)] }, /tensor a is given twice/],
    ["too few bytes", { tensors: [f32("a", floats, 65)] }, /gave 256 bytes, its shape and type need 260/],
    ["broken blocks", { tensors: [{ ...f32("a", floats, 2, 33), type: "q8_0" }] }, /rows of 33, q8_0 needs multiples of 32/],
    ["five dimensions", { tensors: [f32("a", floats, 1, 1, 1, 1, 64)] }, /1 to 4 positive sizes/],
    ["a long name", { tensors: [f32("a".repeat(64), floats, 64)] }, /longer than 63 bytes/],
    ["a number beyond its type", { metadata: new Map([["a", ggufNumber(-1)]]) }, /a is -1, which is not a value of type u32/],
    ["an odd alignment", { metadata: new Map([["general.alignment", ggufNumber(33)]]) }, /power of two/],
  ])("refuses %s and leaves nothing behind", (_what, contents, message) => {
    const directory = join(scratch, "refused");
    expect(() => writeGguf(join(directory, "x.gguf"), { metadata, tensors, ...contents })).toThrow(message);
    expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
  });
});

describe("a GGUF file written by gguf-py", () => {
  it("reads with every type of value and tensor", () => {
    const file = openGguf(join(fixtures, "python.gguf"));
    const expected = JSON.parse(readFileSync(join(fixtures, "python.gguf.json"), "utf8")) as { matrix: number[] };
    const values = Object.fromEntries([...file.metadata].filter(([key]) => key.startsWith("test.")).map(([key, entry]) => [key.slice(5), entry.value]));
    expect(values).toEqual({
      u8: 200, i8: -100, u16: 60000, i16: -30000, u32: 4e9, i32: -2e9, u64: 2 ** 50, i64: -(2 ** 50), f32: 0.5, f64: 1e-300,
      yes: true, text: "naïve 🚀", numbers: [1, -2, 3], texts: ["a", "", "ß"], floats: [0.5, -1.25],
    });
    expect([...file.tensors.values()].map(({ name, type, shape }) => [name, type, ...shape])).toEqual([["matrix", "f32", 4, 64], ["half", "f16", 4, 64], ["vector", "f32", 5], ["q8", "q8_0", 4, 64]]);
    expect([...new Float32Array(file.read("matrix").buffer)]).toEqual(expected.matrix);
    file.close();
  });
});

describe("a damaged GGUF file", () => {
  const tensorInfo = indexOf("matrix") + 6;
  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /starts with 0 bytes/],
    ["another format", changed((_view, bytes) => bytes.write("PK\u0003\u0004", 0)), /starts with bytes 50 4b 03 04/],
    ["version 1", changed((view) => view.setUint32(4, 1, true)), /GGUF version 1, versions 2 and 3/],
    ["a big-endian file", changed((view) => view.setUint32(4, 3, false)), /big-endian/],
    ["a huge number of tensors", changed((view) => view.setBigUint64(8, 1n << 40n, true)), /announces 1099511627776 tensors/],
    ["an impossible number of tensors", changed((view) => view.setBigUint64(8, 1n << 60n, true)), /more than any file can hold/],
    ["a huge number of entries", changed((view) => view.setBigUint64(16, 1n << 40n, true)), /announces 1099511627776 metadata entries/],
    ["a huge key", changed((view) => view.setBigUint64(24, 70_000n, true)), /at most 65535/],
    ["an unknown value type", changed((view) => view.setUint32(indexOf("a.flag") + 6, 77, true)), /a\.flag has the unknown value type 77/],
    ["a half-true flag", changed((view) => view.setUint8(indexOf("a.flag") + 10, 2)), /stored as 2/],
    ["an array of arrays", changed((view) => view.setUint32(indexOf("a.numbers") + 13, 9, true)), /array of arrays/],
    ["a huge array", changed((view) => view.setBigUint64(indexOf("a.numbers") + 17, 1n << 33n, true)), /announces 8589934592 elements/],
    ["a key that stands twice", changed((_view, bytes) => bytes.write("a.texts", indexOf("a.flags"))), /a\.texts stands in it twice/],
    ["no dimensions", changed((view) => view.setUint32(tensorInfo, 0, true)), /0 dimensions/],
    ["an impossible shape", changed((view) => view.setBigUint64(tensorInfo + 4, 0n, true)), /impossible shape 4 × 0/],
    ["a shape past every number", changed((view) => [4, 12].forEach((offset) => view.setBigUint64(tensorInfo + offset, 1n << 50n, true))), /impossible shape/],
    ["an unknown tensor type", changed((view) => view.setUint32(tensorInfo + 20, 999, true)), /tensor type 999/],
    ["rows that are not whole blocks", changed((view) => view.setUint32(tensorInfo + 20, 8, true)), /rows of 16, q8_0 needs multiples of 32/],
    ["an unaligned tensor", changed((view) => view.setBigUint64(tensorInfo + 24, 8n, true)), /multiple of 32/],
    ["a tensor beyond the end", changed((view) => view.setBigUint64(tensorInfo + 24, 1n << 20n, true)), /the file ends at/],
    ["overlapping tensors", changed((view) => view.setBigUint64(indexOf("vector") + 6 + 4 + 8 + 4, 0n, true)), /overlap/],
    ["two tensors of one name", changed((_view, bytes) => bytes.write("matrix", indexOf("vector"))), /matrix stands in it twice/],
    ["a file cut off", valid.subarray(0, valid.length - 40), /the file ends at/],
    ["a header cut off", valid.subarray(0, indexOf("matrix")), /are left/],
  ])("is refused: %s", (_what, bytes, message) => {
    expect(() => opened(bytes)).toThrow(message);
    expect(() => opened(bytes)).toThrow(TunesmithError);
  });

  it("never crashes and never takes much memory, whatever bytes change", () => {
    const header = indexOf("vector") + 40;
    const change = fc.record({ at: fc.nat(header), byte: fc.nat(255) });
    const before = process.memoryUsage().rss;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(valid.length), fc.boolean(), (changes, end, cut) => {
        const bytes = changed((_view, all) => changes.forEach(({ at: place, byte }) => { all[place] = byte; }));
        try {
          opened(cut ? bytes.subarray(0, end) : bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(TunesmithError);
        }
      }),
      { numRuns: 500, seed: 11 },
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });
});

describe("metadata", () => {
  it("is read with the type that is needed, or says what is there instead", () => {
    expect([findText(metadata, "general.architecture"), findNumber(metadata, "a.number"), findBoolean(metadata, "a.flag"), findText(metadata, "none")]).toEqual(["llama", 7, true, undefined]);
    expect(() => findNumber(metadata, "a.flag")).toThrow("a.flag is bool, it needs to be a number");
    expect(() => findText(metadata, "a.texts")).toThrow("a.texts is an array of string, it needs to be text");
    expect(() => needNumber(metadata, "none")).toThrow("none is absent, it needs to be a number");
  });
});
