import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { TunesmithError } from "../../errors.ts";
import { readJson } from "../../files/index.ts";
import { convertEncoderToGguf, isEncoder, openEncoder, openEncoderSource } from "./index.ts";

// Golden values: transformers on the weights that were exported, see test/fixtures/onnx/make.py.
const FIXTURES = join(import.meta.dirname, "../../../test/fixtures/onnx");
const golden = readJson(join(FIXTURES, "expected.json")) as { readonly query: string; readonly documents: readonly string[]; readonly scores: readonly (readonly [number])[] };
const folder = mkdtempSync(join(tmpdir(), "encoder-onnx-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The exported file with texts in it exchanged for others of the same length, in a model directory. */
function altered(name: string, texts: Readonly<Record<string, string>>, from = "onnx/model.onnx"): string {
  const path = join(folder, name, "model.onnx");
  mkdirSync(dirname(path));
  for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"]) copyFileSync(join(FIXTURES, file), join(dirname(path), file));
  writeFileSync(path, Object.entries(texts).reduce((text, [old, made]) => text.replaceAll(old, made), readFileSync(join(FIXTURES, from), "latin1")), "latin1");
  return path;
}

async function scores(path: string): Promise<readonly number[]> {
  const encoder = openEncoder(path, { threads: 1 });
  const found = await encoder.score(golden.query, golden.documents);
  encoder.dispose();
  return found.map(({ logits }) => logits[0]!);
}

describe("a cross-encoder in ONNX", () => {
  it.each([
    ["the TorchScript exporter", "onnx/model.onnx", 1e-4],
    ["the newer exporter, with its tensors in a file beside it", "dynamo/model.onnx", 1e-4],
    ["the newer exporter in F16", "dynamo/half.onnx", 0.02],
    ["a directory that has no safetensors", ".", 1e-4],
  ])("written by %s scores as transformers does", async (_exporter, file, tolerance) => {
    expect(isEncoder(join(FIXTURES, file))).toBe(true);
    for (const [index, score] of (await scores(join(FIXTURES, file))).entries()) expect(Math.abs(score - golden.scores[index]![0])).toBeLessThan(tolerance);
  });

  it("is read by the names of its nodes where a bias has lost its own: nothing but that bias is missing then", () => {
    expect(() => openEncoderSource(altered("nameless", { "layer.0.output.dense.bias": "layer.0.output.dense.BIAS" }))).toThrow(/the tensor encoder\.layer\.0\.output\.dense\.bias is missing/);
  });

  it("becomes a GGUF with the same weights", () => {
    const source = openEncoderSource(join(FIXTURES, "onnx/model.onnx"));
    convertEncoderToGguf(source, join(folder, "made.gguf"), { type: "f32" });
    const made = openEncoderSource(join(folder, "made.gguf"));
    const bytes = (from: typeof source, name: string) => Buffer.from(from.readF32(name).buffer);
    for (const name of source.names) expect(Buffer.compare(bytes(made, name), bytes(source, name)), name).toBe(0);
    for (const one of [source, made]) one.close();
  });

  it.each<[string, () => string, RegExp]>([
    ["was quantized to whole numbers", () => altered("integers", { Slice: "QGemm" }), /its weights are quantized \(QGemm\)/],
    ["has a matrix that nothing names", () => altered("unnamed", { "layer.1.output.dense.bias": "layer.1.output.dense.BIAS" }, "dynamo/half.onnx"), /multiplies with val_153, which nothing names/],
    ["was exported for one length", () => altered("fixed", { "position_embeddings.weight": "position_embeddings.WEIGHT" }), /exported for texts of one length/],
    ["holds more than a BERT", () => altered("more", { "pooler.dense.bias": "pooler.extra.bias" }), /it holds pooler\.extra\.bias/],
  ])("that %s is refused", (_what, path, reason) => {
    expect(() => openEncoderSource(path())).toThrow(reason);
  });

  it("whose nodes hand a tensor round in a circle has no such tensor", () => {
    const node = (input: string, output: string) => `\x0a\x12\x0a\x01${input}\x12\x01${output}\x22\x08Identity\x2a\x00`;
    const nodes = [node("a", "b"), node("b", "a"), "\x0a\x0e\x0a\x01x\x0a\x01a\x22\x06MatMul"].join("");
    const path = altered("circle", {});
    writeFileSync(path, Buffer.from(`\x3a${String.fromCharCode(nodes.length)}${nodes}`, "latin1"));
    expect(() => openEncoderSource(path)).toThrow(/its table of positions is missing/);
  });

  it("is an error and never a crash, whatever bytes of it change", () => {
    const path = altered("damaged", {}, "dynamo/half.onnx");
    const bytes = readFileSync(path);
    const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = Buffer.from(bytes);
        for (const { at, byte } of changes) damaged[at] = byte;
        writeFileSync(path, damaged);
        try {
          openEncoderSource(path).close();
        } catch (error) {
          expect(error).toBeInstanceOf(TunesmithError);
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it("that was rewritten for one runtime, or is of another architecture, or has no config.json, is refused", () => {
    const path = altered("fused", {});
    writeFileSync(path, Buffer.from("\x3a\x1e\x0a\x1c\x22\x0bFusedMatMul\x3a\x0dcom.microsoft", "latin1"));
    expect(() => openEncoderSource(path)).toThrow(/rewritten for one runtime \(FusedMatMul of com\.microsoft\)/);
    writeFileSync(join(dirname(path), "config.json"), JSON.stringify({ model_type: "roberta" }));
    expect(() => openEncoderSource(path)).toThrow(/config\.json beside it is not that of a BERT/);
    rmSync(join(dirname(path), "config.json"));
    expect(() => openEncoderSource(path)).toThrow(/no config\.json lies beside it/);
  });
});
