import type { HostAnswer } from "./host-messages.ts";
import type { GenerateContext } from "./model-host.ts";

/** One event of a streamed answer: a piece of text, then once the whole reply with `done`. */
export type PieceEvent<Reply> = { readonly text: string } | ({ readonly done: true } & Reply);

/** A generation as events: pieces, then the reply. Leaving the loop early cancels the generation. */
export function streamPieces<Reply extends object>(
  generate: (context: GenerateContext) => Promise<HostAnswer>,
  signal: AbortSignal,
  toReply: (answer: HostAnswer) => Reply,
): AsyncGenerator<PieceEvent<Reply>> {
  return pullEvents<PieceEvent<Reply>>(signal, async (push, either) => {
    const answer = await generate({ signal: either, onText: (text) => push({ text }) });
    push({ done: true, ...toReply(answer) });
  });
}

/** Turns work that pushes into events that are pulled. Leaving the loop early aborts the work. @throws what the work throws, after the events before it */
export async function* pullEvents<Event>(signal: AbortSignal, work: (push: (event: Event) => void, signal: AbortSignal) => Promise<void>): AsyncGenerator<Event> {
  const stop = new AbortController();
  const waiting: Event[] = [];
  let wake = () => {};
  let over = false;
  const push = (event: Event) => {
    waiting.push(event);
    wake();
  };
  const done = work(push, AbortSignal.any([signal, stop.signal])).finally(() => {
    over = true;
    wake();
  });
  done.catch(() => {});
  try {
    while (!over || waiting.length > 0) {
      if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      for (const event of waiting.splice(0)) yield event;
    }
    await done;
  } finally {
    stop.abort();
  }
}
