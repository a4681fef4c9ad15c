import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { Problem, Route, RouteReply } from "../route.ts";
import { EVENT_HEADERS, openEventStream } from "./events.ts";

/** Sends what a route replied. A stream goes out as fast as the client takes it, and is closed when the client leaves. */
export function send(route: Route, answer: RouteReply, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
  if (answer.status !== undefined) reply.status(answer.status);
  if ("json" in answer) return withHeaders(reply.type("application/json; charset=utf-8"), answer).send(JSON.stringify(answer.json));
  if ("text" in answer) return withHeaders(reply.type(answer.mediaType), answer).send(answer.text);
  if ("empty" in answer) return withHeaders(reply, answer).send();
  if ("stream" in answer) {
    const { stream, mediaType, sizeBytes } = answer;
    if (sizeBytes !== undefined) reply.header("content-length", String(sizeBytes));
    const bytes = stream instanceof Uint8Array ? Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength) : Readable.from(stream, { objectMode: false });
    return withHeaders(reply.type(mediaType), answer).send(bytes);
  }
  const shape = (problem: Problem) => route.problem?.(problem).body ?? problem;
  return openEventStream(answer, shape).then((stream) => withHeaders(reply.headers(EVENT_HEADERS), answer).send(Readable.from(stream)));
}

function withHeaders(reply: FastifyReply, { headers }: RouteReply): FastifyReply {
  return headers === undefined ? reply : reply.headers(headers);
}
