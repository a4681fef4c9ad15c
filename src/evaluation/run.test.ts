import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyAdapter, writeTinyGguf } from "../../test/helpers/tiny-gguf.ts";
import type { EvaluationRecord } from "../records/index.ts";
import { compareEvaluations } from "./compare.ts";
import { readEvaluation } from "./report.ts";
import { evaluateInChild, type EvaluationRequest } from "./run.ts";

const datasetPath = fileURLToPath(new URL("../../test/fixtures/python-datasets/alpaca", import.meta.url));
const folder = makeTemporaryFolder();
let modelPath: string;
let base: EvaluationRecord;
const done: number[] = [];
beforeAll(async () => {
  modelPath = writeTinyGguf(folder.file("tiny.gguf"));
  base = await evaluateInChild(request("base"), { onProgress: (progress) => done.push(progress.done) });
});
afterAll(() => folder.remove());

const request = (name: string, more: Partial<EvaluationRequest> = {}): EvaluationRequest => ({
  modelPath,
  datasetPath,
  split: "train",
  promptFormat: "instruction",
  outDir: folder.file(name),
  packageVersion: "0.1.0",
  maxNewTokens: 8,
  threads: 1,
  ...more,
});

describe("evaluateInChild", () => {
  it("evaluates a GGUF model on a dataset directory and leaves a folder that reads back", () => {
    expect(readEvaluation(folder.file("base")).record).toEqual(base);
    expect(done.at(-1)).toBe(base.dataset.rows);
    expect(base).toMatchObject({ model: { name: "tiny", path: modelPath }, dataset: { split: "train" }, engine_release: expect.stringMatching(/^v/) });
    expect(base.model.digest).toMatch(/^[0-9a-f]{64}$/);
    // Random weights guess about as well as nothing: the loss is near ln 257.
    expect(Math.abs(base.metrics["loss"]!.value - Math.log(257))).toBeLessThan(2);
  });

  it("gives the same answers and scores again, in batches of any size to float precision", async () => {
    const [again, single] = await Promise.all([evaluateInChild(request("again")), evaluateInChild(request("single", { batchSize: 1 }))]);
    expect(again.predictions_digest).toBe(base.predictions_digest);
    expect(single.metrics["loss"]!.value).toBeCloseTo(base.metrics["loss"]!.value, 2);
  });

  it("applies an adapter, whose evaluation compares with the base model's", async () => {
    const adapterPath = writeTinyAdapter(folder.file("adapter.gguf"));
    const tuned = await evaluateInChild(request("tuned", { adapterPath }));
    expect(tuned.model.adapter?.path).toBe(adapterPath);
    expect(tuned.metrics["loss"]!.value).not.toBe(base.metrics["loss"]!.value);
    const { rows } = compareEvaluations(readEvaluation(folder.file("base")), readEvaluation(folder.file("tuned")));
    expect(rows.find((row) => row.metric === "loss")!.n).toBe(base.dataset.rows);
  });

  it("reports a damaged model and writes nothing", async () => {
    writeFileSync(folder.file("broken.gguf"), "GGUF and then nothing of the kind");
    await expect(evaluateInChild(request("none", { modelPath: folder.file("broken.gguf") }))).rejects.toMatchObject({ code: expect.stringMatching(/^(gguf|llama)\./) });
    expect(existsSync(folder.file("none"))).toBe(false);
  });

  it("stops when the signal is aborted and writes nothing", async () => {
    const work = evaluateInChild(request("stopped"), { signal: AbortSignal.abort() });
    await expect(work).rejects.toMatchObject({ code: "evaluation.stopped" });
    expect(existsSync(folder.file("stopped"))).toBe(false);
  });
});
