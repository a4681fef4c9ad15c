import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../test/helpers/tiny-gguf.ts";
import { quantizeGguf } from "../engine/llama/index.ts";
import { convertAdapterToGguf, openModel, writeAdapter, type LoraAdapter } from "../engine/models/index.ts";
import { DEFAULT_THRESHOLDS, findVerification, judge, verifyModels } from "./verify.ts";
import { compareAnswers, type VerificationProgress } from "./verify-worker.ts";

const folder = makeTemporaryFolder();
const base = folder.file("base-f32.gguf");
const wave = (length: number) => Float32Array.from({ length }, (_, index) => 0.2 * Math.sin(index));
const trained: LoraAdapter = {
  r: 4, alpha: 8, dropout: 0, targetModules: ["q_proj"], baseModel: "base", useRslora: false, scale: 2,
  modules: new Map([["model.layers.0.self_attn.q_proj", { a: wave(4 * 64), b: wave(64 * 4), inFeatures: 64, outFeatures: 64, r: 4, scale: 2 }]]),
};
const sequences = ["Fever is a symptom.", "Drink water."].map((text) => ({ ids: [...text].map((letter) => letter.charCodeAt(0)), firstScored: 3 }));
const shared = { sequences, datasetDigest: "d1", maxNewTokens: 8, threads: 1, createdAt: "2026-01-02T03:04:05.000Z" };

beforeAll(async () => {
  writeTinyGguf(base);
  writeAdapter(folder.file("adapter"), trained);
  const source = openModel(base);
  convertAdapterToGguf(trained, source.config, folder.file("adapter.gguf"));
  source.close();
  await quantizeGguf(base, folder.file("base-q4_0.gguf"), "q4_0", { threads: 1 });
});
afterAll(() => folder.remove());

describe("verifyModels", () => {
  it("passes an adapter merged into its base, and fails the base without it and four bits of it", async () => {
    const progress: VerificationProgress[] = [];
    const record = await verifyModels(
      {
        ...shared,
        reference: { name: "run", modelPath: base, adapterPath: folder.file("adapter.gguf") },
        candidates: [{ name: "merged", modelPath: base, adapter: { path: folder.file("adapter") } }, { name: "base", modelPath: base }, { name: "small", modelPath: folder.file("base-q4_0.gguf") }],
        outputDir: folder.file("verified"),
        thresholds: { ...DEFAULT_THRESHOLDS, max_kl: 1e-9 },
      },
      { onProgress: (event) => progress.push(event) },
    );
    const [merged, alone, small] = record.models;
    expect(merged).toMatchObject({ path: "merged", type: "f32", top1_agreement: 1, answers: { count: 2, identical: 2, tokens: 16, same_tokens: 16 }, passed: true, reasons: [] });
    expect(merged!.kl_divergence.max).toBeLessThan(1e-4);
    expect(merged!.perplexity / record.reference.perplexity).toBeCloseTo(1, 3);
    expect(alone).toMatchObject({ passed: false, reasons: expect.arrayContaining([expect.stringMatching(/mean KL divergence is \S+, at most 0.001/)]) });
    expect(small).toMatchObject({ type: "q4_0", passed: false });
    expect(record).toMatchObject({ passed: false, measured_on: { dataset_digest: "d1", rows: 2, tokens: 25 }, reference: { name: "run", adapter: { path: folder.file("adapter.gguf") } } });
    expect(findVerification(folder.file("verified"))).toEqual(record);
    expect(progress.map(({ name }) => name)).toEqual(["merged", "base", "small"]);
  });

  it("writes nothing when no token is scored", async () => {
    const outputDir = folder.file("nothing");
    const work = verifyModels({ ...shared, sequences: [], reference: { name: "base", modelPath: base }, candidates: [{ name: "base", modelPath: base }], outputDir });
    await expect(work).rejects.toMatchObject({ code: "quantization.nothing_to_verify_on" });
    expect(existsSync(folder.file("nothing/verification.json"))).toBe(false);
    expect(findVerification(outputDir)).toBeUndefined();
  });
});

it("answers are the same up to their first difference, and identical when they end together", () => {
  expect(compareAnswers([[1, 2, 3], [4, 5], []], [[1, 2, 4], [4, 5, 6], []])).toEqual({ count: 3, identical: 1, tokens: 5, same_tokens: 4 });
});

describe("a model", () => {
  const compared = (type: string, mean: number, top1_agreement: number) => ({
    path: "m", sha256: "s", type, kl_divergence: { mean, p99: mean, max: mean }, top1_agreement, perplexity: 2, answers: { count: 0, identical: 0, tokens: 0, same_tokens: 0 },
  });

  it("that is quantized may move further than one that is not", () => {
    expect(judge(compared("q4_k_m", 0.05, 0.95), DEFAULT_THRESHOLDS).passed).toBe(true);
    expect(judge(compared("bf16", 0.05, 0.95), DEFAULT_THRESHOLDS).reasons).toEqual(["its mean KL divergence is 0.0500, at most 0.001 is allowed"]);
  });

  it("fails when it prefers other tokens too often", () => {
    expect(judge(compared("q4_k_m", 0.05, 0.85), DEFAULT_THRESHOLDS).reasons).toEqual(["it finds the same token most probable for 85.0 % of the tokens, at least 90 % are needed"]);
  });
});
