import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../test/helpers/tiny-gguf.ts";
import { loadLlama, type LlamaModel } from "../engine/llama/index.ts";
import { compareModels, divergenceOf } from "./divergence.ts";
import { measurePerplexity } from "./measure.ts";

const folder = makeTemporaryFolder();
let model: LlamaModel;
let other: LlamaModel;
const sequences = [{ ids: [1, 2, 3, 4, 5, 6], firstScored: 1 }, { ids: [7, 8, 9], firstScored: 2 }, { ids: [4], firstScored: 1 }];

beforeAll(async () => {
  model = await loadLlama(writeTinyGguf(folder.file("tiny.gguf")), { threads: 1 });
  other = await loadLlama(writeTinyGguf(folder.file("other.gguf"), { seed: 8 }), { threads: 1 });
});
afterAll(() => {
  model.dispose();
  other.dispose();
  folder.remove();
});

describe("the divergence of two rows", () => {
  const row = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);

  it("is the sum of p ln(p / q)", () => {
    const { divergence, sameBest } = divergenceOf(row(1, 3), row(3, 1));
    expect(divergence).toBeCloseTo(0.25 * Math.log(1 / 3) + 0.75 * Math.log(3), 6);
    expect(sameBest).toBe(false);
  });

  it("is 0 where logits differ by a constant only", () => {
    const { divergence, sameBest } = divergenceOf(Float32Array.of(1, 2, 3), Float32Array.of(1001, 1002, 1003));
    expect(divergence).toBeCloseTo(0, 9);
    expect(divergence).toBeGreaterThanOrEqual(0);
    expect(sameBest).toBe(true);
  });
});

describe("two models", () => {
  it("do not diverge when they are the same", async () => {
    const measured = await compareModels(model, model, sequences);
    expect(measured!.max).toBeLessThan(1e-6);
    expect(measured).toMatchObject({ top1Agreement: 1, perplexity: { rows: 3, tokens: 6 } });
  });

  it("diverge when their weights differ, and keep their own perplexity", async () => {
    const measured = (await compareModels(model, other, sequences))!;
    expect(measured.mean).toBeGreaterThan(0.01);
    expect(measured.p99).toBe(measured.max);
    expect(measured.max).toBeGreaterThanOrEqual(measured.mean);
    expect(measured.top1Agreement).toBeLessThan(1);
    expect(measured.perplexity.perplexity / (await measurePerplexity(other, sequences))!.perplexity).toBeCloseTo(1, 4);
  });

  it("tell what is done, and compare nothing where nothing is scored", async () => {
    const done: number[] = [];
    await compareModels(model, other, Array.from({ length: 20 }, () => ({ ids: [1, 2], firstScored: 1 })), { onProgress: (count) => done.push(count) });
    expect(done).toEqual([16, 20]);
    expect(await compareModels(model, other, [])).toBeUndefined();
  });
});
