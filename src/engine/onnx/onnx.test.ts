import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { TunesmithError } from "../../errors.ts";
import { openOnnx } from "./open.ts";

// Made by test/fixtures/onnx/make.py.
const FIXTURES = join(import.meta.dirname, "../../../test/fixtures/onnx");
const folder = mkdtempSync(join(tmpdir(), "onnx-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A field of a message: a number as varint, anything else with its length before it. */
function field(number: number, content: number | string | Uint8Array): Buffer {
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))]);
  if (typeof content === "number") return Buffer.from([...varint(8 * number), ...varint(content)]);
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([...varint(8 * number + 2), ...varint(bytes.length)]), bytes]);
}
const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);
const four = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const tensor = (...more: readonly Buffer[]): Buffer => message(field(1, 2), field(1, 2), field(2, 1), field(8, "w"), ...more);
const model = (...parts: readonly Buffer[]): Buffer => message(field(1, 10), field(7, message(...parts)));
const entry = (key: string, value: string): Buffer => field(13, message(field(1, key), field(2, value)));

function open(bytes: Uint8Array, name = "m.onnx") {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const file = openOnnx(path);
  file.close();
  return file;
}

describe("an ONNX file", () => {
  it("tells its tensors and the nodes that use them", () => {
    const { nodes, tensors } = openOnnx(join(FIXTURES, "onnx/model.onnx"));
    expect(tensors.get("bert.pooler.dense.bias")).toMatchObject({ type: "f32", shape: [16], sizeBytes: 64 });
    expect(nodes.find(({ op }) => op === "Gemm")).toMatchObject({ name: "/bert/pooler/dense/Gemm", domain: "", inputs: [expect.any(String), "bert.pooler.dense.weight", "bert.pooler.dense.bias"], numbers: new Map([["alpha", 1], ["beta", 1], ["transB", 1]]) });
  });

  it("gives the same values whether they stand in it, in packed numbers, in a constant or in a file beside it", () => {
    writeFileSync(join(folder, "w.data"), Buffer.concat([Buffer.alloc(4), four]));
    const constant = field(1, message(field(2, "w"), field(4, "Constant"), field(5, message(field(1, "value"), field(5, message(field(1, 4), field(2, 1), field(9, four)))))));
    const forms = [
      field(5, tensor(field(9, four))),
      field(5, tensor(field(4, four))),
      constant,
      field(5, tensor(entry("location", "w.data"), entry("offset", "4"), entry("length", "16"), field(14, 1))),
    ];
    for (const form of forms) {
      writeFileSync(join(folder, "m.onnx"), model(form));
      const file = openOnnx(join(folder, "m.onnx"));
      expect(new Float32Array(file.readRange("w", 4, 8).buffer)).toEqual(Float32Array.of(2, 3));
      expect(() => file.readRange("w", 8, 12)).toThrow(RangeError);
      expect(() => file.readRange("v", 0, 1)).toThrow(/no such tensor/);
      file.close();
    }
  });

  it.each<[string, Buffer, RegExp]>([
    ["nothing", Buffer.alloc(0), /it holds no graph/],
    ["two graphs", message(model(), model()), /does not hold one graph/],
    ["a length past the end", Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f]), /announces \d+ bytes, 0 are left/],
    ["a number without an end", Buffer.alloc(20, 0xff), /has no end/],
    ["an unknown kind of field", Buffer.from([0x0b]), /unknown kind 3/],
    ["a shape larger than its bytes", model(field(5, tensor(field(1, 2 ** 40), field(9, four)))), /has 16 bytes, its shape \[2, 2, 1099511627776\]/],
    ["too many dimensions", model(field(5, message(...Array.from({ length: 9 }, () => field(1, 1))))), /more than 8 dimensions/],
    ["the same tensor twice", model(field(5, tensor(field(9, four))), field(5, tensor(field(9, four)))), /w stands in it twice/],
    ["halves as whole numbers", model(field(5, message(field(1, 2), field(2, 10), field(8, "w"), field(5, Uint8Array.of(1, 2))))), /holds f16 numbers as whole ones/],
    ["sparse tensors", model(field(15, "x")), /sparse tensors/],
    ["a name that is too long", model(field(5, message(field(8, "x".repeat(5000))))), /a text at byte \d+ has 5000 bytes/],
    ["values in another folder", model(field(5, tensor(entry("location", "../w.data"), field(14, 1)))), /lies in "\.\.\/w\.data", which is not a file beside it/],
    ["values past the end of the file beside it", model(field(5, tensor(entry("location", "w.data"), entry("offset", "8"), field(14, 1)))), /ends at byte 24 of w\.data, which has 20/],
    ["values in a file that is not there", model(field(5, tensor(entry("location", "gone"), field(14, 1)))), /there is no such file/],
  ])("that holds %s is refused", (_what, bytes, reason) => {
    expect(() => open(bytes)).toThrow(reason);
  });

  it("that is a folder or is not there is refused", () => {
    mkdirSync(join(folder, "d.onnx"));
    for (const name of ["d.onnx", "absent.onnx"]) expect(() => openOnnx(join(folder, name))).toThrow(TunesmithError);
  });

  it("is an error and never a crash or a large allocation, however it is cut or changed", () => {
    const bytes = readFileSync(join(FIXTURES, "dynamo/half.onnx"));
    const before = process.memoryUsage().arrayBuffers;
    const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.option(fc.nat(bytes.length - 1)), (changes, cut) => {
        const damaged = Buffer.from(bytes.subarray(0, cut ?? bytes.length));
        for (const { at, byte } of changes) damaged[at] = byte;
        try {
          open(damaged, "damaged.onnx");
        } catch (error) {
          expect(error).toBeInstanceOf(TunesmithError);
        }
      }),
      { numRuns: 150, seed: 5 },
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 28);
  });
});
