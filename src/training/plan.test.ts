import { expect, it } from "vitest";
import { trainConfigSchema } from "../config/index.ts";
import type { LlamaConfig } from "../engine/models/index.ts";
import { checkpointBytes, describePlan, needsRecompute } from "./plan.ts";

const config = trainConfigSchema.parse({ model_name: "base", dataset_path: "words", save_steps: 5, eval_steps: 5 });
const plan = { rowCount: 40, batchSize: 4, accumulation: 1, epochs: 1, maxSteps: 0, seed: 1 };
const fitting = { limit: 512, cutRows: 0, trainRows: 40, validationRows: 4 };
const small: LlamaConfig = {
  vocabSize: 1024, hiddenSize: 256, intermediateSize: 768, layerCount: 4, headCount: 4, kvHeadCount: 2, headDim: 64, normEpsilon: 1e-5, ropeTheta: 10_000, tiedEmbeddings: true, contextLength: 512, eosIds: [0],
};

it("recomputes layers only where all activations would pass 1 GiB", () => {
  expect(needsRecompute(small, 4, 512)).toBe(false);
  expect(needsRecompute({ ...small, hiddenSize: 2048, intermediateSize: 5632, layerCount: 22, headCount: 32 }, 4, 512)).toBe(true);
});

it("has nothing to remark about settings that fit", () => {
  expect(describePlan(config, plan, fitting)).toEqual([]);
});

it("remarks on checkpoints and evaluations that never come, and on more steps than the epochs give", () => {
  expect(describePlan({ ...config, save_steps: 100, eval_steps: 100 }, plan, fitting)).toEqual([
    "save_steps is 100 but the run has 10 steps: one checkpoint is written, at the end",
    "eval_steps is 100 but the run has 10 steps: validation loss is measured at the start and at the end",
  ]);
  expect(describePlan(config, { ...plan, maxSteps: 25 }, fitting)).toEqual(["max_steps is 25: the data is seen 2.5 times, epochs is ignored"]);
});

it("remarks on rows that are cut, and on a limit longer than the model's context", () => {
  expect(describePlan(config, plan, { ...fitting, limit: 256, cutRows: 3 })).toEqual([
    "max_seq_length is 512 but the model was made for 256 tokens: 256 is the limit",
    "3 of 40 rows are longer than 256 tokens: the beginning of their input is cut, never the answer",
  ]);
});

it("says that nothing is judged without validation rows", () => {
  expect(describePlan({ ...config, eval_steps: 100 }, plan, { ...fitting, validationRows: 0 })).toEqual(["the dataset has 0 validation rows: validation loss is not measured and no checkpoint is the best"]);
});

it("counts adapter and both moments of every checkpoint that can stand at once", () => {
  expect(checkpointBytes(1000, 3)).toBe(7 * 3 * 4000);
});
