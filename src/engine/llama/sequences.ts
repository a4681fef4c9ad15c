// The one loop of this room: many sequences share one context, every round decodes one batch of them, and a finished one makes room
// for the next. Generating and scoring differ only in what they do with the logits of a token.
import { llamaDecodeFailed } from "./errors.ts";
import type { TokenBatch } from "./batch.ts";
import { callAsync, type Llama } from "./native.ts";
import type { Pointer } from "../ffi/index.ts";

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
  /** Throws when the session was disposed meanwhile. */
  check(): void;
}

interface Slot {
  readonly sequence: number;
  job: SequenceJob | undefined;
  /** Tokens of the job that are in the context. */
  done: number;
}

interface Wanted {
  readonly job: SequenceJob;
  readonly index: number;
  readonly batchIndex: number;
}

/** Runs every job to its end, at most `sequences` at a time, with constant memory beside the context. @throws `llama.decode_failed` */
export async function runSequences(session: SequenceContext, jobs: Iterable<SequenceJob>): Promise<void> {
  const { llama, context, batch, sequences } = session;
  const waiting = jobs[Symbol.iterator]();
  const slots: Slot[] = Array.from({ length: sequences }, (_, sequence) => ({ sequence, job: undefined, done: 0 }));
  try {
    while (true) {
      for (const slot of slots) refill(session, slot, waiting);
      const wanted = fillBatch(session, slots);
      if (batch.length === 0) return;
      const stopLog = llama.startLog();
      const status = await callAsync(llama.functions.decode, context, batch.toStruct()).finally(stopLog);
      session.check();
      if (status !== 0) throw llamaDecodeFailed(status, stopLog().reason);
      deliver(session, wanted);
    }
  } finally {
    session.check();
    for (const slot of slots) if (slot.job !== undefined) forget(session, slot);
  }
}

/** Puts the next job that is not over into a slot whose job is. */
function refill(session: SequenceContext, slot: Slot, waiting: Iterator<SequenceJob>): void {
  if (slot.job !== undefined && !slot.job.isOver()) return;
  if (slot.job !== undefined) forget(session, slot);
  let next = waiting.next();
  while (next.done !== true && next.value.isOver()) next = waiting.next();
  if (next.done === true) return;
  slot.job = next.value;
  slot.done = 0;
}

function forget({ llama, context }: SequenceContext, slot: Slot): void {
  llama.functions.memory_seq_rm(llama.functions.get_memory(context), slot.sequence, -1, -1);
  slot.job = undefined;
}

/** Fills the batch, the sequences with the fewest waiting tokens first: one long prompt does not hold up those that are answering. */
function fillBatch({ batch, maxOutputs }: SequenceContext, slots: readonly Slot[]): Wanted[] {
  batch.clear();
  const wanted: Wanted[] = [];
  const rest = (slot: Slot) => (slot.job === undefined ? 0 : slot.job.ids.length - slot.done);
  for (const slot of [...slots].sort((a, b) => rest(a) - rest(b))) {
    const { job } = slot;
    if (job === undefined) continue;
    while (slot.done < job.ids.length && batch.length < batch.capacity) {
      const index = slot.done;
      const output = index >= job.firstOutput;
      if (output && batch.outputs === maxOutputs) break;
      if (output) wanted.push({ job, index, batchIndex: batch.length });
      batch.push(job.ids[index] ?? 0, index, slot.sequence, output);
      slot.done += 1;
    }
  }
  return wanted;
}

/** Rows lie one after another in the order in which they were asked for (llama.h, `llama_get_logits`). */
function deliver({ llama, context, vocabSize }: SequenceContext, wanted: readonly Wanted[]): void {
  if (wanted.length === 0) return;
  let block: Float32Array | undefined;
  wanted.forEach(({ job, index, batchIndex }, row) => {
    job.onOutput(index, {
      batchIndex,
      logits_V() {
        block ??= new Float32Array(llama.koffi.view(llama.functions.get_logits(context), wanted.length * vocabSize * 4));
        return block.subarray(row * vocabSize, (row + 1) * vocabSize);
      },
    });
  });
}
