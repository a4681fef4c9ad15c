import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../test/helpers/tiny-gguf.ts";
import { loadLlama, type LlamaModel } from "../engine/llama/index.ts";
import { compareSizes, measurePerplexity, testGeneration } from "./measure.ts";
import { modelNameOf } from "./source.ts";

const folder = makeTemporaryFolder();
let model: LlamaModel;

beforeAll(async () => {
  model = await loadLlama(writeTinyGguf(folder.file("tiny.gguf")), { threads: 1 });
});
afterAll(() => {
  model.dispose();
  folder.remove();
});

describe("perplexity", () => {
  it("weighs every scored token the same, whatever its sequence", async () => {
    const session = model.createSession();
    const sequences = [{ ids: [1, 2, 3, 4, 5, 6], firstScored: 1 }, { ids: [7, 8, 9], firstScored: 2 }];
    const logprobs = (await session.scoreBatch(sequences)).flatMap((score) => [...score.logprobs]);
    session.dispose();
    const mean = logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length;
    const measured = await measurePerplexity(model, sequences);
    expect(measured).toMatchObject({ rows: 2, tokens: 6 });
    expect(measured!.perplexity / Math.exp(-mean)).toBeCloseTo(1, 4);
  });

  it("is not measured where nothing is scored", async () => {
    expect(await measurePerplexity(model, [])).toBeUndefined();
    expect(await measurePerplexity(model, [{ ids: [5], firstScored: 1 }])).toBeUndefined();
  });
});

it("tells a model that ends by itself from one that does not", async () => {
  const open = await testGeneration(model, "What is a fever?");
  expect(open).toMatchObject({ finish_reason: "length", tokens: 128 });
  const session = model.createSession();
  const { ids } = await session.generate({ promptIds: model.tokenize("What is a fever?"), maxTokens: 8 });
  session.dispose();
  const ending = await loadLlama(writeTinyGguf(folder.file("ending.gguf"), { eosId: ids[4]! }), { threads: 1 });
  expect(await testGeneration(ending, "What is a fever?")).toMatchObject({ finish_reason: "stop", tokens: ids.indexOf(ids[4]!) });
  ending.dispose();
});

it("compares sizes", () => {
  expect(compareSizes(250, 1000, 500)).toEqual({ size_bytes: 250, bits_per_weight: 4, compression_ratio: 4, size_reduction_percent: 75 });
});

it("names a model after its directory or file", () => {
  expect(["runs/a/merged_model", "m/tiny-f16.gguf", "m/tiny.F32.gguf", "m/tiny.gguf"].map(modelNameOf)).toEqual(["merged_model", "tiny", "tiny", "tiny"]);
});
