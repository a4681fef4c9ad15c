import type { TrainingModel, TrainingRow } from "../engine/models/index.ts";
import type { Window } from "./windows.ts";

export interface WindowResult {
  /** Mean over the supervised tokens of the window, in nats. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** False when the gradient was not finite and the update was left out. */
  readonly taken: boolean;
}

/** One optimizer step: gradients of all micro-batches, each weighted by the supervised tokens of the whole window. */
export async function trainWindow(model: TrainingModel, window: Window, seed: number, learningRate: number, maxNorm: number): Promise<WindowResult> {
  let loss = 0;
  for (const [index, rows] of window.microBatches.entries()) {
    loss += await model.accumulate(rows, window.supervisedTokens, dropoutSeed(seed, window.step, index));
  }
  return { loss, ...(await model.optimizer.step(learningRate, 1 / model.lossScale, maxNorm)) };
}

export interface SplitLoss {
  /** Mean −log p per supervised token, in nats. */
  readonly evalLoss: number;
  /** Share of supervised tokens that were the most likely one. */
  readonly tokenAccuracy: number;
}

/** Loss and token accuracy over all rows, without dropout. */
export async function evaluateRows(model: TrainingModel, rows: readonly TrainingRow[], batch: number): Promise<SplitLoss> {
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

/** One number per micro-batch of the whole run. */
function dropoutSeed(seed: number, step: number, microBatch: number): number {
  return seed * 2 ** 20 + step * 1024 + microBatch;
}
