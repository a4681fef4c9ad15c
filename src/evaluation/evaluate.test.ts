import { describe, expect, it } from "vitest";
import { byteTokenizer, fakeLlama, type FakeLlama } from "../../test/helpers/fake-llama.ts";
import { evaluationRecordSchema, parseRecord } from "../records/index.ts";
import { evaluateModel, type EvaluateOptions } from "./evaluate.ts";

const rows = Array.from({ length: 10 }, (_, index) => ({ id: `r${index}`, instruction: `Question ${index}`, input: "", output: `answer ${index}` }));
const options = (fake: FakeLlama, more: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  model: fake.model,
  tokenizer: byteTokenizer,
  modelName: "fake",
  modelPath: "models/fake.gguf",
  modelDigest: "m".repeat(64),
  rows,
  datasetPath: "data/d",
  datasetDigest: "d".repeat(64),
  split: "test",
  promptFormat: "instruction",
  engineRelease: "v0",
  packageVersion: "0.1.0",
  now: () => new Date("2025-01-02T03:04:05Z"),
  ...more,
});

describe("evaluateModel", () => {
  it("reports every metric with interval, row count and signature, bound to model and data", async () => {
    const fake = fakeLlama({ answer: (prompt) => `answer ${Number(/\d/.exec(prompt)![0]) % 5}` });
    const { record, predictions } = await evaluateModel(options(fake));
    expect(parseRecord(evaluationRecordSchema, record, "metrics.json")).toEqual(record);
    expect(Object.keys(record.metrics)).toEqual(["loss", "perplexity", "bits_per_byte", "token_accuracy", "exact_match", "f1", "rougeL"]);
    expect(record.metrics["exact_match"]).toMatchObject({ value: 0.5, n: 10, unit: "fraction", direction: "rises", measured: true });
    expect(record.metrics["exact_match"]!.low).toBeLessThan(0.4);
    expect(record.metrics["perplexity"]!.value).toBeCloseTo(2, 5);
    expect(record.metrics["bits_per_byte"]!.value).toBeCloseTo(9 / 8, 5);
    expect(record.metrics["token_accuracy"]).toMatchObject({ value: 5 / 9, low: 5 / 9, high: 5 / 9 });
    expect(record).toMatchObject({
      model: { path: "models/fake.gguf", digest: "m".repeat(64), adapter: null },
      dataset: { split: "test", rows: 10, limit: null },
      generation: { decoding: "greedy", max_new_tokens: 256, batch_size: 8 },
      counts: { scored_tokens: 90, truncated_answers: 0, cut_prompts: 0 },
      started_at: "2025-01-02T03:04:05.000Z",
    });
    expect(predictions.map((row) => row.id)).toEqual(rows.map((row) => row.id));
    expect(fake.open).toBe(0);
  });

  it("evaluates the first rows under a limit and says so", async () => {
    const { record } = await evaluateModel(options(fakeLlama(), { settings: { limit: 3, batchSize: 2 } }));
    expect(record.dataset).toMatchObject({ rows: 3, limit: 3 });
    expect(record.generation?.batch_size).toBe(2);
  });

  it("opens a context that holds prompt and answer, never longer than the model was trained for", async () => {
    const fake = fakeLlama();
    await evaluateModel(options(fake, { settings: { maxNewTokens: 10 } }));
    await evaluateModel(options(fake, { settings: { maxNewTokens: 10_000 } }));
    expect(fake.contextLengths).toEqual([43 + 10, 512]);
  });

  it("counts answers that reached the limit and prompts that were cut", async () => {
    const long = { id: "long", instruction: "Sum up", input: "word ".repeat(200), output: "words" };
    const { record } = await evaluateModel(options(fakeLlama({ answer: () => "on and on" }), { rows: [long, ...rows], settings: { maxNewTokens: 4 } }));
    expect(record.counts).toMatchObject({ truncated_answers: 11, cut_prompts: 1 });
  });

  it("reports only likelihoods for plain text", async () => {
    const text = rows.map((row) => ({ ...row, instruction: "" }));
    const { record } = await evaluateModel(options(fakeLlama(), { rows: text, promptFormat: "text" }));
    expect(record.generation).toBeNull();
    expect(Object.keys(record.metrics)).toEqual(["loss", "perplexity", "bits_per_byte", "token_accuracy"]);
  });

  it("closes the session when it fails", async () => {
    const fake = fakeLlama({ onBatch: () => { throw new Error("broken"); } });
    await expect(evaluateModel(options(fake))).rejects.toThrow("broken");
    expect(fake.open).toBe(0);
  });
});
