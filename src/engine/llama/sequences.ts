// One round of many sequences that share a context: which tokens of which sequence are decoded next, and who receives the logits.
// Generating and scoring differ only in what they do with the logits of a token.
import type { Pointer } from "../ffi/index.ts";
import type { TokenBatch } from "./batch.ts";
import type { Llama } from "./native.ts";

/** The logits of one token: row `batchIndex` for llama's samplers, or a view of V floats that is valid only during the call. */
export interface OutputRow {
  readonly batchIndex: number;
  logits_V(): Float32Array;
}

/** A sequence under way. `ids` may grow while it runs. */
export interface SequenceJob {
  readonly ids: readonly number[];
  /** Logits are wanted from this index on. */
  readonly firstOutput: number;
  /** Called in order for every index from `firstOutput` on. */
  onOutput(index: number, row: OutputRow): void;
  /** Asked before every round: true ends the sequence. */
  isOver(): boolean;
}

export interface SequenceContext {
  readonly llama: Llama;
  readonly context: Pointer;
  readonly batch: TokenBatch;
  readonly vocabSize: number;
  readonly sequences: number;
  readonly maxOutputs: number;
  /** Size of the weights: a round that reads little is not worth a change of threads. */
  readonly weightBytes: number;
  /** The logits of the last round, `rows` times V; valid until the next. */
  logitsOf(rows: number): Float32Array;
}

/** A sequence that has its place in the context. */
export interface RunningSequence {
  sequence: number;
  readonly job: SequenceJob;
  /** Tokens of the job that are in the context. */
  done: number;
}

export interface WantedOutput<Running extends RunningSequence> {
  readonly running: Running;
  readonly index: number;
  readonly batchIndex: number;
}

/** Prompt tokens that one round may hold beside sequences that are answering: they wait for a round, not for a whole prompt. */
const PROMPT_TOKENS_BESIDE_ANSWERS = 128;

/**
 * Fills the batch. The sequences with the fewest waiting tokens are served first: one long prompt does not hold up those that are answering.
 * In the batch they stand by number, for llama computes only neighbours together (`llama_batch_allocr::split_equal`, llama-batch.cpp).
 */
export function fillBatch<Running extends RunningSequence>({ batch, maxOutputs }: SequenceContext, running: readonly Running[]): WantedOutput<Running>[] {
  batch.clear();
  const rest = ({ job, done }: Running) => job.ids.length - done;
  const answering = running.filter((one) => rest(one) === 1 && one.done > one.job.firstOutput).length;
  let room = answering === 0 ? batch.capacity : Math.min(batch.capacity, answering + PROMPT_TOKENS_BESIDE_ANSWERS);
  let outputRoom = maxOutputs;
  const counts = new Map<Running, number>();
  for (const one of running.toSorted((a, b) => rest(a) - rest(b))) {
    const silent = Math.max(0, one.job.firstOutput - one.done);
    const count = Math.min(rest(one), room, silent + outputRoom);
    counts.set(one, count);
    room -= count;
    outputRoom -= Math.max(0, count - silent);
  }
  const wanted: WantedOutput<Running>[] = [];
  for (const one of running.toSorted((a, b) => a.sequence - b.sequence)) {
    for (const end = one.done + counts.get(one)!; one.done < end; one.done += 1) {
      const output = one.done >= one.job.firstOutput;
      if (output) wanted.push({ running: one, index: one.done, batchIndex: batch.length });
      batch.push(one.job.ids[one.done] ?? 0, one.done, one.sequence, output);
    }
  }
  return wanted;
}

/** The logits of a round. Rows lie one after another in the order in which they were asked for (llama.h, `llama_get_logits`). */
export function readOutputs<Running extends RunningSequence>(
  { vocabSize, logitsOf }: SequenceContext,
  wanted: readonly WantedOutput<Running>[],
): readonly (WantedOutput<Running> & { readonly row: OutputRow })[] {
  let block: Float32Array | undefined;
  return wanted.map((one, place) => ({
    ...one,
    row: {
      batchIndex: one.batchIndex,
      logits_V() {
        block ??= logitsOf(wanted.length);
        return block.subarray(place * vocabSize, (place + 1) * vocabSize);
      },
    },
  }));
}
