import type { RouteCall } from "../../src/route.ts";

/** A call of a route without a server: a GET without body from a client that stays, unless told otherwise. */
export function routeCall(parts: Partial<RouteCall> = {}): RouteCall {
  return { method: "GET", body: undefined, query: {}, params: {}, headers: {}, url: "/", origin: "http://localhost:8080", signal: new AbortController().signal, setHeaders: () => {}, ...parts };
}
