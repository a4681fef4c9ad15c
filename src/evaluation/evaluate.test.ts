import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { byteTokenizer, fakeLlama, type FakeLlama } from "../../test/helpers/fake-llama.ts";
import type { GenerateRequest } from "../engine/llama/index.ts";
import { evaluationRecordSchema, parseRecord } from "../records/index.ts";
import { compareEvaluations } from "./compare.ts";
import { evaluateModel, type EvaluateOptions } from "./evaluate.ts";
import { formatEvaluation } from "./format.ts";

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
    expect(Object.keys(record.metrics)).toEqual(["loss", "perplexity", "bits_per_byte", "token_accuracy", "exact_match", "f1", "rouge1", "rouge2", "rougeL", "rougeLsum", "bleu", "chrf", "chrf++"]);
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

  it("measures labels as labels, each with its support, and no overlap of words", async () => {
    const labelled = rows.map((row, index) => ({ ...row, labels: index % 2 === 0 ? ["urgent"] : ["billing", "urgent"], output: index % 2 === 0 ? "urgent" : "billing, urgent" }));
    const { record } = await evaluateModel(options(fakeLlama({ answer: () => "urgent" }), { rows: labelled }));
    expect(record.task).toEqual({ kind: "labels", rows: { labels: 10 }, support: { billing: 5, urgent: 10 }, errors: {}, labels: ["billing", "urgent"] });
    expect(record.metrics["subset_accuracy"]).toMatchObject({ value: 0.5, n: 10, unit: "fraction", direction: "rises" });
    expect(record.metrics["f1_micro"]!.value).toBeCloseTo(20 / 25, 12);
    expect(record.metrics["f1_micro"]!.low).toBeLessThan(0.8);
    expect(record.metrics["billing/f1"]).toMatchObject({ value: 0 });
    expect(record.metrics["f1"]).toBeUndefined();
    expect(parseRecord(evaluationRecordSchema, record, "metrics.json")).toEqual(record);
  });

  it("measures lists of entities as entities, and counts how they went wrong", async () => {
    const named = rows.map((row) => ({ ...row, input: "Stop the beta-blocker today.", entities: [{ type: "Drug", text: "beta-blocker" }], output: '{"entities":[{"type":"Drug","text":"beta-blocker"}]}' }));
    const answers = ['[{"type":"Drug","text":"beta-blocker"}]', '[{"type":"Drug","text":"beta blocker"}]', "I see none", '[{"type":"Place","text":"Rome"}]'];
    const { record, predictions } = await evaluateModel(options(fakeLlama({ answer: (prompt) => answers[Number(/Question (\d)/.exec(prompt)![1]) % 4]! }), { rows: named }));
    expect(record.task).toEqual({ kind: "entities", rows: { entities: 10 }, support: { Drug: 10 }, errors: { hyphen: 3, hallucination: 2 } });
    expect(record.metrics["recall_micro"]!.value).toBeCloseTo(0.3, 12);
    expect(record.metrics["parse_failure_rate"]).toMatchObject({ value: 0.2, direction: "falls" });
    expect(Object.keys(record.metrics)).toContain("Drug/f1");
    expect(Object.keys(record.metrics)).not.toContain("Place/f1");
    expect(predictions[1]!.entities).toMatchObject({ wrong: [{ text: "beta blocker", error: "hyphen" }], missed: [{ text: "beta-blocker" }] });
  });

  it("measures each kind of row by itself, says on how many, and holds only lists to their shape, which the whole dataset gives", async () => {
    const asked: GenerateRequest[] = [];
    const list = (type: string) => ({ task: "find", entities: [{ type, text: "aspirin" }], output: JSON.stringify([{ type, text: "aspirin" }]) });
    const mixed = rows.map((row, index) => ({ ...row, input: "aspirin", ...(index < 3 ? { task: "label", labels: ["urgent"], output: "urgent" } : index < 7 ? list("Drug") : {}) }));
    const others = [{ ...rows[0]!, id: "other", task: "label", labels: ["calm"], output: "calm" }, { ...rows[0]!, id: "more", ...list("Disease") }];
    const fake = fakeLlama({ answer: (prompt) => (Number(/Question (\d)/.exec(prompt)![1]) < 3 ? "urgent" : '[{"type":"Drug","text":"aspirin"}]'), onBatch: (requests) => asked.push(...requests) });
    const { record, predictions } = await evaluateModel(options(fake, { rows: mixed, datasetRows: [...mixed, ...others], settings: { constrain: true } }));
    expect(record.task).toEqual({ kind: "mixed", rows: { labels: 3, entities: 4, text: 3 }, support: { "entities/Drug": 4, "labels/calm": 0, "labels/urgent": 3 }, errors: {}, labels: ["calm", "urgent"] });
    expect(["labels/f1_micro", "labels/f1_macro", "entities/f1_micro", "f1", "exact_match"].map((name) => [record.metrics[name]?.value, record.metrics[name]?.n])).toEqual([[1, 3], [0.5, 3], [1, 4], [0, 3], [0.7, 10]]);
    expect(record.generation).toMatchObject({ json_schema_rows: 4, json_schema: { items: { properties: { type: { enum: ["Disease", "Drug"] } } } } });
    expect(asked.filter(({ jsonSchema }) => jsonSchema !== undefined)).toHaveLength(4);
    expect(parseRecord(evaluationRecordSchema, record, "metrics.json")).toEqual(record);
    expect(compareEvaluations({ record, predictions }, { record, predictions }).rows.map(({ metric }) => metric)).toEqual(Object.keys(record.metrics));
    expect(formatEvaluation({ record, predictions })).toMatch(/task +labels of 3 rows, entities of 4 rows, text of 3 rows/);
  });

  it("measures tags as seqeval does, by default and strictly", async () => {
    const tagged = rows.map((row) => ({ ...row, output: "O B-Drug I-Drug" }));
    const { record } = await evaluateModel(options(fakeLlama({ answer: () => "O I-Drug I-Drug B-Place" }), { rows: tagged }));
    expect(record.task).toMatchObject({ kind: "tags", support: { Drug: 10 } });
    expect(["f1_micro", "f1_micro_strict", "length_error", "parse_failure_rate"].map((name) => record.metrics[name]!.value)).toEqual([1, 0, 1, 0]);
    expect(record.metrics["f1_micro_strict"]!.signature).toContain("seqeval:strict,IOB2");
  });

  it("goes on after a kill with the rows that are left, to the same record", async () => {
    const folder = mkdtempSync(join(tmpdir(), "evaluation-"));
    const partialPath = join(folder, "predictions.partial.jsonl");
    const answer = (prompt: string) => `answer ${Number(/\d/.exec(prompt)![0]) % 5}`;
    const settings = { batchSize: 2 };
    const killed = fakeLlama({ answer, onBatch: () => { if (killed.batches.length === 4) throw new Error("killed"); } });
    await expect(evaluateModel(options(killed, { settings, partialPath }))).rejects.toThrow("killed");
    const [rest, whole, other] = [fakeLlama({ answer }), fakeLlama({ answer }), fakeLlama({ answer })];
    const resumed = await evaluateModel(options(rest, { settings, partialPath }));
    expect(rest.batches).toEqual([2, 2]);
    // To the byte: the fields stand in the same order too.
    expect(JSON.stringify(resumed)).toBe(JSON.stringify(await evaluateModel(options(whole, { settings }))));
    await evaluateModel(options(other, { settings: { ...settings, maxNewTokens: 9 }, partialPath }));
    expect(other.batches).toHaveLength(5);
    rmSync(folder, { recursive: true });
  });

  it("draws each answer with a seed of its own, ends it at stop texts, and says so", async () => {
    const asked: GenerateRequest[] = [];
    const fake = fakeLlama({ onBatch: (requests) => asked.push(...requests) });
    const { record } = await evaluateModel(options(fake, { settings: { temperature: 0.7, seed: 5, stop: ["\n"], limit: 3 } }));
    expect(asked.map(({ temperature, seed, stop }) => [temperature, seed, stop])).toEqual([[0.7, 5, ["\n"]], [0.7, 6, ["\n"]], [0.7, 7, ["\n"]]]);
    expect(record.generation).toEqual({ decoding: "sampled", max_new_tokens: 256, batch_size: 3, temperature: 0.7, seed: 5, stop: ["\n"] });
  });

  it("holds answers to the shape of the gold answers when asked to", async () => {
    const asked: GenerateRequest[] = [];
    const listed = rows.map((row) => ({ ...row, output: '["aspirin"]' }));
    const { record } = await evaluateModel(options(fakeLlama({ onBatch: (requests) => asked.push(...requests) }), { rows: listed, settings: { constrain: true } }));
    expect(asked[0]!.jsonSchema).toEqual({ type: "array", items: { type: "string" } });
    expect(record.generation?.json_schema).toEqual(asked[0]!.jsonSchema);
  });

  it("measures speed when asked to, one sequence at a time", async () => {
    const fake = fakeLlama({ answer: () => "abcd" });
    const { record } = await evaluateModel(options(fake, { settings: { benchmarkSpeed: true, threads: 1 } }));
    expect(record.speed).toEqual({ prompt_tokens_per_second: expect.any(Number) as number, generate_tokens_per_second: 500, threads: 1 });
    expect(parseRecord(evaluationRecordSchema, record, "metrics.json")).toEqual(record);
    expect(fake.open).toBe(0);
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
