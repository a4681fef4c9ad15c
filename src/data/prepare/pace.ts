// How far a preparation is, and whether it is to stop.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Steps } from "../steps.ts";
import { preparationStopped } from "./errors.ts";

/** What is being done: rows are read and cleaned, compared with each other, written, and what was written is searched for leaks. */
export type PrepareWork = "reading" | "comparing" | "writing" | "checking";

/** Said again and again while work goes on. */
export interface PrepareAdvance {
  readonly work: PrepareWork;
  readonly done: number;
  /** Undefined where nobody knows. */
  readonly total: number | undefined;
  readonly unit: "bytes" | "rows";
}

export interface Pace {
  /** Begins work of so much. */
  begin(work: PrepareWork, unit: "bytes" | "rows", total?: number): void;
  /** So much more is done. */
  add(amount: number): void;
  /** Lets signals and timers have their turn. @throws `data.stopped` when it is to stop */
  pause(): Promise<void>;
  /** Runs work of so many rows step by step. @throws `data.stopped` */
  run<T>(work: PrepareWork, rows: number, steps: Steps<T>): Promise<T>;
}

export function createPace(signal: AbortSignal | undefined, onAdvance: (advance: PrepareAdvance) => void = () => {}): Pace {
  let now: PrepareAdvance = { work: "reading", done: 0, total: undefined, unit: "rows" };
  const reach = (done: number): void => {
    now = { ...now, done };
    onAdvance(now);
  };
  const begin: Pace["begin"] = (work, unit, total) => {
    now = { work, done: 0, total, unit };
  };
  const pause = async (): Promise<void> => {
    await nextTurn();
    if (signal?.aborted === true) throw preparationStopped(now.work, signal.reason);
  };
  return {
    begin,
    pause,
    add: (amount) => reach(now.done + amount),
    async run(work, rows, steps) {
      begin(work, "rows", rows);
      try {
        for (;;) {
          const next = steps.next();
          if (next.done === true) return next.value;
          reach(next.value);
          await pause();
        }
      } finally {
        steps.return(undefined as never);
      }
    },
  };
}
