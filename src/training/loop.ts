import { basename } from "node:path";
import { applyPrune, findCheckpoint, formatBestName, planPrune, saveCheckpoint } from "../checkpoints/index.ts";
import type { IsolatedContext } from "../engine/ffi/index.ts";
import type { TrainingModel, TrainingRow } from "../engine/models/index.ts";
import type { TrainingEvent, TrainingOutcome } from "./events.ts";
import { learningRateAt } from "./schedule.ts";
import { writeTrainingState, type TrainerState } from "./state.ts";
import { stepsPerEpoch, totalSteps, windowAt, type Window, type WindowPlan } from "./windows.ts";
import type { TrainingRequest } from "./request.ts";

interface LoopParts {
  readonly request: TrainingRequest;
  readonly model: TrainingModel;
  readonly plan: WindowPlan;
  readonly train: readonly TrainingRow[];
  readonly validation: readonly TrainingRow[];
  readonly architecture: string;
  readonly restored: TrainerState | undefined;
  readonly context: IsolatedContext<TrainingEvent>;
}

/** Decides which checkpoint is the best. */
const MONITOR = "eval_loss";

interface Evaluation {
  readonly evalLoss: number;
  readonly tokenAccuracy: number;
}

/** Trains from where `restored` stands to the end of the plan, or until the signal, which saves before it returns. */
export async function trainLoop(parts: LoopParts): Promise<TrainingOutcome> {
  const { request, model, plan, train, validation, restored, context } = parts;
  const { config } = request;
  const steps = totalSteps(plan);
  const clock = createClock(steps);
  const history: Record<string, number>[] = (restored?.log_history ?? []).map((row) => ({ ...row }));
  let tokensSeen = restored?.num_input_tokens_seen ?? 0;
  let bestLoss = restored?.best_metric ?? Infinity;
  let bestName = restored?.best_model_checkpoint ?? null;
  let lastCheckpoint: string | null = request.resumeFrom ?? null;
  let trainLoss = lastLogged(history, "loss");
  let evalLoss = lastLogged(history, "eval_loss");
  let savedAt = restored?.global_step ?? -1;

  const evaluate = async (step: number): Promise<Evaluation | undefined> => {
    if (validation.length === 0) return undefined;
    const measured = await evaluateRows(model, validation, config.batch_size);
    evalLoss = measured.evalLoss;
    const epoch = step / stepsPerEpoch(plan);
    history.push({ step, epoch, eval_loss: measured.evalLoss, eval_token_accuracy: measured.tokenAccuracy });
    context.emit({ type: "evaluation", step, epoch, rows: validation.length, ...measured });
    return measured;
  };
  const save = async (step: number, measured: Evaluation | undefined): Promise<void> => {
    const epoch = Math.max(0, Math.ceil(step / stepsPerEpoch(plan)) - 1);
    if (measured !== undefined && measured.evalLoss < bestLoss) {
      bestLoss = measured.evalLoss;
      bestName = formatBestName({ name: MONITOR, value: bestLoss });
    }
    const saved = await saveCheckpoint(
      request.checkpointsDirectory,
      {
        runId: request.runId,
        runName: request.runName,
        epoch,
        step,
        maxEpochs: config.epochs,
        architecture: parts.architecture,
        baseModel: config.model_name,
        baseModelDigest: request.baseDigest,
        configDigest: request.configDigest,
        datasetDigest: request.datasetDigest,
        promptFormat: request.promptFormat,
        metrics: { ...(trainLoss === null ? {} : { train_loss: trainLoss }), ...(measured === undefined ? {} : { eval_loss: measured.evalLoss, token_accuracy: measured.tokenAccuracy }) },
        monitor: MONITOR,
      },
      (directory) =>
        writeTrainingState(directory, model, config.model_name, {
          global_step: step,
          epoch: step / stepsPerEpoch(plan),
          max_steps: steps,
          num_train_epochs: config.epochs,
          best_metric: Number.isFinite(bestLoss) ? bestLoss : null,
          best_model_checkpoint: bestName,
          log_history: history,
          num_input_tokens_seen: tokensSeen,
        }),
    );
    savedAt = step;
    lastCheckpoint = saved.directory;
    context.emit({ type: "checkpoint", step, directory: saved.directory, isBest: saved.best !== undefined });
    applyPrune(planPrune(request.checkpointsDirectory, { keepNewest: config.save_total_limit, pinned: new Set([basename(saved.directory)]) }));
  };
  const outcome = (status: TrainingOutcome["status"], step: number): TrainingOutcome => ({
    status,
    step,
    trainLoss,
    evalLoss,
    bestCheckpoint: findCheckpoint(request.checkpointsDirectory, "best")?.directory ?? null,
    lastCheckpoint,
    tokensSeen,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  });

  if (restored === undefined) await evaluate(0);
  for (let step = restored?.global_step ?? 0; step < steps; step += 1) {
    if (context.signal.aborted) {
      if (savedAt !== step && step > 0) await save(step, undefined);
      return outcome("stopped", step);
    }
    const window = windowAt(plan, train, step);
    const learningRate = learningRateAt(step, { scheduler: config.lr_scheduler, peak: config.learning_rate, warmupRatio: config.warmup_ratio, totalSteps: steps });
    const { loss, gradientNorm, taken } = await trainWindow(model, window, config.seed, learningRate, config.max_grad_norm);
    const done = step + 1;
    trainLoss = loss;
    tokensSeen += window.tokens;
    const pace = clock.tick(done, window.tokens);
    if (done % config.logging_steps === 0 || done === steps) {
      history.push({ step: done, epoch: done / stepsPerEpoch(plan), loss, learning_rate: learningRate, grad_norm: finite(gradientNorm) });
      context.emit({ type: "step", step: done, epoch: done / stepsPerEpoch(plan), loss, learningRate, gradientNorm, skipped: !taken, ...pace });
    }
    const mustSave = done % config.save_steps === 0 || done === steps;
    const measured = mustSave || done % config.eval_steps === 0 ? await evaluate(done) : undefined;
    if (mustSave) await save(done, measured);
    if (measured !== undefined || mustSave) clock.resume();
  }
  return outcome("finished", steps);
}

/** One optimizer step: gradients of all micro-batches, each weighted by the supervised tokens of the whole window. */
async function trainWindow(model: TrainingModel, window: Window, seed: number, learningRate: number, maxNorm: number) {
  let loss = 0;
  for (const [index, rows] of window.microBatches.entries()) {
    loss += await model.accumulate(rows, window.supervisedTokens, dropoutSeed(seed, window.step, index));
  }
  return { loss, ...(await model.optimizer.step(learningRate, 1 / model.lossScale, maxNorm)) };
}

/** Mean loss per supervised token and token accuracy over all rows, without dropout. */
async function evaluateRows(model: TrainingModel, rows: readonly TrainingRow[], batch: number): Promise<Evaluation> {
  let nll = 0;
  let tokens = 0;
  let correct = 0;
  const byLength = rows.toSorted((a, b) => b.ids.length - a.ids.length);
  for (let from = 0; from < byLength.length; from += batch) {
    const part = await model.evaluate(byLength.slice(from, from + batch));
    nll += part.nll;
    tokens += part.tokens;
    correct += part.correct;
  }
  return { evalLoss: nll / tokens, tokenAccuracy: correct / tokens };
}

/** What the log of a resumed run says last, so that its outcome is known even when no step is left. */
function lastLogged(history: readonly Readonly<Record<string, number>>[], name: string): number | null {
  return history.findLast((row) => row[name] !== undefined)?.[name] ?? null;
}

/** One number per micro-batch of the whole run. */
function dropoutSeed(seed: number, step: number, microBatch: number): number {
  return seed * 2 ** 20 + step * 1024 + microBatch;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : -1;
}

/** Measures pace over training time only: evaluation and saving are left out by `resume`. */
function createClock(steps: number) {
  let since = performance.now();
  let milliseconds = 0;
  let tokens = 0;
  let counted = 0;
  return {
    tick(done: number, windowTokens: number) {
      const now = performance.now();
      milliseconds += now - since;
      since = now;
      tokens += windowTokens;
      counted += 1;
      return { tokensPerSecond: (1000 * tokens) / milliseconds, secondsLeft: ((steps - done) * milliseconds) / counted / 1000 };
    },
    resume() {
      since = performance.now();
    },
  };
}
