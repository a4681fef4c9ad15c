import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Route } from "../route.ts";
import { DOCS_HEADERS, DOCS_PAGE } from "./docs-page.ts";
import { cannotListen, portInUse } from "./errors.ts";
import { mountRoutes, type MountOptions } from "./mount.ts";
import type { OpenCall } from "./open-call.ts";
import { describeApi } from "./openapi.ts";

export interface ListenOptions extends MountOptions {
  readonly routes: readonly Route[];
  /** Default 127.0.0.1: reachable from this machine only. */
  readonly host?: string;
  /** 0 takes a free one. Default 8000. */
  readonly port?: number;
  /** For the documentation. */
  readonly title: string;
  readonly version: string;
  /** How long `close` waits for answers under way before it aborts them. Default 10 s. */
  readonly closeGraceMs?: number;
}

export interface ListeningServer {
  /** Where it can be reached, with the port that was taken. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets those under way finish for a while, then ends. Harmless when called twice. */
  close(): Promise<void>;
}

/** Mounts the routes, `/openapi.json`, `/docs` and `/`, and listens. @throws `http.port_in_use`, `http.cannot_listen` */
export async function listen(options: ListenOptions): Promise<ListeningServer> {
  const { routes, host = "127.0.0.1", port = 8000, title, version, closeGraceMs = 10_000 } = options;
  const underWay = new Set<OpenCall>();
  const app = mountRoutes(routes, options, underWay);
  mountDocumentation(app, routes, { title, version });
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    throw (cause as NodeJS.ErrnoException).code === "EADDRINUSE" ? portInUse(host, port, cause) : cannotListen(host, port, cause);
  }
  const taken = (app.server.address() as AddressInfo).port;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    port: taken,
    close() {
      closing ??= closeGracefully(app, underWay, closeGraceMs);
      return closing;
    },
  };
}

/** A connection kept alive for a next request would hold the server open: each is closed as soon as its answer is out. */
async function closeGracefully(app: FastifyInstance, underWay: ReadonlySet<OpenCall>, graceMs: number): Promise<void> {
  const abort = setTimeout(() => {
    for (const call of underWay) call.abort();
  }, graceMs);
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs + 1_000);
  const sweep = setInterval(() => app.server.closeIdleConnections(), 20);
  try {
    await app.close();
  } finally {
    clearTimeout(abort);
    clearTimeout(cut);
    clearInterval(sweep);
  }
}

function mountDocumentation(app: FastifyInstance, routes: readonly Route[], about: { readonly title: string; readonly version: string }): void {
  const document = describeApi(routes, about);
  app.get("/openapi.json", () => Promise.resolve(document));
  app.get("/docs", (_request, reply) => reply.headers(DOCS_HEADERS).send(DOCS_PAGE));
  if (!routes.some(({ path }) => path === "/")) app.get("/", () => Promise.resolve({ name: about.title, version: about.version, docs: "/docs", openapi: "/openapi.json" }));
}
