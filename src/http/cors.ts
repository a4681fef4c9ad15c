// Pages of other sites may read answers only where their origin is named (https://fetch.spec.whatwg.org/#http-cors-protocol). Cookies are never
// asked for: a key travels in a header.
import type { FastifyInstance } from "fastify";

/** Answers preflights, and marks the answers that pages of `origins` may read. `*` stands for all. */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook("onRequest", async (request, reply) => {
    const { origin } = request.headers;
    if (!origins.includes("*")) reply.header("vary", "Origin");
    if (origin === undefined || !(origins.includes("*") || origins.includes(origin))) return;
    reply.headers({ "access-control-allow-origin": origins.includes("*") ? "*" : origin, "access-control-expose-headers": "*" });
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined) return;
    return reply
      .status(204)
      .headers({
        "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "content-type, authorization, x-api-key",
        "access-control-max-age": "600",
      })
      .send();
  });
}
