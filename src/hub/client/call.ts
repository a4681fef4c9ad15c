// One call to the hub's API: patience as in ../request.ts, and a body that can be sent again.
import { askedPauseMs, backoffMs, isNetworkFault, isRedirect, type Connection } from "../pull/request.ts";
import { answerStrange, refusedDeed, unreachableDeed, type Deed } from "./errors.ts";

/** A body made anew for each attempt. */
export interface CallBody {
  readonly type: string;
  readonly sizeBytes?: number;
  readonly open: () => AsyncIterable<Uint8Array>;
}

export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below the endpoint, with its slash; or a whole address, to which the token goes only where it is the hub's own. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly jsonType?: string;
  readonly body?: CallBody;
  /** An address that carries its own permission gets no token. */
  readonly anonymous?: boolean;
  /** Whether the same call twice does what it does once. Default true; a call that is not is sent once and its loss is told. */
  readonly repeatable?: boolean;
  /** Answers besides 2xx that the caller reads itself. */
  readonly accept?: readonly number[];
}

const ATTEMPTS = 6;
const LONGEST_WAIT_MS = 300_000;
const MOST_REDIRECTS = 5;
const MOST_SAID = 200;

/** Thrown for a call that is not repeatable when nobody knows whether the hub did it. */
export class AnswerLost extends Error {
  override readonly name = "AnswerLost";
}

/** Sends a call, again after 408, 429, 5xx and a broken connection. @throws `hub.…` errors for refusals, {@link AnswerLost} */
export async function call(connection: Connection, request: Call, deed: Deed): Promise<Response> {
  const { attempts = ATTEMPTS } = connection;
  for (let attempt = 1; ; attempt += 1) {
    connection.signal?.throwIfAborted();
    let pauseMs = backoffMs(attempt);
    try {
      const response = await send(connection, request, deed);
      if (response.ok || request.accept?.includes(response.status) === true) return response;
      const { status } = response;
      if (request.repeatable === false && (status === 408 || (status >= 500 && status !== 501 && status !== 507))) {
        await response.body?.cancel();
        throw new AnswerLost(`the hub answers with status ${status}`);
      }
      const isPassing = status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 507);
      if (!isPassing || attempt >= attempts) throw await toRefusal(connection, response, deed);
      pauseMs = askedPauseMs(response.headers) ?? pauseMs;
      await response.body?.cancel();
    } catch (thrown) {
      if (!isNetworkFault(thrown)) throw thrown;
      if (request.repeatable === false) throw new AnswerLost("the connection broke", { cause: thrown });
      if (attempt >= attempts) throw unreachableDeed(deed, thrown);
    }
    await connection.wait(Math.min(pauseMs, LONGEST_WAIT_MS));
  }
}

/** {@link call}, and its answer as JSON. */
export async function callForJson(connection: Connection, request: Call, deed: Deed): Promise<Readonly<Record<string, unknown>>> {
  return readJsonObject(await call(connection, request, deed), deed);
}

export async function readJsonObject(response: Response, deed: Deed): Promise<Readonly<Record<string, unknown>>> {
  const value = await readJsonAnswer(response, deed);
  if (typeof value !== "object" || value === null) throw answerStrange(deed, "does not answer with a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

export async function readJsonAnswer(response: Response, deed: Deed): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw answerStrange(deed, "does not answer with JSON");
    throw cause;
  }
}

/** Follows redirects itself with the same method and body, so that the token never leaves the host it is for. */
async function send(connection: Connection, request: Call, deed: Deed): Promise<Response> {
  const home = new URL(connection.endpoint).host;
  let url = new URL(request.path.startsWith("/") ? `${connection.endpoint}${request.path}` : request.path);
  for (let hop = 0; ; hop += 1) {
    const authorized = connection.token !== undefined && url.host === home && request.anonymous !== true;
    const { type, sizeBytes, open } = bodyOf(request);
    const response = await fetchStreaming(connection.fetch, url, open, {
      method: request.method,
      headers: {
        "accept-encoding": "identity",
        "user-agent": "tunesmith",
        ...(type !== undefined && { "content-type": type }),
        ...(sizeBytes !== undefined && { "content-length": String(sizeBytes) }),
        ...request.headers,
        ...(authorized ? { authorization: `Bearer ${connection.token}` } : {}),
      },
      signal: connection.signal ?? null,
    });
    const location = isRedirect(response) ? response.headers.get("location") : null;
    if (location === null) return response;
    await response.body?.cancel();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (hop === MOST_REDIRECTS || next === undefined || !["http:", "https:"].includes(next.protocol)) throw answerStrange(deed, "redirects without end, or to nowhere");
    url = next;
  }
}

/**
 * A `fetch` that might follow a redirect keeps the whole body in memory to send it again (Fetch Standard, HTTP-network-or-cache fetch, step 8.2: it
 * clones the request). One that may not follow any streams; where it meets one, it is asked again in the other way.
 */
async function fetchStreaming(fetch: Connection["fetch"], url: URL, open: (() => unknown) | undefined, init: RequestInit): Promise<Response> {
  if (open === undefined) return fetch(url, { ...init, redirect: "manual" });
  try {
    return await fetch(url, { ...init, body: open(), duplex: "half", redirect: "error", window: null } as RequestInit);
  } catch (thrown) {
    const cause = thrown instanceof TypeError ? thrown.cause : undefined;
    if (!(cause instanceof Error) || cause.message !== "unexpected redirect") throw thrown;
    return fetch(url, { ...init, body: open(), duplex: "half", redirect: "manual" } as RequestInit);
  }
}

function bodyOf({ json, jsonType = "application/json", body }: Call): { readonly type?: string; readonly sizeBytes?: number; readonly open?: () => unknown } {
  if (json !== undefined) return { type: jsonType, open: () => JSON.stringify(json) };
  if (body === undefined) return {};
  // An empty stream with a length is refused by some servers' proxies; empty bytes are not.
  return { type: body.type, sizeBytes: body.sizeBytes, open: body.sizeBytes === 0 ? () => new Uint8Array(0) : body.open };
}

async function toRefusal({ token }: Connection, response: Response, deed: Deed): Promise<Error> {
  const message = response.headers.get("x-error-message") ?? messageOf(await response.text().catch(() => ""));
  const said = message.replaceAll(/[^\P{C}]+/gu, " ").trim();
  return refusedDeed(deed, token !== undefined, response.status, response.headers.get("x-error-code"), (token === undefined ? said : said.replaceAll(token, "…")).slice(0, MOST_SAID));
}

/** `{ error: "…" }`, or `{ errors: [{ message: "…" }] }`. */
function messageOf(body: string): string {
  try {
    const { error, errors, message } = JSON.parse(body) as Record<string, unknown>;
    const first = Array.isArray(errors) ? (errors[0] as { readonly message?: unknown } | undefined)?.message : undefined;
    return [error, first, message].find((text) => typeof text === "string") as string | undefined ?? "";
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) return "";
    throw cause;
  }
}
