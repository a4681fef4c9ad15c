// The child process of a training: loads, trains, evaluates and saves. Everything it needs comes in as plain values.
import { dirname } from "node:path";
import { applyTemplate, encodeExamples, loadDataset } from "../data/index.ts";
import type { IsolatedContext } from "../engine/ffi/index.ts";
import { openBackend } from "../engine/ggml/index.ts";
import { createLoraModel, openModel, type TrainingRow } from "../engine/models/index.ts";
import { readRun } from "../runs/index.ts";
import type { TrainingEvent, TrainingOutcome } from "./events.ts";
import { trainLoop } from "./loop.ts";
import { describePlan, needsRecompute } from "./plan.ts";
import { unverifiedCheckpoints } from "./push/uploads.ts";
import type { TrainingRequest } from "./request.ts";
import { pinnedCheckpoints } from "./resume.ts";
import { restoreTrainingState } from "./state.ts";
import { createThreadTuner, fixedThreads } from "./thread-tuner.ts";
import { measureFill, packAll, planWindows, totalSteps } from "./windows.ts";

/** Entry of the child process. */
export async function run(request: TrainingRequest, context: IsolatedContext<TrainingEvent>): Promise<TrainingOutcome> {
  const { config } = request;
  const source = openModel(request.modelPath);
  const { splits } = loadDataset(config.dataset_path);
  const limit = Math.min(config.max_seq_length, source.config.contextLength);
  const tokenizer = request.chatTemplate === undefined ? source.tokenizer : applyTemplate(source.tokenizer, request.chatTemplate);
  const encode = (rows: (typeof splits)["train"]) => encodeExamples(tokenizer, rows, request.promptFormat, limit, config.train_on);
  const train = encode(splits.train);
  const validation = encode(splits.validation);

  const settings = {
    batchSize: config.batch_size,
    accumulation: config.gradient_accumulation_steps,
    epochs: config.epochs,
    maxSteps: config.max_steps,
    seed: config.seed,
    packTo: config.packing ? limit : undefined,
    groupByLength: config.group_by_length,
  };
  const plan = planWindows(settings, train.examples);
  const validationSequences = packAll(settings, validation.examples);
  const backend = openBackend({ device: config.device, threads: config.threads });
  const recompute = config.gradient_checkpointing === "auto" ? needsRecompute(source.config, config.batch_size, config.packing ? limit : longest(train.examples)) : config.gradient_checkpointing;
  const model = createLoraModel(
    backend,
    source,
    config.load_in,
    { r: config.lora_r, alpha: config.lora_alpha, dropout: config.lora_dropout, targetModules: config.lora_target_modules },
    {
      batch: config.batch_size,
      maxTime: limit,
      recompute,
      seed: config.seed,
      optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: config.weight_decay },
    },
  );
  const threads = { set: backend.setThreads, tuner: config.threads === 0 ? createThreadTuner(backend.threads) : fixedThreads(config.threads) };
  try {
    const restored = request.resumeFrom === undefined ? undefined : restoreTrainingState(request.resumeFrom, model);
    context.emit({
      type: "ready",
      facts: {
        pid: process.pid,
        device: backend.device.description,
        threads: backend.threads,
        trainableParameters: model.trainableCount,
        totalParameters: model.totalCount,
        baseTypes: Object.fromEntries(model.types),
        trainRows: train.examples.length,
        validationRows: validation.examples.length,
        trainSequences: plan.rowCount,
        fill: measureFill(plan, train.examples, limit),
        totalSteps: totalSteps(plan),
        startStep: restored?.global_step ?? 0,
        promptFormat: request.promptFormat,
        cutRows: train.cutRows + validation.cutRows,
        weightBytes: model.memory.weightBytes,
        recompute,
        notes: describePlan(config, plan, { limit, cutRows: train.cutRows, trainRows: train.examples.length, validationRows: validation.examples.length }),
      },
    });
    return await trainLoop({ request, model, plan, train: train.examples, validation: validationSequences, validationRows: validation.examples.length, architecture: "llama", restored, context, threads, pinnedNow: () => pinnedOf(request) });
  } finally {
    model.dispose();
    backend.dispose();
    source.close();
  }
}

/** A run may be tagged while it goes on, and checkpoints arrive on the hub. */
function pinnedOf({ checkpointsDirectory, holdUntilUploaded }: TrainingRequest): readonly string[] {
  const directory = dirname(checkpointsDirectory);
  return [...pinnedCheckpoints(directory, readRun(directory).record), ...(holdUntilUploaded === true ? unverifiedCheckpoints(directory) : [])];
}

function longest(rows: readonly TrainingRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.ids.length), 1);
}
