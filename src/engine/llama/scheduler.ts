// Continuous batching: jobs may be added at any time, join the sequences under way at the next round, and leave when they are over, each
// without waiting for another. A job that fails fails alone; a round that fails takes the jobs that were in it.
import { llamaDecodeFailed, llamaDisposed } from "./errors.ts";
import { callAsync } from "./native.ts";
import { fillBatch, readOutputs, type RunningSequence, type SequenceContext, type SequenceJob } from "./sequences.ts";

export interface Scheduler {
  /** Jobs in the context, and jobs that wait for a place in it. */
  readonly load: { readonly running: number; readonly waiting: number };
  /** Resolves when the job is over. Jobs get places in the order in which they came. @throws `llama.decode_failed`, `llama.disposed`, what the job throws */
  run(job: SequenceJob): Promise<void>;
  /** Ends every job with `llama.disposed` and resolves when nothing uses the context any more: at once when nothing runs. */
  close(onClosed: () => void): void;
}

interface Waiting {
  readonly job: SequenceJob;
  resolve(): void;
  reject(reason: unknown): void;
}

interface Running extends RunningSequence, Waiting {}

/** A round that reads at most so many bytes of weights takes about a millisecond: less than it costs to wake another thread several times. */
const BYTES_WITHOUT_THREAD = 16 * 2 ** 20;

export function createScheduler(session: SequenceContext): Scheduler {
  const { llama, context, batch } = session;
  const waiting: Waiting[] = [];
  const running = new Set<Running>();
  let rounds: Promise<void> | undefined;
  let closed = false;

  const forget = (sequence: number) => void llama.functions.memory_seq_rm(llama.functions.get_memory(context), sequence, -1, -1);
  const leave = (one: Running) => {
    forget(one.sequence);
    running.delete(one);
  };
  const firstFree = () => {
    const taken = new Set([...running].map(({ sequence }) => sequence));
    return Array.from({ length: session.sequences }, (_, sequence) => sequence).find((sequence) => !taken.has(sequence));
  };
  /** Moves the last sequences to the places that others left: only neighbours are computed together. */
  const closeGaps = () => {
    for (const one of [...running].sort((a, b) => b.sequence - a.sequence)) {
      const place = firstFree() ?? Infinity;
      if (place > one.sequence) return;
      llama.functions.memory_seq_cp(llama.functions.get_memory(context), one.sequence, place, -1, -1);
      forget(one.sequence);
      one.sequence = place;
    }
  };
  /** Does one thing for a job; what is thrown ends that job. */
  const guarded = (one: Running, act: () => void) => {
    try {
      act();
    } catch (thrown) {
      leave(one);
      one.reject(thrown);
    }
  };
  /** Lets go of the jobs that are over, also of those that never had a place, and gives free places to the next. */
  const settle = () => {
    for (const one of running) {
      guarded(one, () => {
        if (!one.job.isOver()) return;
        leave(one);
        one.resolve();
      });
    }
    for (const one of waiting.splice(0)) {
      try {
        const sequence = running.size < session.sequences ? firstFree() : undefined;
        if (one.job.isOver()) one.resolve();
        else if (sequence === undefined) waiting.push(one);
        else running.add({ ...one, sequence, done: 0 });
      } catch (thrown) {
        one.reject(thrown);
      }
    }
  };
  const failAll = (error: Error, all: Iterable<Waiting>) => {
    for (const one of all) one.reject(error);
  };
  const decode = async (): Promise<Error | undefined> => {
    const stopLog = llama.startLog();
    try {
      const quick = batch.length * session.weightBytes <= BYTES_WITHOUT_THREAD;
      if (quick) await new Promise<void>((resolve) => setImmediate(resolve));
      const status = quick ? llama.functions.decode(context, batch.toStruct()) : await callAsync(llama.functions.decode, context, batch.toStruct());
      return status === 0 ? undefined : llamaDecodeFailed(status, stopLog().reason);
    } finally {
      stopLog();
    }
  };
  const runRounds = async () => {
    await undefined;
    while (!closed) {
      settle();
      closeGaps();
      const wanted = fillBatch(session, [...running]);
      if (batch.length === 0) return;
      const failure = await decode();
      if (closed) return;
      if (failure !== undefined) {
        const lost = [...running];
        lost.forEach(leave);
        failAll(failure, lost);
        continue;
      }
      for (const { running: one, index, row } of readOutputs(session, wanted)) {
        if (running.has(one)) guarded(one, () => one.job.onOutput(index, row));
      }
    }
  };
  const failOfDisposal = () => failAll(llamaDisposed("session"), [...running, ...waiting.splice(0)]);
  let onceClosed = () => {};
  const start = async () => {
    try {
      await runRounds();
    } catch (thrown) {
      const lost = [...running];
      lost.forEach(leave);
      failAll(thrown as Error, [...lost, ...waiting.splice(0)]);
    } finally {
      rounds = undefined;
      if (closed) {
        failOfDisposal();
        onceClosed();
      } else if (waiting.length > 0) rounds = start();
    }
  };
  return {
    get load() {
      return { running: running.size, waiting: waiting.length };
    },
    run(job) {
      if (closed) return Promise.reject(llamaDisposed("session"));
      return new Promise<void>((resolve, reject) => {
        waiting.push({ job, resolve, reject });
        rounds ??= start();
      });
    },
    close(onClosed) {
      if (closed) return;
      closed = true;
      onceClosed = onClosed;
      if (rounds === undefined) onClosed();
    },
  };
}
