import type { FastifyReply } from "fastify";

/** A call that is not answered yet. */
export interface OpenCall {
  /** Made when it is first asked for: most answers need none. */
  readonly signal: AbortSignal;
  abort(): void;
}

/** Follows a call until its connection is done with it: aborts when the client leaves before the answer was sent whole. */
export function openCall(reply: FastifyReply, underWay: Set<OpenCall>): OpenCall {
  let controller: AbortController | undefined;
  let aborted = false;
  const call: OpenCall = {
    get signal() {
      controller ??= new AbortController();
      if (aborted) controller.abort();
      return controller.signal;
    },
    abort() {
      aborted = true;
      controller?.abort();
    },
  };
  underWay.add(call);
  reply.raw.on("close", () => {
    underWay.delete(call);
    if (!reply.raw.writableFinished) call.abort();
  });
  return call;
}
