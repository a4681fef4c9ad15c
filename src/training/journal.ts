// What a training knows of itself while it goes on: its log, its best and its last checkpoint. Everything it learns is told to the parent and
// kept in the next checkpoint.
import { basename } from "node:path";
import { findCheckpoint, formatBestName, pruneOwn, saveCheckpoint, type CheckpointFacts } from "../checkpoints/index.ts";
import type { IsolatedContext } from "../engine/ffi/index.ts";
import type { TrainingModel } from "../engine/models/index.ts";
import { isBetter } from "../records/index.ts";
import type { TrainingEvent, TrainingOutcome } from "./events.ts";
import type { TrainingRequest } from "./request.ts";
import { writeTrainingState, type TrainerState } from "./state.ts";
import type { SplitLoss, WindowResult } from "./window-step.ts";

export interface JournalParts {
  readonly request: TrainingRequest;
  readonly model: TrainingModel;
  readonly architecture: string;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Rows behind an evaluation. */
  readonly validationRows: number;
  /** The state a resumed training begins with. */
  readonly restored: TrainerState | undefined;
  readonly context: Pick<IsolatedContext<TrainingEvent>, "emit">;
  /** Names of checkpoints that are held on to at this moment, besides those of the request. */
  readonly pinnedNow?: () => readonly string[];
}

export interface TrainingJournal {
  /** Steps in the newest checkpoint, -1 before the first. */
  readonly savedStep: number;
  noteStep(step: number, learningRate: number, tokens: number, result: WindowResult, pace: { readonly tokensPerSecond: number; readonly secondsLeft: number }): void;
  noteEvaluation(step: number, measured: SplitLoss): void;
  /** Saves the model as it stands; `measured` is its validation loss at this very step. */
  save(step: number, measured: SplitLoss | undefined): Promise<void>;
  outcome(status: TrainingOutcome["status"], step: number): TrainingOutcome;
}

export function openJournal(parts: JournalParts): TrainingJournal {
  const { request, model, restored, context } = parts;
  const { config } = request;
  const { monitor } = config;
  const history: Record<string, number>[] = (restored?.log_history ?? []).map((row) => ({ ...row }));
  let tokensSeen = restored?.num_input_tokens_seen ?? 0;
  let best = { value: restored?.best_metric ?? null, name: restored?.best_model_checkpoint ?? null };
  let lastCheckpoint: string | null = request.resumeFrom ?? null;
  let trainLoss = lastLogged(history, "loss");
  let evalLoss = lastLogged(history, "eval_loss");
  let savedStep = restored?.global_step ?? -1;
  const epochAt = (step: number) => step / parts.stepsPerEpoch;

  const factsAt = (step: number, measured: SplitLoss | undefined): CheckpointFacts => ({
    runId: request.runId,
    runName: request.runName,
    epoch: Math.max(0, Math.ceil(epochAt(step)) - 1),
    step,
    maxEpochs: config.epochs,
    architecture: parts.architecture,
    baseModel: config.model_name,
    baseModelDigest: request.baseDigest,
    configDigest: request.configDigest,
    datasetDigest: request.datasetDigest,
    promptFormat: request.promptFormat,
    metrics: {
      ...(trainLoss === null ? {} : { train_loss: trainLoss }),
      ...(measured === undefined ? {} : { eval_loss: measured.evalLoss, token_accuracy: measured.tokenAccuracy }),
    },
    monitor,
  });
  const stateAt = (step: number): Omit<TrainerState, "optimizer_step"> => ({
    global_step: step,
    epoch: epochAt(step),
    max_steps: parts.totalSteps,
    num_train_epochs: config.epochs,
    best_metric: best.value,
    best_model_checkpoint: best.name,
    log_history: history,
    num_input_tokens_seen: tokensSeen,
  });

  return {
    get savedStep() {
      return savedStep;
    },
    noteStep(step, learningRate, tokens, { loss, gradientNorm, taken }, pace) {
      trainLoss = loss;
      tokensSeen += tokens;
      if (step % config.logging_steps !== 0 && step !== parts.totalSteps) return;
      history.push({ step, epoch: epochAt(step), loss, learning_rate: learningRate, grad_norm: Number.isFinite(gradientNorm) ? gradientNorm : -1 });
      context.emit({ type: "step", step, epoch: epochAt(step), loss, learningRate, gradientNorm, skipped: !taken, ...pace });
    },
    noteEvaluation(step, measured) {
      evalLoss = measured.evalLoss;
      history.push({ step, epoch: epochAt(step), eval_loss: measured.evalLoss, eval_token_accuracy: measured.tokenAccuracy });
      context.emit({ type: "evaluation", step, epoch: epochAt(step), rows: parts.validationRows, ...measured });
    },
    async save(step, measured) {
      const value = measured === undefined ? Number.NaN : monitor === "eval_loss" ? measured.evalLoss : measured.tokenAccuracy;
      if (Number.isFinite(value) && (best.value === null || isBetter(monitor, value, best.value))) best = { value, name: formatBestName({ name: monitor, value }) };
      const fill = (directory: string) => writeTrainingState(directory, model, config.model_name, stateAt(step), request.chatTemplate);
      // Asked each time: a run may be tagged while it goes on.
      const pinned = new Set([...(request.pinned ?? []), ...(parts.pinnedNow?.() ?? [])]);
      const saved = await saveCheckpoint(request.checkpointsDirectory, factsAt(step, measured), fill, new Date(), pinned);
      savedStep = step;
      lastCheckpoint = saved.directory;
      context.emit({ type: "checkpoint", step, directory: saved.directory, isBest: saved.best !== undefined });
      const { save_total_limit: keepLast, keep_best: keepBest, keep_every: keepEvery } = config;
      pruneOwn(request.checkpointsDirectory, { keepLast, keepBest, keepEvery, monitor, pinned: new Set([...pinned, basename(saved.directory)]) });
    },
    outcome: (status, step) => ({
      status,
      step,
      trainLoss,
      evalLoss,
      bestCheckpoint: findCheckpoint(request.checkpointsDirectory, "best")?.directory ?? null,
      lastCheckpoint,
      tokensSeen,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    }),
  };
}

/** What the log of a resumed run says last, so that its outcome is known even when no step is left. */
function lastLogged(history: readonly Readonly<Record<string, number>>[], name: string): number | null {
  return history.findLast((row) => row[name] !== undefined)?.[name] ?? null;
}
