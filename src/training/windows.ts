// Which rows each optimizer step sees: a pure function of the seed and the step, so that a resumed run needs no other state.
import { groupByLength, joinRows, packRows } from "../data/index.ts";
import { paddedLength, randomStream, supervisedTokens, type TrainingRow } from "../engine/models/index.ts";

export interface WindowPlan {
  /** Sequences of an epoch: rows, or packs of rows. */
  readonly rowCount: number;
  readonly batchSize: number;
  readonly accumulation: number;
  readonly epochs: number;
  /** 0: as many as the epochs give. */
  readonly maxSteps: number;
  readonly seed: number;
  /** Rows are packed into sequences of at most so many tokens. Default: each row is a sequence. */
  readonly packTo?: number;
  /** Micro-batches are of rows of similar length. Default false. */
  readonly groupByLength?: boolean;
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

/** The plan for these rows: counts the sequences, which are as many in every epoch. */
export function planWindows(settings: Omit<WindowPlan, "rowCount">, rows: readonly TrainingRow[]): WindowPlan {
  return { ...settings, rowCount: settings.packTo === undefined ? rows.length : packEpoch(settings, settings.packTo, rows, 0).length };
}

/**
 * The windows of a training by 0-based optimizer step. Every epoch visits every row once in its own order, packed together with others than
 * before where rows are packed; the last window of an epoch may be smaller. Within a window sequences are sorted by length, so that
 * micro-batches waste little on padding: the sum over the window is the same. The epoch asked for last is kept.
 */
export function createWindows(plan: WindowPlan, rows: readonly TrainingRow[]): (step: number) => Window {
  const perEpoch = stepsPerEpoch(plan);
  const size = plan.batchSize * plan.accumulation;
  let current: { readonly epoch: number; readonly sequences: readonly TrainingRow[] } | undefined;
  return (step) => {
    const epoch = Math.floor(step / perEpoch);
    if (current?.epoch !== epoch) current = { epoch, sequences: sequencesOf(plan, rows, epoch) };
    const from = (step % perEpoch) * size;
    const chosen = current.sequences.slice(from, from + size).sort((a, b) => b.ids.length - a.ids.length);
    const microBatches = Array.from({ length: Math.ceil(chosen.length / plan.batchSize) }, (_, batch) => chosen.slice(batch * plan.batchSize, (batch + 1) * plan.batchSize));
    return {
      step,
      epoch,
      microBatches,
      supervisedTokens: chosen.reduce((sum, row) => sum + supervisedTokens(row), 0),
      tokens: chosen.reduce((sum, row) => sum + row.ids.length, 0),
    };
  };
}

/** Rows packed as for the first epoch; as they are where rows are not packed. For what is seen in no order, as validation is. */
export function packAll(plan: Omit<WindowPlan, "rowCount">, rows: readonly TrainingRow[]): readonly TrainingRow[] {
  return plan.packTo === undefined ? rows : packEpoch(plan, plan.packTo, rows, 0);
}

/** How much of what an epoch computes is rows and how much is padding. */
export interface EpochFill {
  /** Tokens of the rows. */
  readonly tokens: number;
  /** Tokens with padding, that of missing rows of a micro-batch too. */
  readonly computed: number;
}

/** Adds up the first epoch; `maxTime` as the model was made for. */
export function measureFill(plan: WindowPlan, rows: readonly TrainingRow[], maxTime: number): EpochFill {
  const windowAt = createWindows(plan, rows);
  const windows = Array.from({ length: stepsPerEpoch(plan) }, (_, step) => windowAt(step));
  return {
    tokens: windows.reduce((sum, { tokens }) => sum + tokens, 0),
    computed: windows.flatMap(({ microBatches }) => microBatches).reduce((sum, batch) => sum + plan.batchSize * paddedLength(batch, maxTime), 0),
  };
}

/** The sequences of an epoch in the order they are trained. */
function sequencesOf(plan: WindowPlan, rows: readonly TrainingRow[], epoch: number): readonly TrainingRow[] {
  const sequences = plan.packTo === undefined ? rows : packEpoch(plan, plan.packTo, rows, epoch);
  const order = epochOrder(plan, epoch);
  const grouped = plan.groupByLength === true ? groupByLength(order, sequences.map(({ ids }) => ids.length), plan.batchSize, randomStream(plan.seed, "batches", epoch)) : order;
  return grouped.map((index) => sequences[index]!);
}

function packEpoch({ seed }: Pick<WindowPlan, "seed">, capacity: number, rows: readonly TrainingRow[], epoch: number): readonly TrainingRow[] {
  const order = shuffled(rows.length, randomStream(seed, "packs", epoch));
  return packRows(rows.map(({ ids }) => ids.length), capacity, order).map((members) => joinRows(members.map((index) => rows[index]!)));
}

/** A permutation of the sequences that depends on seed and epoch only. */
export function epochOrder({ rowCount, seed }: WindowPlan, epoch: number): readonly number[] {
  return shuffled(rowCount, randomStream(seed, "epoch", epoch));
}

/** Fisher & Yates, from the end. */
function shuffled(count: number, uniform: () => number): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(uniform() * (last + 1));
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
