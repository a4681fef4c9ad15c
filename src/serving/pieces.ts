import type { HostAnswer } from "./host-messages.ts";
import type { GenerateContext } from "./model-host.ts";

/** One event of a streamed answer: a piece of text, then once the whole reply with `done`. */
export type PieceEvent<Reply> = { readonly text: string } | ({ readonly done: true } & Reply);

/** Turns a generation with a callback into events that are pulled. Leaving the loop early cancels the generation. */
export async function* streamPieces<Reply extends object>(
  generate: (context: GenerateContext) => Promise<HostAnswer>,
  signal: AbortSignal,
  toReply: (answer: HostAnswer) => Reply,
): AsyncGenerator<PieceEvent<Reply>> {
  const stop = new AbortController();
  const waiting: string[] = [];
  let wake = () => {};
  let over = false;
  const work = generate({
    signal: AbortSignal.any([signal, stop.signal]),
    onText(piece) {
      waiting.push(piece);
      wake();
    },
  }).finally(() => {
    over = true;
    wake();
  });
  work.catch(() => {});
  try {
    while (!over || waiting.length > 0) {
      if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      for (const text of waiting.splice(0)) yield { text };
    }
    yield { done: true, ...toReply(await work) };
  } finally {
    stop.abort();
  }
}
