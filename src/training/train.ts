// A training as its owner sees it: a run is minted, a child process trains, and whatever happens the record says how it ended.
import { dirname, join } from "node:path";
import { formatYaml, type TrainConfig } from "../config/index.ts";
import { choosePrompt, loadDataset, type ChosenPrompt } from "../data/index.ts";
import { backendEnvironment, ENGINE_RELEASE, runIsolated, siblingModule } from "../engine/ffi/index.ts";
import { LINEAR_MODULES, moduleShape, openModel, type LlamaConfig } from "../engine/models/index.ts";
import { fromErrorRecord, toErrorRecord, TunesmithError } from "../errors.ts";
import { digestJson, nearestDirectory, remove, removeEmpty, requireFreeBytes } from "../files/index.ts";
import { findCheckpoint } from "../checkpoints/index.ts";
import type { DatasetRecord, RunRecord } from "../records/index.ts";
import { createRun, modelLabel, type FinishOptions, type Run } from "../runs/index.ts";
import { baseDiffers, dataDiffers, nothingToTrain, packingClash, templateDiffers, trainingFailed } from "./errors.ts";
import type { TrainingEvent, TrainingOutcome } from "./events.ts";
import { checkpointBytes } from "./plan.ts";
import { openPush, type Push, type PushContext, type UploadSummary } from "./push/push.ts";
import { findResumePoint, pinnedCheckpoints, removeUnfinished, requireSameConfig, takeRun, type ResumePoint } from "./resume.ts";
import type { TrainingRequest } from "./request.ts";

export interface TrainOptions {
  readonly config: TrainConfig;
  /** The base model on disk, where `config.model_name` was found. */
  readonly modelPath: string;
  /** `last`, `best`, or a checkpoint or run directory. Default: a new run. */
  readonly resumeFrom?: string;
  /** Called when everything that can be refused was accepted, before the first step. `resumedFrom` is the checkpoint it goes on from. */
  readonly onRun?: (run: { readonly directory: string; readonly record: RunRecord; readonly resumedFrom?: string }) => void;
  /** Called when the checkpoints of the run to resume were packed and are unpacked first. */
  readonly onUnpack?: (runDirectory: string) => void;
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Where `push_to_hub` goes. Default: the hub and the token of the environment. */
  readonly hub?: PushContext["client"];
  /** Called as checkpoints go up, at any time. */
  readonly onUpload?: PushContext["onUpload"];
  /** Ctrl-C: the step under way is finished and saved, the run is marked stopped. */
  readonly signal?: AbortSignal;
  /** Work that belongs to the run after its last step (evaluation, quantization); its result goes into the record. Default: none. */
  readonly afterTraining?: (run: Run, outcome: TrainingOutcome) => Promise<FinishOptions>;
  /** Default: the system's clock. */
  readonly now?: () => Date;
  /** Environment of the training process besides this one's, for tests. */
  readonly childEnvironment?: Readonly<Record<string, string>>;
}

export interface TrainedRun {
  readonly directory: string;
  readonly record: RunRecord;
  readonly outcome: TrainingOutcome;
  /** How the uploads stand; undefined without `push_to_hub`. */
  readonly uploads?: UploadSummary;
}

/**
 * Trains an adapter and keeps its record. Touches disk; the computation runs in a child process.
 * What is refused before the first step (a missing model, bad data, settings that do not fit, no such device) leaves no run behind; what fails
 * later is recorded as a failed run.
 * @throws `training.*`, `data.*`, `models.*`, `files.disk_too_small`, `engine.*`
 */
export async function trainModel(options: TrainOptions): Promise<TrainedRun> {
  const { config } = options;
  if (config.packing && config.group_by_length) throw packingClash();
  const environment = backendEnvironment(config.device);
  const dataset = loadDataset(config.dataset_path);
  if (dataset.splits.train.length === 0) throw nothingToTrain(config.dataset_path);
  const base = describeBase(options.modelPath, config);
  const point = options.resumeFrom === undefined ? undefined : await findResumePoint(config.output_dir, options.resumeFrom, config, options);
  if (point !== undefined) requireSameRun(point, config, dataset.record.digest, base);
  requireFreeBytes(config.output_dir, checkpointBytes(adapterParameters(base.config, config), config.save_total_limit + config.keep_best));

  const standing = nearestDirectory(config.output_dir);
  const reopening = { now: options.now, requestedVersion: config.version || undefined, major: config.major, signal: options.signal };
  const run = point === undefined ? newRun(options, dataset.record, base) : await takeRun(point.runDirectory, reopening);
  const checkpointsDirectory = join(run.directory, "checkpoints");
  removeUnfinished(checkpointsDirectory);
  const request: TrainingRequest = {
    config,
    modelPath: options.modelPath,
    promptFormat: base.prompt.format,
    chatTemplate: base.prompt.template?.source,
    checkpointsDirectory,
    runId: run.record.id,
    runName: run.record.name,
    configDigest: digestJson(config),
    datasetDigest: dataset.record.digest,
    baseDigest: base.digest,
    resumeFrom: point?.checkpoint.directory,
    pinned: pinnedCheckpoints(run.directory, run.record),
    holdUntilUploaded: config.push_to_hub,
  };
  let isReady = false;
  let push: Push | undefined;
  try {
    if (config.push_to_hub) push = await openPush(run, config, { client: options.hub, onUpload: options.onUpload, signal: options.signal, now: options.now });
    const outcome = await runIsolated<TrainingRequest, TrainingEvent, TrainingOutcome>(siblingModule(import.meta.url, "./worker"), request, {
      what: "The training process",
      onStart: (pid) => void run.update({ worker_pid: pid }),
      onEvent: (event) => {
        if (event.type === "ready") {
          isReady = true;
          options.onRun?.({ directory: run.directory, record: run.record, resumedFrom: point?.checkpoint.directory });
        }
        recordEvent(run, event);
        if (event.type === "checkpoint") push?.saved(event.directory);
        options.onEvent?.(event);
      },
      signal: options.signal,
      env: { ...environment, ...options.childEnvironment },
    });
    run.update({ artifacts: checkpointArtifacts(outcome), metrics: trainingMetrics(outcome) });
    if (outcome.status === "stopped") return { directory: run.directory, record: run.stop(), outcome, uploads: await push?.stop() };
    const finish = await options.afterTraining?.(run, outcome);
    const record = await run.finish(finish);
    return { directory: run.directory, record, outcome, uploads: await push?.finish(record) };
  } catch (thrown) {
    await push?.stop();
    const cause = thrown instanceof TunesmithError ? thrown : fromErrorRecord(toErrorRecord(thrown));
    if (point === undefined && !isReady && cause.code !== "engine.crashed") {
      remove(run.directory);
      removeEmpty(dirname(run.directory), standing);
      throw cause;
    }
    const failure = trainingFailed(run.record.name, cause, findCheckpoint(run.directory, "last")?.directory);
    await run.fail(failure);
    throw failure;
  }
}

interface BaseFacts {
  readonly config: LlamaConfig;
  readonly digest: string;
  readonly prompt: Pick<ChosenPrompt<unknown>, "format" | "template">;
}

function describeBase(modelPath: string, config: TrainConfig): BaseFacts {
  const source = openModel(modelPath);
  try {
    const { format, template } = choosePrompt(source.tokenizer, config.prompt_format, config.chat_template);
    return { config: source.config, digest: source.digest, prompt: { format, template } };
  } finally {
    source.close();
  }
}

function requireSameRun(point: ResumePoint, config: TrainConfig, datasetDigest: string | null, base: BaseFacts): void {
  const { record } = point;
  requireSameConfig(record, config);
  if ((record.dataset?.digest ?? null) !== datasetDigest) throw dataDiffers(record.name, datasetDigest, record.dataset?.digest ?? null);
  if (record.base_model?.digest !== base.digest) throw baseDiffers(record.name, base.digest, record.base_model?.digest ?? null);
  const template = base.prompt.template?.digest ?? null;
  if ((record.chat_template?.digest ?? null) !== template) throw templateDiffers(record.name, template, record.chat_template?.digest ?? null);
}

function newRun(options: TrainOptions, dataset: DatasetRecord, { digest, prompt: { template } }: BaseFacts): Run {
  const { config } = options;
  const counts = { train: dataset.splits.train.rows, validation: dataset.splits.validation.rows, test: dataset.splits.test.rows };
  return createRun({
    outputDir: config.output_dir,
    tag: config.experiment_tag || undefined,
    model: modelLabel(config.model_name),
    config,
    configYaml: formatYaml(config),
    dataset: { path: config.dataset_path, digest: dataset.digest, name: dataset.name, counts },
    baseModel: { path: config.model_name, digest },
    chatTemplate: template && { name: template.name, digest: template.digest },
    engine: { ggml_release: ENGINE_RELEASE },
    notes: config.notes,
    requestedVersion: config.version || undefined,
    major: config.major,
    naming: config.naming,
    now: options.now,
  });
}

function recordEvent(run: Run, event: TrainingEvent): void {
  if (event.type === "ready") {
    const { device, startStep } = event.facts;
    run.update({ engine: { ggml_release: ENGINE_RELEASE, backend: device } });
    if (startStep > 0) run.appendMetrics({ step: startStep, resumed_from: startStep });
  }
  if (event.type === "step") {
    const { step, epoch, loss, learningRate, gradientNorm, tokensPerSecond } = event;
    run.appendMetrics({ step, epoch, loss, learning_rate: learningRate, grad_norm: gradientNorm, tokens_per_s: tokensPerSecond });
  }
  if (event.type === "evaluation") run.appendMetrics({ step: event.step, epoch: event.epoch, eval_loss: event.evalLoss, eval_token_accuracy: event.tokenAccuracy });
  if (event.type === "checkpoint") run.update({ last_step: event.step });
}

function trainingMetrics({ trainLoss, evalLoss }: TrainingOutcome): Record<string, number> {
  return { ...(trainLoss === null ? {} : { train_loss: trainLoss }), ...(evalLoss === null ? {} : { eval_loss: evalLoss }) };
}

function checkpointArtifacts({ lastCheckpoint, bestCheckpoint }: TrainingOutcome): Record<string, string> {
  return { ...(lastCheckpoint === null ? {} : { last_checkpoint: lastCheckpoint }), ...(bestCheckpoint === null ? {} : { best_checkpoint: bestCheckpoint }) };
}

function adapterParameters(model: LlamaConfig, { lora_r, lora_target_modules }: TrainConfig): number {
  const perLayer = LINEAR_MODULES.filter((module) => lora_target_modules.includes(module)).reduce((sum, module) => {
    const [out, inner] = moduleShape(model, module);
    return sum + lora_r * (out + inner);
  }, 0);
  return perLayer * model.layerCount;
}
