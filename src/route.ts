// A route is a value: the room of the noun exports a table of them, `http` mounts them and alone knows status codes.
import type { ZodType } from "zod";

/** One call as a route sees it: parsed and validated by the schemas of its route. */
export interface RouteCall<Body = unknown, Query = unknown> {
  readonly body: Body;
  readonly query: Query;
  readonly params: Readonly<Record<string, string>>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Adds headers to the answer, also to one that says what went wrong. */
  setHeaders(headers: Readonly<Record<string, string>>): void;
}

/**
 * A JSON value, a text of another media type, or a stream of server-sent events: each item is one `data:` line, and `end` one more, as it
 * stands, after the last.
 */
export type RouteReply =
  | { readonly json: unknown }
  | { readonly text: string; readonly mediaType: string }
  | { readonly events: AsyncIterable<unknown>; readonly end?: string };

/** The body of every answer that is not a success. */
export interface Problem {
  /** Stable code, to match on. */
  readonly error: string;
  readonly detail: string;
  readonly status_code: number;
  readonly hint?: string;
  readonly faults?: unknown;
}

export interface Route<Body = unknown, Query = unknown> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Absolute, with `:name` parameters. */
  readonly path: string;
  readonly summary: string;
  /** Who may call: `open` everybody; `key` (default) everybody, or who has a key where keys are asked for; `admin` only who has an admin's key. */
  readonly access?: "open" | "key" | "admin";
  readonly body?: ZodType<Body>;
  readonly query?: ZodType<Query>;
  readonly reply?: ZodType;
  /** A problem in the form of a foreign API. Default: the problem itself. */
  readonly problem?: (problem: Problem) => { readonly status: number; readonly body: unknown };
  /** What is known at once may be returned at once. */
  readonly run: (call: RouteCall<Body, Query>) => Promise<RouteReply> | RouteReply;
}

/** Keeps the types of body and query while building a table of routes. */
export function defineRoute<Body, Query>(route: Route<Body, Query>): Route {
  return route as Route;
}
