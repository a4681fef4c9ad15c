import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Route, RouteMethod } from "../route.ts";
import { requireAccess, requireHost, type FindKeyHolder } from "./access.ts";
import { readBody } from "./body.ts";
import { callRoute, type IncomingCall } from "./call.ts";
import { allowOrigins } from "./cors.ts";
import { methodNotAllowed, routeNotFound } from "./errors.ts";
import { openCall, type OpenCall } from "./open-call.ts";
import { originOf } from "./origin.ts";
import { isInternal, toProblem } from "./problem.ts";
import { refuseConnection } from "./refuse-connection.ts";
import { send } from "./send.ts";

/** An answer that left the house. */
export interface SentAnswer {
  readonly method: string;
  /** The path of its route with `:name` parameters; undefined where no route fits. */
  readonly path: string | undefined;
  readonly status: number;
  /** From the request's head to the answer's last byte. */
  readonly seconds: number;
}

export interface MountOptions {
  /** Largest body in bytes. Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** A request must have come in whole by then; 0 waits for as long as something comes. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** A connection on which nothing moves for that long is closed. Default: none is. */
  readonly idleTimeoutMs?: number;
  /** An answer that is not a stream must be ready by then. Default 10 min. */
  readonly answerTimeoutMs?: number;
  /** Knows the keys; looked up at every call, so that a getter may begin to ask for keys. Default: none are asked for, and admins' routes answer nobody. */
  readonly findKeyHolder?: FindKeyHolder;
  /** Names by which this server may be called, without ports. Default: any. */
  readonly allowedHosts?: readonly string[];
  /** Origins whose pages may read the answers. Default none. */
  readonly corsOrigins?: readonly string[];
  /** Headers of every answer; those of a route go before them. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Told of every answer. */
  readonly onAnswer?: (answer: SentAnswer) => void;
  /** Told what went wrong inside. Default: nobody. */
  readonly onError?: (thrown: unknown, request: string) => void;
}

/** How often connections are looked through for requests that came too slowly; Node's own 30 s would double a limit of 30 s. */
const CHECK_EVERY_MS = 5_000;

/** Node itself takes no longer heads than 16 KiB. */
const LONGEST_PARAMETER = 16_384;

/** A fastify application with every route, not yet listening. `underWay` holds the calls that are not answered yet. */
export function mountRoutes(routes: readonly Route[], options: MountOptions, underWay: Set<OpenCall>): FastifyInstance {
  const { bodyLimitBytes = 2 ** 20, requestTimeoutMs = 30_000, idleTimeoutMs = 0, allowedHosts, corsOrigins = [], onAnswer } = options;
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: idleTimeoutMs,
    http: { connectionsCheckingInterval: CHECK_EVERY_MS },
    forceCloseConnections: "idle",
    // Who closes refuses by itself what it can answer no more.
    return503OnClosing: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    frameworkErrors: (thrown, request, reply) => void sendProblem(thrown, request, reply, options),
    clientErrorHandler: (thrown, socket) => refuseConnection(thrown, socket, options.headers),
  });
  app.setErrorHandler((thrown, request, reply) => sendProblem(thrown, request, reply, options));
  app.setNotFoundHandler((request, reply) => sendProblem(unmatched(routes, request.method, pathOf(request)), request, reply, options));
  const { headers } = options;
  if (headers !== undefined) {
    app.addHook("onRequest", (_request, reply, next) => {
      reply.headers(headers());
      next();
    });
  }
  if (allowedHosts !== undefined) {
    app.addHook("onRequest", (request, _reply, next) => {
      requireHost(request.headers.host, allowedHosts);
      next();
    });
  }
  if (corsOrigins.length > 0) allowOrigins(app, corsOrigins);
  if (onAnswer !== undefined) {
    app.addHook("onResponse", (request, reply, done) => {
      onAnswer({ method: request.method, path: request.routeOptions.url, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
      done();
    });
  }
  const mount = (on: FastifyInstance, route: Route): void => mountRoute(on, route, options, routes.some(({ method, path }) => method === "HEAD" && path === route.path), underWay);
  for (const route of routes) if (route.bodyKind !== "stream") mount(app, route);
  void app.register((streams, _options, done) => {
    streams.removeAllContentTypeParsers();
    streams.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    for (const route of routes) if (route.bodyKind === "stream") mount(streams, route);
    done();
  });
  return app;
}

/** `answersHead`: the table has a route for HEAD on the same path. */
function mountRoute(app: FastifyInstance, route: Route, options: MountOptions, answersHead: boolean, underWay: Set<OpenCall>): void {
  const { answerTimeoutMs = 600_000, bodyLimitBytes = 2 ** 20 } = options;
  const { method, path } = route;
  app.route({
    method,
    url: path,
    exposeHeadRoute: method === "GET" && !answersHead,
    ...(route.bodyLimitBytes === undefined ? {} : { bodyLimit: route.bodyLimitBytes }),
    // Before the body is read: nobody without a key can make this process hold one.
    ...(route.access === "open" ? {} : {
      onRequest(request: FastifyRequest, _reply: FastifyReply, next: () => void) {
        requireAccess(route, request.headers, options.findKeyHolder);
        next();
      },
    }),
    handler(request, reply) {
      let call: OpenCall | undefined;
      const open = () => (call ??= openCall(reply, underWay));
      const setHeaders = (added: Readonly<Record<string, string>>) => void reply.headers(added);
      const answer = callRoute(route, describeRequest(request, readBody(route, request, bodyLimitBytes), setHeaders), open, answerTimeoutMs);
      return answer instanceof Promise ? answer.then((ready) => send(route, ready, reply)) : send(route, answer, reply);
    },
    errorHandler: (thrown, request, reply) => sendProblem(thrown, request, reply, options, route),
  });
}

function describeRequest(request: FastifyRequest, body: unknown, setHeaders: IncomingCall["setHeaders"]): IncomingCall {
  return {
    body,
    setHeaders,
    method: request.method as RouteMethod,
    query: request.query,
    params: request.params as Readonly<Record<string, string>>,
    // Node joins repeated headers, except for Set-Cookie, which no client sends.
    headers: request.headers as Readonly<Record<string, string | undefined>>,
    url: request.url,
    get origin() {
      return originOf(request);
    },
  };
}

function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply, { onError = () => {}, headers }: MountOptions, route?: Route): FastifyReply {
  const problem = toProblem(thrown);
  if (isInternal(problem)) onError(thrown, `${request.method} ${pathOf(request)}`);
  for (const [name, value] of Object.entries(headers?.() ?? {})) if (!reply.hasHeader(name)) reply.header(name, value);
  const { status, body, headers: own = {} } = route?.problem?.(problem.body) ?? problem;
  return reply.removeHeader("content-type").removeHeader("content-length").status(status).headers({ ...problem.headers, ...own }).send(body);
}

function unmatched(routes: readonly Route[], method: string, path: string): Error {
  const allowed = routes.filter((route) => matches(route.path, path)).map((route) => route.method);
  return allowed.length > 0 ? methodNotAllowed(method, path, [...new Set(allowed)]) : routeNotFound(method, path);
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const found = path.split("/");
  if (wanted.at(-1) === "*") return found.length >= wanted.length && matches(wanted.slice(0, -1).join("/"), found.slice(0, wanted.length - 1).join("/"));
  return wanted.length === found.length && wanted.every((part, index) => part.startsWith(":") || part === found[index]);
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0] ?? request.url;
}
