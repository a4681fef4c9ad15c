import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder } from "../../test/helpers/tiny-gguf.ts";
import { openGguf } from "../engine/gguf/index.ts";
import { openEncoderSource } from "../engine/models/index.ts";
import { run as convert } from "./convert-worker.ts";
import { compareScores, compareVectors } from "./measure-encoder.ts";
import { modelNameOf } from "./source.ts";
import type { QuantizationWork } from "./work.ts";
import { run } from "./worker.ts";

const BERTS = join(import.meta.dirname, "../../test/fixtures/berts");
const folder = makeTemporaryFolder();
afterAll(() => folder.remove());

const rows = [
  { question: "which drug lowers blood pressure?", answer: "lisinopril lowers it" },
  { question: "what for diabetes?", answer: "metformin for diabetes" },
  { question: "Aspirin", answer: "" },
];
const texts = { rows, datasetDigest: "d1" };

/** What the child process of a quantization does, here. */
function quantize(work: Pick<QuantizationWork, "modelPath" | "types"> & Partial<QuantizationWork>, stagingDir: string) {
  mkdirSync(stagingDir);
  return run({ model: "m", sourceType: "auto", threads: 1, benchmark: false, ...work, stagingDir }, { emit: () => {}, signal: new AbortController().signal });
}

describe("a BERT that is quantized", () => {
  it("has its vectors compared with those of the unquantized one, adapter merged in, and no perplexity", async () => {
    const outputDir = folder.file("minilm");
    const record = await quantize({ modelPath: join(BERTS, "minilm"), adapter: { path: join(BERTS, "minilm/adapter") }, types: ["f16", "q8_0", "q4_0"], texts, benchmark: true }, outputDir);
    expect(record.source).toMatchObject({ type: "f32", perplexity: null, generate_tokens_per_s: null, measured_on: { dataset_digest: "d1", rows: 3, tokens: expect.any(Number) } });
    const [half, eight, four] = record.types.map(({ vectors }) => vectors!);
    expect(half).toMatchObject({ texts: 5 });
    expect(half!.min_cosine).toBeGreaterThan(0.9999);
    expect(eight!.mean_cosine).toBeGreaterThan(four!.mean_cosine);
    expect(eight!.mean_cosine).toBeGreaterThanOrEqual(eight!.min_cosine);
    for (const type of record.types) expect(type).toMatchObject({ perplexity: null, kl_divergence: null, top1_agreement: null, test_generation: null, scores: null });
    expect(record.types[1]!.prompt_tokens_per_s).toBeGreaterThan(0);
    const source = openEncoderSource(join(outputDir, "m-q8_0.gguf"));
    source.close();
    expect(source.names).toContain("pooler.dense.weight");
    expect(record.source.parameter_count).toBe(source.names.reduce((sum, name) => sum + source.info(name).shape.reduce((product, size) => product * size, 1), 0));
  });

  it("has its scores compared where it is a cross-encoder, and says which tensors got another type", async () => {
    const record = await quantize({ modelPath: join(BERTS, "cross-encoder"), types: ["q8_0", "q4_k_m"], texts }, folder.file("cross"));
    const [eight, four] = record.types;
    expect(eight!.scores).toMatchObject({ outputs: 9, same_best: 1, spread: expect.any(Number) });
    expect(eight!.scores!.max_difference).toBeLessThan(four!.scores!.max_difference);
    expect(eight!.scores!.mean_difference).toBeLessThan(eight!.scores!.spread / 4);
    expect([eight!.vectors, eight!.prompt_tokens_per_s, eight!.fallbacks]).toEqual([null, null, []]);
    expect(four!.fallbacks.length).toBeGreaterThan(0);
  });

  it("may be the file of an earlier conversion, and an ONNX file; nothing is measured that was not asked for", async () => {
    await convert({ kind: "model", modelPath: join(BERTS, "bge"), outputPath: folder.file("bge-f32.gguf"), type: "f32", provenance: { run_id: "r1" } });
    const record = await quantize({ modelPath: folder.file("bge-f32.gguf"), types: ["q8_0"] }, folder.file("bge"));
    expect(record).toMatchObject({ source: { type: "f32", measured_on: null }, types: [{ vectors: null, scores: null }] });
    const file = openGguf(folder.file("bge/m-q8_0.gguf"));
    file.close();
    expect(file.metadata.get("tunesmith.run_id")?.value).toBe("r1");
    const onnx = join(BERTS, "../onnx/onnx/model.onnx");
    expect((await quantize({ modelPath: onnx, types: ["f16"], texts }, folder.file("onnx"))).types[0]!.scores!.max_difference).toBeLessThan(0.01);
    expect(modelNameOf(onnx)).toBe("onnx");
  });

  it("is the only thing its adapter can be written into: alone, nothing would use it", async () => {
    const request = { kind: "adapter", adapterPath: join(BERTS, "minilm/adapter"), modelPath: join(BERTS, "minilm"), outputPath: folder.file("lora.gguf"), provenance: {} } as const;
    await expect(convert(request)).rejects.toMatchObject({ code: "quantization.encoder_adapter" });
  });
});

it("vectors agree by their cosine, scores by their difference and by who is first", () => {
  expect(compareVectors([Float32Array.of(1, 0), Float32Array.of(0, 1)], [Float32Array.of(1, 0), Float32Array.of(1, 0)])).toEqual({ mean_cosine: 0.5, min_cosine: 0, texts: 2 });
  expect(compareScores([[1, 3], [2, 2]], [[1, 2], [1, 3]])).toEqual({ mean_difference: 0.75, max_difference: 1, spread: Math.sqrt(0.5), same_best: 0.5, outputs: 4 });
  expect([compareVectors([], []), compareScores([], [])]).toEqual([null, null]);
});
