// A route is a value: the room of the noun exports a table of them, `http` mounts them and alone knows status codes.
import type { ZodType } from "zod";

export type RouteMethod = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One call as a route sees it: parsed and validated by the schemas of its route. */
export interface RouteCall<Body = unknown, Query = unknown> {
  readonly method: RouteMethod;
  /** What the schema of the route made of the body; the bytes themselves, as they come, where the route takes a stream. */
  readonly body: Body;
  readonly query: Query;
  /** Decoded; what a `*` at the end of the path stands for is under `*`. */
  readonly params: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Path and query as they were sent, still encoded. */
  readonly url: string;
  /** Scheme, name and port by which this client calls this server: what absolute addresses in an answer begin with. */
  readonly origin: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** Adds headers to the answer, also to one that says what went wrong. */
  setHeaders(headers: Readonly<Record<string, string>>): void;
}

/** What every answer may say besides its body. */
interface ReplyHead {
  /** Default 200. */
  readonly status?: number;
  /** Override those of the server and of `setHeaders`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A JSON value, a text of another media type, bytes, a stream of server-sent events (each item is one `data:` line, and `end` one more, as it
 * stands, after the last), or nothing. A stream of bytes is read as fast as the client takes it, and closed when the client leaves.
 */
export type RouteReply = ReplyHead &
  (
    | { readonly json: unknown }
    | { readonly text: string; readonly mediaType: string }
    | { readonly stream: AsyncIterable<Uint8Array> | Uint8Array; readonly mediaType: string; readonly sizeBytes?: number }
    | { readonly events: AsyncIterable<unknown>; readonly end?: string }
    | { readonly empty: true }
  );

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
  /** A `GET` answers `HEAD` too, by the same work, unless the table has a route for it. */
  readonly method: RouteMethod;
  /** Absolute, with `:name` parameters; a `*` at its end stands for any number of parts. */
  readonly path: string;
  readonly summary: string;
  /** Who may call: `open` everybody; `key` (default) everybody, or who has a key where keys are asked for; `admin` only who has an admin's key. */
  readonly access?: "open" | "key" | "admin";
  readonly body?: ZodType<Body>;
  /** `json` (default): read whole, then validated. `stream`: of any media type, handed over as it comes (`AsyncIterable<Uint8Array>`), unbounded in time. */
  readonly bodyKind?: "json" | "stream";
  /** Default: the server's. */
  readonly bodyLimitBytes?: number;
  readonly query?: ZodType<Query>;
  readonly reply?: ZodType;
  /** A problem in the form of a foreign API. Default: the problem itself. */
  readonly problem?: (problem: Problem) => { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };
  /** What is known at once may be returned at once. */
  readonly run: (call: RouteCall<Body, Query>) => Promise<RouteReply> | RouteReply;
}

/** Keeps the types of body and query while building a table of routes. */
export function defineRoute<Body, Query>(route: Route<Body, Query>): Route {
  return route as Route;
}
