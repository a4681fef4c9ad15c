import type { HostAnswer, HostRequest } from "./host-messages.ts";
import type { ModelPool } from "./pool.ts";

/** What of a pool answers many requests. */
export type AnsweringPool = Pick<ModelPool, "generate" | "check" | "info">;

export interface GenerateAllContext {
  readonly signal: AbortSignal;
  /** Receives the text of each answer as it grows. */
  readonly onText?: (index: number, piece: string) => void;
  /** Receives each answer when it is whole. */
  readonly onAnswer?: (index: number, answer: HostAnswer) => void;
}

/**
 * Answers in the order of the requests, as many side by side as the model has places. Every prompt is checked before the first is answered,
 * and when one fails the rest is called off. One place in the line lets all of them in.
 * @throws as `generate`
 */
export async function generateAll(pool: AnsweringPool, requests: readonly HostRequest[], { signal, onText, onAnswer }: GenerateAllContext): Promise<readonly HostAnswer[]> {
  if (requests.length > 1) await Promise.all(requests.map((request) => pool.check(request)));
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const answers: HostAnswer[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < requests.length && !either.aborted; index = next++) {
      const answer = await pool.generate(requests[index]!, {
        signal: either,
        ...(onText === undefined ? {} : { onText: (piece: string) => onText(index, piece) }),
        ...(index === 0 ? {} : { expected: "expected" as const }),
      });
      answers[index] = answer;
      onAnswer?.(index, answer);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(pool.info.parallel, requests.length) }, work));
  } finally {
    stop.abort();
  }
  return answers;
}
