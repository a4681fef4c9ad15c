import { countOf } from "../plural.ts";
import type { TrainConfig } from "../config/index.ts";
import type { LlamaConfig } from "../engine/models/index.ts";
import { stepsPerEpoch, totalSteps, type WindowPlan } from "./windows.ts";

const RECOMPUTE_ABOVE_BYTES = 2 ** 30;

/**
 * Whether the activations of all layers would pass 1 GiB, so that layers are recomputed instead. Per token and layer the tape keeps about
 * 12 hidden-sized and 5 feed-forward-sized f32 vectors, and three rows of attention scores per head.
 */
export function needsRecompute(config: LlamaConfig, batch: number, time: number): boolean {
  const perToken = 12 * config.hiddenSize + 5 * config.intermediateSize + 3 * config.headCount * time;
  return 4 * perToken * batch * time * config.layerCount > RECOMPUTE_ABOVE_BYTES;
}

interface PlanFacts {
  /** Tokens a row may have. */
  readonly limit: number;
  /** Training rows that were cut to it. */
  readonly cutRows: number;
  readonly trainRows: number;
  readonly validationRows: number;
}

/** Remarks about settings that do not fit the model or the length of the run, and about rows cut at `limit` tokens. */
export function describePlan(config: TrainConfig, plan: WindowPlan, { limit, cutRows, trainRows, validationRows }: PlanFacts): readonly string[] {
  const steps = totalSteps(plan);
  const length = countOf(steps, "step");
  const notes: string[] = [];
  if (config.save_steps > steps) notes.push(`save_steps is ${config.save_steps} but the run has ${length}: one checkpoint is written, at the end`);
  if (validationRows === 0) notes.push("the dataset has 0 validation rows: validation loss is not measured and no checkpoint is the best");
  else if (config.eval_steps > steps) notes.push(`eval_steps is ${config.eval_steps} but the run has ${length}: validation loss is measured at the start and at the end`);
  if (limit < config.max_seq_length) notes.push(`max_seq_length is ${config.max_seq_length} but the model was made for ${limit} tokens: ${limit} is the limit`);
  if (cutRows > 0) notes.push(`${cutRows} of ${countOf(trainRows, "row")} ${cutRows === 1 ? "is" : "are"} longer than ${limit} tokens: the beginning of their input is cut, never the answer`);
  if (plan.maxSteps > stepsPerEpoch(plan) * plan.epochs) notes.push(`max_steps is ${plan.maxSteps}: the data is seen ${(plan.maxSteps / stepsPerEpoch(plan)).toFixed(1)} times, epochs is ignored`);
  return notes;
}

/** Bytes a run's checkpoints need at most: newest, last, best and one being written, each adapter plus two moments. */
export function checkpointBytes(trainableParameters: number, saveTotalLimit: number): number {
  return (saveTotalLimit + 4) * 3 * 4 * trainableParameters;
}
