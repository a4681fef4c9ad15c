import { llamaNotFinite } from "./errors.ts";
import type { SequenceJob } from "./sequences.ts";
import type { Score, ScoreRequest } from "./types.ts";

interface ScoreWatch {
  readonly signal?: AbortSignal;
  readonly onLogits?: (index: number, logits_V: Float32Array) => void;
}

/** A job that collects the log-probability of every token from `firstScored` on. */
export function scoreJob({ ids, firstScored }: ScoreRequest, { signal, onLogits }: ScoreWatch = {}): { readonly job: SequenceJob; readonly score: Score } {
  const count = Math.max(0, ids.length - firstScored);
  const score: Score = { logprobs: new Float32Array(count), correct: new Uint8Array(count) };
  let done = 0;
  return {
    score,
    job: {
      ids: count === 0 ? [] : ids.slice(0, -1),
      firstOutput: firstScored - 1,
      isOver() {
        signal?.throwIfAborted();
        return done === count;
      },
      onOutput(index, row) {
        const target = index + 1;
        const logits_V = row.logits_V();
        const { logprob, best } = logSoftmaxAt(logits_V, ids[target] ?? 0);
        if (!Number.isFinite(logprob)) throw llamaNotFinite(target);
        score.logprobs[target - firstScored] = logprob;
        score.correct[target - firstScored] = best === ids[target] ? 1 : 0;
        onLogits?.(target, logits_V);
        done += 1;
      },
    },
  };
}

/** log softmax(logits_V)[target] in nats, summed in double precision around the maximum, and the index of the maximum (the first of equals). */
export function logSoftmaxAt(logits_V: Float32Array, target: number): { readonly logprob: number; readonly best: number } {
  let best = 0;
  let maximum = -Infinity;
  for (let id = 0; id < logits_V.length; id += 1) {
    const logit = logits_V[id]!;
    if (logit > maximum) {
      maximum = logit;
      best = id;
    }
  }
  let sum = 0;
  for (let id = 0; id < logits_V.length; id += 1) sum += Math.exp(logits_V[id]! - maximum);
  return { logprob: logits_V[target]! - maximum - Math.log(sum), best };
}
