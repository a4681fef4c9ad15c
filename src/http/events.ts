// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): one JSON document in each `data:` line.
import type { Problem } from "../route.ts";
import { toProblem } from "./problem.ts";

export const EVENT_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  "x-accel-buffering": "no",
};

interface EventReply {
  readonly events: AsyncIterable<unknown>;
  /** One more `data:` line, as it stands, after the last event. */
  readonly end?: string;
}

/**
 * Waits for the first event, so that what goes wrong before it is an ordinary error, and returns the encoded stream.
 * What goes wrong later is one event of the type `error`, the last, in the form that `shape` gives it.
 */
export async function openEventStream({ events, end }: EventReply, shape: (problem: Problem) => unknown = (problem) => problem): Promise<AsyncIterable<string>> {
  const iterator = events[Symbol.asyncIterator]();
  const first = await iterator.next();
  return encode(iterator, first, end, shape);
}

async function* encode(iterator: AsyncIterator<unknown>, first: IteratorResult<unknown>, end: string | undefined, shape: (problem: Problem) => unknown): AsyncGenerator<string> {
  try {
    for (let next = first; next.done !== true; next = await iterator.next()) yield encodeEvent(next.value);
    if (end !== undefined) yield `data: ${end}\n\n`;
  } catch (thrown) {
    yield encodeEvent(shape(toProblem(thrown).body), "error");
  } finally {
    await iterator.return?.();
  }
}

/** JSON has no raw line breaks, so one `data:` line is always enough. */
export function encodeEvent(value: unknown, type?: string): string {
  return `${type === undefined ? "" : `event: ${type}\n`}data: ${JSON.stringify(value)}\n\n`;
}
