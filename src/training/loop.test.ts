import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listCheckpoints } from "../checkpoints/index.ts";
import { trainConfigSchema, type TrainConfig } from "../config/index.ts";
import type { OptimizerState } from "../engine/ggml/index.ts";
import type { TrainingModel, TrainingRow } from "../engine/models/index.ts";
import type { TrainingEvent } from "./events.ts";
import { trainLoop } from "./loop.ts";
import { learningRateAt } from "./schedule.ts";
import { readTrainerState, restoreTrainingState } from "./state.ts";
import { totalSteps, type WindowPlan } from "./windows.ts";

const rows: readonly TrainingRow[] = Array.from({ length: 7 }, (_, index) => ({ ids: [1, 2, 3 + index], labels: [-100, 2, 3 + index] }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the training loop", () => {
  it("evaluates at the start, at every eval step and at every save, and saves at every save step and at the end", async () => {
    const { events } = await train({ save_steps: 3, eval_steps: 2 });
    const stepsOf = (type: TrainingEvent["type"]) => events.flatMap((event) => (event.type === type && "step" in event ? [event.step] : []));
    expect(stepsOf("step")).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(stepsOf("evaluation")).toEqual([0, 2, 3, 4, 6, 8]);
    expect(stepsOf("checkpoint")).toEqual([3, 6, 8]);
    expect(names()).toEqual(["epoch-00_step-000003", "epoch-01_step-000006", "best-eval_loss-0.1250", "epoch-01_step-000008", "last"]);
  });

  it("gives every micro-batch the supervised tokens of its whole window and a dropout mask of its own", async () => {
    const { model } = await train({ gradient_accumulation_steps: 2, epochs: 1 });
    expect(model.calls.map(({ rows: count, windowTokens }) => [count, windowTokens])).toEqual([[2, 8], [2, 8], [2, 6], [1, 6]]);
    expect(new Set(model.calls.map(({ dropoutSeed }) => dropoutSeed)).size).toBe(4);
  });

  it("steps with the scheduled learning rate and undoes the loss scale", async () => {
    const { model } = await train({ lr_scheduler: "linear", warmup_ratio: 0.25 });
    const schedule = { scheduler: "linear", peak: 2e-4, warmupRatio: 0.25, totalSteps: 8 } as const;
    expect(model.steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((step) => [learningRateAt(step, schedule), 1 / 8, 0.3]));
  });

  it("says when a step was skipped for a gradient that is not finite, and writes a state that is valid JSON", async () => {
    const { events, outcome } = await train({}, { gradientNorm: Number.POSITIVE_INFINITY });
    expect(events.filter((event) => event.type === "step").every((event) => event.skipped)).toBe(true);
    expect(readTrainerState(outcome.lastCheckpoint ?? "").log_history.find((row) => row["grad_norm"] !== undefined)).toMatchObject({ step: 1, grad_norm: -1 });
  });

  it("fails when the model is lost: ten such steps in a row, or a validation loss that is no number", async () => {
    const lost = { gradientNorm: Number.NaN };
    await expect(train({ epochs: 3 }, lost)).rejects.toThrow("Cannot go on training after step 10: loss or gradients of 10 steps in a row are not finite");
    await expect(train({ eval_steps: 2 }, { lossAfter: { step: 3, value: Number.NaN } })).rejects.toThrow("after step 4: the validation loss is NaN");
  });

  it("saves the step at which it is stopped, once", async () => {
    const { outcome, events } = await train({ save_steps: 2 }, { stopAfter: 3 });
    expect(outcome).toMatchObject({ status: "stopped", step: 3 });
    expect(events.flatMap((event) => (event.type === "checkpoint" ? [event.step] : []))).toEqual([2, 3]);
    const again = await train({ save_steps: 2 }, { stopAfter: 0, resumeFrom: outcome.lastCheckpoint ?? "" });
    expect(again.outcome).toMatchObject({ status: "stopped", step: 3, lastCheckpoint: outcome.lastCheckpoint });
    expect(again.events).toEqual([]);
  });
});

describe("retention", () => {
  it("makes the step at which it is stopped the best, when it was just measured and is better", async () => {
    const { outcome } = await train({ save_steps: 2, eval_steps: 3 }, { stopAfter: 3 });
    expect(outcome.bestCheckpoint).toBe(join(folder, "best-eval_loss-0.3333"));
    expect((await train({ save_steps: 2, eval_steps: 4 }, { stopAfter: 3 })).outcome.bestCheckpoint).toBe(join(folder, "best-eval_loss-0.3333"));
  });

  it("keeps the best, the newest and the milestones while it goes on", async () => {
    await train({ save_steps: 1, save_total_limit: 1, keep_every: 3 });
    expect(names()).toEqual(["epoch-00_step-000003", "epoch-01_step-000006", "best-eval_loss-0.1250", "epoch-01_step-000008", "last"]);
    await train({ save_steps: 1, save_total_limit: 1, keep_best: 3 });
    expect(names()).toEqual(["epoch-01_step-000006", "epoch-01_step-000007", "best-eval_loss-0.1250", "epoch-01_step-000008", "last"]);
  });
});

describe("the metric that decides", () => {
  it("can be the token accuracy, where higher is better", async () => {
    const { outcome } = await train({ save_steps: 2, monitor: "token_accuracy", save_total_limit: 1 }, { accuracyAt: (step) => (step === 4 ? 0.75 : 0.5) });
    expect(outcome.bestCheckpoint).toBe(join(folder, "best-token_accuracy-0.7500"));
    expect(readTrainerState(outcome.lastCheckpoint ?? "")).toMatchObject({ best_metric: 0.75, best_model_checkpoint: "best-token_accuracy-0.7500" });
  });

  it("never takes what is pinned, neither a step nor a former best", async () => {
    await train({ save_steps: 2, save_total_limit: 9 }, { stopAfter: 4 });
    const pinned = names();
    await train({ save_steps: 2, save_total_limit: 1 }, { resumeFrom: join(folder, "last"), pinned });
    expect(names()).toEqual(expect.arrayContaining([...pinned, "best-eval_loss-0.1250", "epoch-01_step-000008"]));
    expect(names()).not.toContain("epoch-01_step-000006");
  });

  it("never takes what is pinned while it goes on", async () => {
    await train({ save_steps: 2, save_total_limit: 1 }, { pinnedNow: () => names().filter((name) => name.includes("000004")) });
    expect(names()).toEqual(expect.arrayContaining(["epoch-00_step-000004", "epoch-01_step-000008"]));
    expect(names()).not.toContain("epoch-01_step-000006");
  });
});

describe("a resumed training loop", () => {
  it("knows its last losses and its best checkpoint when no step is left", async () => {
    const first = await train();
    const again = await train({}, { resumeFrom: first.outcome.lastCheckpoint ?? "" });
    const { trainLoss, evalLoss, bestCheckpoint, tokensSeen } = first.outcome;
    expect(again.outcome).toMatchObject({ status: "finished", step: 8, trainLoss, evalLoss, bestCheckpoint, tokensSeen });
    expect(bestCheckpoint).toContain("best-eval_loss-0.1250");
  });

  it("writes the state that the uninterrupted one writes, the best by its name", async () => {
    const whole = await train({ save_steps: 2, save_total_limit: 9 });
    const state = readTrainerState(whole.outcome.lastCheckpoint ?? "");
    const resumed = await train({ save_steps: 2, save_total_limit: 9 }, { resumeFrom: join(folder, "epoch-00_step-000002") });
    expect(readTrainerState(resumed.outcome.lastCheckpoint ?? "")).toEqual(state);
    expect(state.best_model_checkpoint).toBe("best-eval_loss-0.1250");
  });

  it("keeps the step it has just saved, although its former life went further", async () => {
    await train({ save_steps: 2 });
    const { outcome } = await train({ save_steps: 2, save_total_limit: 1 }, { resumeFrom: join(folder, "epoch-00_step-000004"), stopAfter: 6 });
    expect(outcome.lastCheckpoint).toBe(join(folder, "epoch-01_step-000006"));
    expect(names()).toContain("epoch-01_step-000006");
  });
});

const names = () => listCheckpoints(folder).map(({ name }) => name);

interface TrainParts {
  readonly gradientNorm?: number;
  /** What the validation loss is after so many updates. */
  readonly lossAfter?: { readonly step: number; readonly value: number };
  /** Abort after this many steps. */
  readonly stopAfter?: number;
  readonly resumeFrom?: string;
  /** Share of the tokens that are right, after so many updates. */
  readonly accuracyAt?: (step: number) => number;
  readonly pinned?: readonly string[];
  readonly pinnedNow?: () => readonly string[];
}

/** Two epochs of four steps, or what the settings make of it. */
async function train(settings: Partial<TrainConfig> = {}, { gradientNorm = 1, lossAfter, stopAfter, resumeFrom, accuracyAt = () => 0, pinned = [], pinnedNow }: TrainParts = {}) {
  const config = trainConfigSchema.parse({ model_name: "base", dataset_path: "words", epochs: 2, batch_size: 2, gradient_accumulation_steps: 1, ...settings });
  const plan: WindowPlan = { rowCount: rows.length, batchSize: config.batch_size, accumulation: config.gradient_accumulation_steps, epochs: config.epochs, maxSteps: config.max_steps, seed: config.seed };
  expect(totalSteps(plan)).toBeGreaterThan(0);
  const model = fakeModel(gradientNorm, lossAfter, accuracyAt);
  const stop = new AbortController();
  if (stopAfter === 0) stop.abort();
  const events: TrainingEvent[] = [];
  const emit = (event: TrainingEvent) => {
    events.push(event);
    if (event.type === "step" && event.step === stopAfter) stop.abort();
  };
  const request = {
    config, modelPath: "base", promptFormat: "alpaca", checkpointsDirectory: folder, runId: "run-1", runName: "run", configDigest: "c", datasetDigest: "d", baseDigest: "b", resumeFrom, pinned,
  } as const;
  const restored = resumeFrom === undefined ? undefined : restoreTrainingState(resumeFrom, model);
  const outcome = await trainLoop({ request, model, plan, train: rows, validation: rows.slice(0, 3), validationRows: 3, architecture: "llama", restored, context: { emit, signal: stop.signal }, ...(pinnedNow && { pinnedNow }) });
  return { outcome, events, model };
}

/** One parameter that counts its updates; its loss is one over that count. */
function fakeModel(gradientNorm: number, lossAfter: TrainParts["lossAfter"], accuracyAt: (step: number) => number) {
  const calls: { rows: number; windowTokens: number; dropoutSeed: number }[] = [];
  const steps: number[][] = [];
  let state: OptimizerState = { step: 0, parameters: new Float32Array(2), moment1: new Float32Array(2), moment2: new Float32Array(2) };
  const unused = () => {
    throw new RangeError("internal: not part of this test");
  };
  const model: TrainingModel = {
    config: { vocabSize: 8, hiddenSize: 1, intermediateSize: 1, layerCount: 1, headCount: 1, kvHeadCount: 1, headDim: 1, normEpsilon: 1, ropeTheta: 1, tiedEmbeddings: true, contextLength: 8, eosIds: [0] },
    optimizer: {
      parameters: new Map(), parameterCount: 2, sizeBytes: 0,
      step: async (...settings) => {
        steps.push(settings);
        const taken = Number.isFinite(gradientNorm);
        if (taken) state = { ...state, step: state.step + 1, parameters: state.parameters.map((value) => value + 1) };
        return { gradientNorm, taken };
      },
      writeValues: (values) => {
        state = { ...state, parameters: Float32Array.of(...[...values.values()].flatMap((one) => [...one])) };
      },
      readValues: unused, readGradients: unused,
      save: () => state,
      load: (given) => {
        state = given;
      },
      dispose: unused,
    },
    trainableCount: 2, totalCount: 2, memory: { weightBytes: 0, optimizerBytes: 0, activationBytes: 0 }, types: new Map(), lossScale: 8,
    accumulate: async (given, windowTokens, dropoutSeed) => {
      calls.push({ rows: given.length, windowTokens, dropoutSeed });
      return (given.length * 2) / windowTokens;
    },
    evaluate: async (given) => ({ nll: lossAfter !== undefined && state.step >= lossAfter.step ? lossAfter.value : (2 * given.length) / Math.max(1, state.step), tokens: 2 * given.length, correct: 2 * given.length * accuracyAt(state.step) }),
    adapter: (baseModel) => ({
      r: 1, alpha: 1, dropout: 0, targetModules: ["q_proj"], baseModel, useRslora: false, scale: 1,
      modules: new Map([["model.layers.0.self_attn.q_proj", { a: state.parameters.slice(0, 1), b: state.parameters.slice(1), inFeatures: 1, outFeatures: 1, r: 1, scale: 1 }]]),
    }),
    dispose: unused,
  };
  return { ...model, calls, steps };
}
