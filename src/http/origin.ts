import type { FastifyRequest } from "fastify";
import { hostMalformed } from "./errors.ts";

/** A name or an address, with or without a port. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Scheme, name and port that a client used, by its header Host (RFC 9110, 7.2); a proxy that ends TLS says so in X-Forwarded-Proto. It goes only
 * into the answer to the same client. @throws `http.malformed_request`
 */
export function originOf({ headers, socket }: Pick<FastifyRequest, "headers" | "socket">): string {
  const host = headers.host ?? `${socket.localAddress?.includes(":") === true ? `[${socket.localAddress}]` : socket.localAddress}:${socket.localPort}`;
  if (!HOST.test(host)) throw hostMalformed();
  const scheme = headers["x-forwarded-proto"] === "https" ? "https" : "http";
  return `${scheme}://${host}`;
}
