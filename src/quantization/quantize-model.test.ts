import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../test/helpers/tiny-gguf.ts";
import { openModel, writeMergedDirectory } from "../engine/models/index.ts";
import { findQuantizationRecord, quantizeModel } from "./quantize-model.ts";
import { prepareSource } from "./source.ts";
import { run } from "./worker.ts";
import type { QuantizationEvent } from "./work.ts";

const folder = makeTemporaryFolder();
const source = folder.file("tiny-f32.gguf");
const createdAt = "2026-01-02T03:04:05.000Z";
const sequences = [[..."Fever is a symptom."], [..."Drink water."]].map((text) => ({ ids: text.map((letter) => letter.charCodeAt(0)), firstScored: 1 }));

beforeAll(() => void writeTinyGguf(source, { hiddenSize: 256, intermediateSize: 256, layerCount: 1 }));
afterAll(() => folder.remove());

describe("quantizeModel", () => {
  it("writes every type with what was measured on it", async () => {
    const outputDir = folder.file("quantized");
    const events: QuantizationEvent[] = [];
    const record = await quantizeModel(
      { modelPath: source, types: ["q8_0", "Q4_K_M"], outputDir, threads: 1, createdAt, perplexity: { sequences, datasetDigest: "d1" }, benchmark: true, testPrompt: "Hi" },
      { onEvent: (event) => events.push(event) },
    );
    expect(readdirSync(outputDir).sort()).toEqual(["quantization_metrics.json", "tiny-q4_k_m.gguf", "tiny-q8_0.gguf"]);
    expect(findQuantizationRecord(outputDir)).toEqual(record);
    expect(record).toMatchObject({ model: "tiny", threads: 1, created_at: createdAt, source: { path: source, type: "f32", size_bytes: statSync(source).size } });
    const [large, small] = record.types;
    expect(large).toMatchObject({ type: "q8_0", path: "tiny-q8_0.gguf", fallbacks: [], measured_on: { dataset_digest: "d1", rows: 2, tokens: 29 } });
    expect(large!.bits_per_weight).toBeGreaterThan(8);
    expect(small!.compression_ratio).toBeGreaterThan(large!.compression_ratio);
    expect(small!.size_reduction_percent).toBeCloseTo(100 * (1 - small!.size_bytes / statSync(source).size), 9);
    expect(Math.abs(large!.perplexity_change!)).toBeLessThan(Math.abs(small!.perplexity_change!));
    expect(large!.perplexity_change).toBeCloseTo(large!.perplexity! - record.source.perplexity!, 9);
    expect(large!.kl_divergence!.mean).toBeLessThan(small!.kl_divergence!.mean);
    expect(small!.kl_divergence!.max).toBeGreaterThanOrEqual(small!.kl_divergence!.mean);
    expect(large!.top1_agreement).toBeGreaterThanOrEqual(small!.top1_agreement!);
    expect(Math.min(large!.prompt_tokens_per_s!, large!.generate_tokens_per_s!)).toBeGreaterThan(0);
    expect(small!.test_generation).toMatchObject({ prompt: "Hi", finish_reason: expect.stringMatching(/stop|length/) });
    expect(events.map(({ stage }) => stage)).toEqual(["converting", "measuring", "quantizing", "measuring", "quantized", "quantizing", "measuring", "quantized"]);
  });

  it("keeps the entries of an earlier call from the same source, and measures nothing that was not asked for", async () => {
    const outputDir = folder.file("quantized");
    const record = await quantizeModel({ modelPath: source, types: ["q4_0"], outputDir, threads: 1, createdAt });
    expect(record.types.map(({ type, perplexity }) => [type, perplexity === null])).toEqual([["q8_0", false], ["q4_k_m", false], ["q4_0", true]]);
    expect(record.types[2]).toMatchObject({ perplexity_change: null, kl_divergence: null, top1_agreement: null, measured_on: null, generate_tokens_per_s: null, test_generation: null });
  });

  it("weighs columns by an importance matrix, where the type can use one", async () => {
    const importance = { sequences: sequences.map(({ ids }) => ids), datasetDigest: "d2" };
    const stagingDir = folder.file("weighed");
    mkdirSync(stagingDir);
    const record = await run({ model: "tiny", modelPath: source, types: ["q4_0", "q8_0"], stagingDir, sourceType: "auto", threads: 1, benchmark: false, importance }, { emit: () => {}, signal: new AbortController().signal });
    expect(record.types.map((type) => type.importance)).toEqual([{ dataset_digest: "d2", rows: 2, tokens: 31 }, null]);
    const even = findQuantizationRecord(folder.file("quantized"))!.types.find(({ type }) => type === "q4_0")!;
    expect(record.types[0]!.sha256).not.toBe(even.sha256);
    expect(even.importance).toBeNull();
  });

  it("converts a Hugging Face directory on the way and keeps no trace of it", async () => {
    const directory = folder.file("merged_model");
    const weights = openModel(source);
    writeMergedDirectory(weights, undefined, directory, { dtype: "f32" });
    weights.close();
    const record = await quantizeModel({ modelPath: directory, types: ["q4_0"], outputDir: folder.file("from-directory"), threads: 1, createdAt, provenance: { prompt_format: "alpaca" } });
    expect(record.source).toMatchObject({ path: directory, type: "f32" });
    expect(readdirSync(folder.file("from-directory")).sort()).toEqual(["merged_model-q4_0.gguf", "quantization_metrics.json"]);
  });

  it("loses nothing of bf16 weights on the way", () => {
    const weights = openModel(source);
    writeMergedDirectory(weights, undefined, folder.file("brain"), { dtype: "bf16" });
    weights.close();
    expect(prepareSource({ modelPath: folder.file("brain") }, folder.file("brain.gguf"), "auto", undefined).type).toBe("bf16");
    const [before, after] = [openModel(folder.file("brain")), openModel(folder.file("brain.gguf"))];
    for (const name of before.names) expect(Buffer.compare(Buffer.from(after.readF32(name).buffer), Buffer.from(before.readF32(name).buffer)), name).toBe(0);
    for (const one of [before, after]) one.close();
  });

  it("asks for room for the unquantized file and every type before it writes anything", async () => {
    const weights = openModel(source);
    const elements = weights.names.reduce((sum, name) => sum + weights.info(name).shape.reduce((count, size) => count * size, 1), 0);
    weights.close();
    const outputDir = folder.file("no-room/quantized");
    const quantize = (modelPath: string, freeBytes: number) => quantizeModel({ modelPath, types: ["q4_0", "q8_0"], outputDir, threads: 1, createdAt }, { freeBytes });
    await expect(quantize(folder.file("merged_model"), (elements * (32 + 4.5 + 8.5)) / 8 - 1)).rejects.toMatchObject({ code: "files.disk_too_small", details: { needed_bytes: (elements * 45) / 8 } });
    await expect(quantize(source, 10)).rejects.toMatchObject({ details: { needed_bytes: (elements * 13) / 8 } });
    expect(existsSync(folder.file("no-room"))).toBe(false);
  });

  it("leaves nothing behind when it is cancelled", async () => {
    const controller = new AbortController();
    const outputDir = folder.file("cancelled");
    const work = quantizeModel({ modelPath: source, types: ["q8_0", "q4_0"], outputDir, threads: 1, createdAt }, { signal: controller.signal, onEvent: ({ stage }) => stage === "quantizing" && controller.abort() });
    await expect(work).rejects.toMatchObject({ code: "quantization.cancelled" });
    expect(existsSync(outputDir)).toBe(false);
  });
});

describe("bad input", () => {
  const attempt = (modelPath: string, types: readonly string[] = ["q4_0"]) => quantizeModel({ modelPath, types, outputDir: folder.file("bad"), createdAt });

  it("is refused before anything is written", async () => {
    writeFileSync(folder.file("notes.txt"), "x");
    writeFileSync(folder.file("broken.gguf"), "GGUFbroken");
    mkdirSync(folder.file("empty"));
    await expect(attempt(folder.file("absent"))).rejects.toMatchObject({ code: "files.missing" });
    await expect(attempt(folder.file("notes.txt"))).rejects.toMatchObject({ code: "quantization.not_a_model" });
    await expect(attempt(folder.file("empty"))).rejects.toMatchObject({ code: "quantization.not_a_model" });
    await expect(attempt(folder.file("broken.gguf"))).rejects.toMatchObject({ code: expect.stringMatching(/^gguf\./) });
    await expect(attempt(folder.file("quantized/tiny-q8_0.gguf"))).rejects.toMatchObject({ code: "quantization.already_quantized", message: expect.stringContaining("q8_0") });
    await expect(attempt(source, ["q9"])).rejects.toMatchObject({ code: "quantization.unknown_type", exitCode: 2 });
    await expect(attempt(source, [])).rejects.toMatchObject({ code: "quantization.no_types" });
    expect(existsSync(folder.file("bad"))).toBe(false);
  });
});
