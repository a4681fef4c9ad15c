import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { TunesmithError } from "../../errors.ts";
import { openSafetensors, openSafetensorsDirectory, writeSafetensors, writeSafetensorsDirectory, type SafetensorsTensorSource } from "./index.ts";

const reference = fileURLToPath(new URL("../../../test/fixtures/formats/python.safetensors", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "safetensors-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

const bytesOf = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const tensor = (name: string, ...values: readonly number[]): SafetensorsTensorSource => ({ name, dtype: "F32", shape: [values.length], bytes: () => bytesOf(values) });

/** A file with this header text and `dataBytes` zeros. */
function file(header: string | Buffer, dataBytes = 0, announced = Buffer.byteLength(header)): string {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(announced));
  writeFileSync(at("made.safetensors"), Buffer.concat([prefix, typeof header === "string" ? Buffer.from(header) : header, Buffer.alloc(dataBytes)]));
  return at("made.safetensors");
}
const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = "F32") => ({ dtype, shape, data_offsets: [begin, end] });

describe("a safetensors file", () => {
  it("of the reference package reads, and is written again to the last byte", () => {
    const source = openSafetensors(reference);
    expect(source.metadata).toEqual(new Map([["format", "pt"]]));
    expect(source.tensors.get("half")).toMatchObject({ dtype: "F16", shape: [3, 5], sizeBytes: 30 });
    expect(source.tensors.get('ünïcode"name')).toMatchObject({ shape: [0, 4], sizeBytes: 0 });
    expect(new Float32Array(source.read("scalar").buffer)).toEqual(Float32Array.of(2.5));
    expect(new BigInt64Array(source.read("long").buffer)).toEqual(BigInt64Array.of(1n, -2n));
    writeSafetensors(at("again.safetensors"), [...source.tensors.values()].reverse().map((one) => ({ ...one, bytes: () => source.read(one.name) })));
    expect(readFileSync(at("again.safetensors"))).toEqual(readFileSync(reference));
    source.close();
  });

  it("reads ranges of a tensor and nothing outside it", () => {
    writeSafetensors(at("range.safetensors"), [tensor("a", 1, 2, 3), tensor("b", 4)]);
    const source = openSafetensors(at("range.safetensors"));
    expect(source.readRange("a", 4, 8)).toEqual(bytesOf([2, 3]));
    expect(() => source.readRange("a", 8, 8)).toThrow(RangeError);
    expect(() => source.read("c")).toThrow(/there is no such tensor/);
    source.close();
  });

  it.each<[string, () => string, RegExp]>([
    ["too short", () => { writeFileSync(at("short.safetensors"), "abc"); return at("short.safetensors"); }, /at least 8/],
    ["with a header beyond 100 MB", () => file("{}", 0, 100_000_001), /at most 100000000 are allowed/],
    ["with a header beyond its end", () => file("{}", 0, 50), /50 bytes, 2 are left/],
    ["with a header that is no object", () => file(" {}"), /does not begin with \{/],
    ["with a header that is no JSON", () => file('{"a":'), /not valid JSON/],
    ["with a header that is no UTF-8", () => file(Buffer.from([0x7b, 0xff, 0x7d])), /not valid JSON/],
    ["with a name twice", () => file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8), /name a stands in it twice/],
    ["with metadata that are not text", () => file('{"__metadata__":{"a":1}}'), /metadata a is number/],
    ["with a list of metadata", () => file('{"__metadata__":[]}'), /not an object of texts/],
    ["with an unknown dtype", () => file(JSON.stringify({ a: entry(0, 4, [1], "F4") }), 4), /element type F4/],
    ["with a dtype called constructor", () => file(JSON.stringify({ a: entry(0, 4, [1], "constructor") }), 4), /element type constructor/],
    ["with a negative size", () => file(JSON.stringify({ a: entry(0, 4, [-1]) }), 4), /no shape of whole numbers/],
    ["with a shape that does not fit", () => file(JSON.stringify({ a: entry(0, 8, [3]) }), 8), /spans 8 bytes, its shape \[3\] in F32 needs 12/],
    ["with three offsets", () => file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 8), /no pair of data_offsets/],
    ["with a hole", () => file(JSON.stringify({ a: entry(0, 4), b: entry(8, 12) }), 12), /b begins at byte \d+, the tensor before it ends at/],
    ["with an overlap", () => file(JSON.stringify({ a: entry(0, 8), b: entry(4, 12) }), 12), /b begins at byte/],
    ["with bytes after the last tensor", () => file(JSON.stringify({ a: entry(0, 4) }), 9), /its tensors end at byte/],
    ["cut off", () => file(JSON.stringify({ a: entry(0, 8) }), 4), /its tensors end at byte/],
  ])("is refused %s", (_what, make, message) => {
    const path = make();
    expect(() => openSafetensors(path)).toThrow(message);
    expect(() => openSafetensors(path)).toThrow(TunesmithError);
  });

  it("never crashes, whatever bytes change", () => {
    const whole = readFileSync(reference);
    const change = fc.record({ at: fc.nat(700), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const { at: place, byte } of changes) bytes[place % bytes.length] = byte;
        writeFileSync(at("fuzzed.safetensors"), bytes);
        try {
          openSafetensors(at("fuzzed.safetensors")).close();
        } catch (error) {
          expect(error).toBeInstanceOf(TunesmithError);
        }
      }),
      { numRuns: 400, seed: 5 },
    );
  });

  it("is not written with a name twice or too few bytes, and leaves nothing behind", () => {
    const path = join(scratch, "refused", "x.safetensors");
    expect(() => writeSafetensors(path, [tensor("a", 1), tensor("a", 2)])).toThrow(/given twice/);
    expect(() => writeSafetensors(path, [{ ...tensor("a", 1), shape: [2] }])).toThrow(/gave 4 bytes, its shape and type need 8/);
    expect(existsSync(join(scratch, "refused")) ? readdirSync(join(scratch, "refused")) : []).toEqual([]);
  });
});

describe("a directory of weights", () => {
  const tensors = [tensor("one", 1, 2, 3, 4), tensor("two", 5, 6, 7, 8), tensor("three", 9)];

  it("is one file while it fits, and numbered shards with an index beyond", () => {
    writeSafetensorsDirectory(at("single"), tensors);
    expect(readdirSync(at("single"))).toEqual(["model.safetensors"]);
    writeSafetensorsDirectory(at("sharded"), tensors, { maxShardBytes: 20 });
    expect(readdirSync(at("sharded")).sort()).toEqual(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"]);
    expect(JSON.parse(readFileSync(join(at("sharded"), "model.safetensors.index.json"), "utf8"))).toEqual({
      metadata: { total_size: 36 },
      weight_map: { one: "model-00001-of-00002.safetensors", three: "model-00002-of-00002.safetensors", two: "model-00002-of-00002.safetensors" },
    });
    for (const name of ["single", "sharded"]) {
      const source = openSafetensorsDirectory(at(name));
      expect(tensors.map(({ name: one }) => source.read(one))).toEqual(tensors.map(({ bytes }) => bytes()));
      source.close();
    }
  });

  it("is refused when the index lies or leaves the directory", () => {
    mkdirSync(at("lying"));
    const index = (weightMap: unknown) => writeFileSync(join(at("lying"), "model.safetensors.index.json"), JSON.stringify({ weight_map: weightMap }));
    writeSafetensors(join(at("lying"), "a.safetensors"), [tensor("one", 1)]);
    index({ two: "a.safetensors" });
    expect(() => openSafetensorsDirectory(at("lying"))).toThrow(/says two is in a\.safetensors, which does not hold it/);
    index({ one: "../single/model.safetensors" });
    expect(() => openSafetensorsDirectory(at("lying"))).toThrow(/not a \.safetensors file beside it/);
    index({ one: "b.safetensors" });
    expect(() => openSafetensorsDirectory(at("lying"))).toThrow(/there is no such file/);
    index([]);
    expect(() => openSafetensorsDirectory(at("lying"))).toThrow(/no weight_map/);
  });

  it("is refused when there are only pickle files", () => {
    mkdirSync(at("pickle"));
    writeFileSync(join(at("pickle"), "pytorch_model.bin"), "");
    expect(() => openSafetensorsDirectory(at("pickle"))).toThrow(/only pytorch_model\.bin/);
    expect(() => openSafetensorsDirectory(at("absent"))).toThrow(/has no model\.safetensors/);
  });
});
