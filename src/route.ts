// A route is a value: the room of the noun exports a table of them, `http` mounts them and alone knows status codes.
import type { ZodType } from "zod";

/** One call as a route sees it: parsed and validated by the schemas of its route. */
export interface RouteCall<Body = unknown, Query = unknown> {
  readonly body: Body;
  readonly query: Query;
  readonly params: Readonly<Record<string, string>>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

/** A JSON value, or a stream of server-sent events (each item is one `data:` line). */
export type RouteReply = { readonly json: unknown } | { readonly events: AsyncIterable<unknown> };

export interface Route<Body = unknown, Query = unknown> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Absolute, with `:name` parameters. */
  readonly path: string;
  readonly summary: string;
  readonly body?: ZodType<Body>;
  readonly query?: ZodType<Query>;
  readonly reply?: ZodType;
  readonly run: (call: RouteCall<Body, Query>) => Promise<RouteReply>;
}

/** Keeps the types of body and query while building a table of routes. */
export function defineRoute<Body, Query>(route: Route<Body, Query>): Route {
  return route as Route;
}
