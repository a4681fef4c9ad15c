import { Readable } from "node:stream";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Route } from "../route.ts";
import { callRoute } from "./call.ts";
import { methodNotAllowed, routeNotFound } from "./errors.ts";
import { EVENT_HEADERS, openEventStream } from "./events.ts";
import { isInternal, toProblem } from "./problem.ts";

export interface MountOptions {
  /** Largest body in bytes. Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** A request must have come in whole by then. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** An answer that is not a stream must be ready by then. Default 10 min. */
  readonly answerTimeoutMs?: number;
  /** Told what went wrong inside. Default: nobody. */
  readonly onError?: (thrown: unknown, request: string) => void;
}

/** A fastify application with every route, not yet listening. `underWay` holds the controllers of the calls that are not answered yet. */
export function mountRoutes(routes: readonly Route[], options: MountOptions, underWay: Set<AbortController>): FastifyInstance {
  const { bodyLimitBytes = 2 ** 20, requestTimeoutMs = 30_000, answerTimeoutMs = 600_000, onError = () => {} } = options;
  const app = fastify({ bodyLimit: bodyLimitBytes, requestTimeout: requestTimeoutMs, forceCloseConnections: "idle" });
  app.setErrorHandler((thrown, request, reply) => sendProblem(thrown, request, reply, onError));
  app.setNotFoundHandler((request, reply) => sendProblem(unmatched(routes, request.method, pathOf(request)), request, reply, onError));
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      async handler(request, reply) {
        const { signal } = watchClient(reply, underWay);
        const incoming = { body: request.body, query: request.query, params: request.params as Readonly<Record<string, string>> };
        const answer = await callRoute(route, incoming, signal, answerTimeoutMs);
        if ("json" in answer) return reply.type("application/json; charset=utf-8").send(JSON.stringify(answer.json));
        return reply.headers(EVENT_HEADERS).send(Readable.from(await openEventStream(answer.events)));
      },
    });
  }
  return app;
}

function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, onError: NonNullable<MountOptions["onError"]>): FastifyReply {
  const problem = toProblem(thrown);
  if (isInternal(problem)) onError(thrown, `${request.method} ${pathOf(request)}`);
  return reply.removeHeader("content-type").status(problem.status).headers(problem.headers).send(problem.body);
}

/** A controller that is aborted when the connection closes before the answer was sent whole. */
function watchClient(reply: FastifyReply, underWay: Set<AbortController>): AbortController {
  const controller = new AbortController();
  underWay.add(controller);
  reply.raw.on("close", () => {
    underWay.delete(controller);
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller;
}

function unmatched(routes: readonly Route[], method: string, path: string): Error {
  const allowed = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  return allowed.length > 0 ? methodNotAllowed(method, path, [...new Set(allowed)]) : routeNotFound(method, path);
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const found = path.split("/");
  return wanted.length === found.length && wanted.every((part, index) => part.startsWith(":") || part === found[index]);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0] ?? request.url;
}
