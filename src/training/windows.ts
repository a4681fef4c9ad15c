// Which rows each optimizer step sees: a pure function of the seed and the step, so that a resumed run needs no other state.
import { randomStream, supervisedTokens, type TrainingRow } from "../engine/models/index.ts";

export interface WindowPlan {
  readonly rowCount: number;
  readonly batchSize: number;
  readonly accumulation: number;
  readonly epochs: number;
  /** 0: as many as the epochs give. */
  readonly maxSteps: number;
  readonly seed: number;
}

/** Rows of one optimizer step, cut into micro-batches, with the tokens they are normalised by together. */
export interface Window {
  readonly step: number;
  /** 0-based. */
  readonly epoch: number;
  readonly microBatches: readonly (readonly TrainingRow[])[];
  readonly supervisedTokens: number;
  readonly tokens: number;
}

export function stepsPerEpoch({ rowCount, batchSize, accumulation }: WindowPlan): number {
  return Math.ceil(rowCount / (batchSize * accumulation));
}

export function totalSteps(plan: WindowPlan): number {
  return plan.maxSteps > 0 ? plan.maxSteps : stepsPerEpoch(plan) * plan.epochs;
}

/**
 * The window of 0-based optimizer step `step`. Every epoch visits every row once in its own order; the last window of an epoch may be
 * smaller. Within a window rows are sorted by length, so that micro-batches waste little on padding: the sum over the window is the same.
 */
export function windowAt(plan: WindowPlan, rows: readonly TrainingRow[], step: number): Window {
  const perEpoch = stepsPerEpoch(plan);
  const epoch = Math.floor(step / perEpoch);
  const size = plan.batchSize * plan.accumulation;
  const from = (step % perEpoch) * size;
  const chosen = epochOrder(plan, epoch)
    .slice(from, from + size)
    .map((index) => rows[index]!)
    .sort((a, b) => b.ids.length - a.ids.length);
  const microBatches = Array.from({ length: Math.ceil(chosen.length / plan.batchSize) }, (_, batch) => chosen.slice(batch * plan.batchSize, (batch + 1) * plan.batchSize));
  return {
    step,
    epoch,
    microBatches,
    supervisedTokens: chosen.reduce((sum, row) => sum + supervisedTokens(row), 0),
    tokens: chosen.reduce((sum, row) => sum + row.ids.length, 0),
  };
}

/** A permutation of the rows that depends on seed and epoch only (Fisher & Yates, from the end). */
export function epochOrder({ rowCount, seed }: WindowPlan, epoch: number): readonly number[] {
  const uniform = randomStream(seed, "epoch", epoch);
  const order = Array.from({ length: rowCount }, (_, index) => index);
  for (let last = rowCount - 1; last > 0; last -= 1) {
    const other = Math.floor(uniform() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
