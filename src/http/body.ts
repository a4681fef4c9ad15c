import type { FastifyRequest } from "fastify";
import type { Route } from "../route.ts";
import { bodyCutOff, bodyTooLarge } from "./errors.ts";

/** The body of a request as its route wants it: parsed, or as it comes. @throws `http.body_too_large` when the request says so beforehand */
export function readBody(route: Route, request: FastifyRequest, serverLimitBytes: number): unknown {
  if (route.bodyKind !== "stream") return request.body;
  const limitBytes = route.bodyLimitBytes ?? serverLimitBytes;
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) throw bodyTooLarge(limitBytes);
  return boundedBytes((request.body ?? []) as AsyncIterable<Uint8Array>, limitBytes);
}

/** Reads no further than the limit, and no faster than its reader. @throws `http.body_too_large`, `http.body_cut_off` */
async function* boundedBytes(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, limitBytes: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  try {
    for await (const piece of bytes) {
      total += piece.byteLength;
      if (total > limitBytes) throw bodyTooLarge(limitBytes);
      yield piece;
    }
  } catch (thrown) {
    throw (thrown as NodeJS.ErrnoException).code === "ECONNRESET" ? bodyCutOff(thrown) : thrown;
  }
}
