import type { RouteCall, RouteReply } from "../route.ts";
import type { ModelTask } from "./host-messages.ts";
import { identityHeaders } from "./identity.ts";
import type { ServableModel } from "./servable.ts";
import type { ModelShelf } from "./shelf.ts";

/** Which model a call asks, and for what. */
export interface ModelWish {
  readonly task: ModelTask;
  /** Default: the first that can. */
  readonly name?: string | null;
}

/** Borrows the model until its answer is out, the last event of a stream included, and names it in the headers. @throws `serving.model_unknown`, `serving.no_model` */
export async function answerWith(
  shelf: ModelShelf,
  { task, name }: ModelWish,
  { setHeaders }: Pick<RouteCall, "setHeaders">,
  answer: (model: ServableModel) => Promise<RouteReply>,
): Promise<RouteReply> {
  const { model, release } = shelf.borrow(task, name ?? undefined);
  setHeaders(identityHeaders(model.identity));
  let reply: RouteReply | undefined;
  try {
    reply = await answer(model);
    return "events" in reply ? { ...reply, events: whenOver(reply.events, release) } : reply;
  } finally {
    if (reply === undefined || !("events" in reply)) release();
  }
}

async function* whenOver<T>(events: AsyncIterable<T>, then: () => void): AsyncGenerator<T> {
  try {
    yield* events;
  } finally {
    then();
  }
}
