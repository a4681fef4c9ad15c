import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../test/helpers/tiny-gguf.ts";
import { findText, openGguf } from "../engine/gguf/index.ts";
import { loadLlama, quantizeGguf } from "../engine/llama/index.ts";
import { openModel, writeAdapter, writeMergedDirectory, type LoraAdapter } from "../engine/models/index.ts";
import { compareModels } from "./divergence.ts";
import { mustConvert, prepareSource } from "./source.ts";

const folder = makeTemporaryFolder();
const base = folder.file("base-f32.gguf");
const adapter = { path: folder.file("adapter"), chatTemplate: "{{ messages[0].content }}" };
const wave = (length: number) => Float32Array.from({ length }, (_, index) => 0.2 * Math.sin(index));
const trained: LoraAdapter = {
  r: 4, alpha: 8, dropout: 0, targetModules: ["q_proj"], baseModel: "base", useRslora: false, scale: 2,
  modules: new Map([["model.layers.0.self_attn.q_proj", { a: wave(4 * 64), b: wave(64 * 4), inFeatures: 64, outFeatures: 64, r: 4, scale: 2 }]]),
};

beforeAll(async () => {
  writeTinyGguf(base);
  writeAdapter(adapter.path, trained);
  await quantizeGguf(base, folder.file("base-q8_0.gguf"), "q8_0", { threads: 1 });
});
afterAll(() => folder.remove());

function tensorsOf(path: string): Readonly<Record<string, string>> {
  const file = openGguf(path);
  const tensors = Object.fromEntries([...file.tensors.keys()].map((name) => [name, Buffer.from(file.read(name)).toString("base64")]));
  file.close();
  return tensors;
}

describe("an adapter and its base", () => {
  it("become the file that the merged model becomes", () => {
    const made = prepareSource({ modelPath: base, adapter }, folder.file("made.gguf"), "f16", { run_id: "r1" });
    expect(made).toEqual({ path: folder.file("made.gguf"), type: "f16" });
    const weights = openModel(base);
    writeMergedDirectory(weights, trained, folder.file("merged"), { dtype: "f32" });
    weights.close();
    const merged = prepareSource({ modelPath: folder.file("merged") }, folder.file("merged.gguf"), "f16", undefined);
    expect(tensorsOf(made.path)).toEqual(tensorsOf(merged.path));
    const file = openGguf(made.path);
    file.close();
    expect([findText(file.metadata, "tunesmith.run_id"), findText(file.metadata, "tokenizer.chat_template")]).toEqual(["r1", adapter.chatTemplate]);
  });

  it("may stand on a quantized base, which alone is refused", async () => {
    const modelPath = folder.file("base-q8_0.gguf");
    expect(() => mustConvert({ modelPath })).toThrow("it holds q8_0 weights");
    const { path } = prepareSource({ modelPath, adapter }, folder.file("from-q8_0.gguf"), "f32", undefined);
    const [exact, near] = await Promise.all([folder.file("made.gguf"), path].map((one) => loadLlama(one, { threads: 1 })));
    const { mean } = (await compareModels(exact!, near!, [{ ids: [1, 2, 3, 4, 5], firstScored: 1 }]))!;
    expect(mean).toBeLessThan(0.01);
    exact!.dispose();
    near!.dispose();
  });
});

it("an unquantized GGUF file is taken as it is", () => {
  expect(prepareSource({ modelPath: base }, folder.file("unused.gguf"), "f16", undefined)).toEqual({ path: base, type: "f32" });
});
