// One request to the hub: who asks, patience, redirects, and a clear error at the end.
import { setTimeout as sleep } from "node:timers/promises";
import { refused, unreachable, type Question } from "../errors.ts";

/** What it takes to talk to a hub. */
export interface Connection {
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal | undefined;
  /** Waits between attempts, in milliseconds; a test passes one that returns at once. */
  readonly wait: (ms: number) => Promise<void>;
  /** How often a request is sent before its failure counts. Default six. */
  readonly attempts?: number;
}

export interface HubRequest {
  readonly method: "GET" | "HEAD";
  /** Below the endpoint, with its slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether an answer from another host is worth following (a download) or its redirect says enough (metadata). */
  readonly crossHosts: boolean;
}

const ATTEMPTS = 6;
const LONGEST_WAIT_MS = 300_000;
const MOST_REDIRECTS = 5;

export function defaultWait(signal: AbortSignal | undefined): (ms: number) => Promise<void> {
  return async (ms) => void (await sleep(ms, undefined, { signal }));
}

/** How long to wait before attempt `attempt` (1, 2, …): 1, 2, 4, 8, 8 seconds. */
export function backoffMs(attempt: number): number {
  return Math.min(2 ** (attempt - 1), 8) * 1000;
}

/**
 * Sends a request, again after 408, 429, 5xx and a broken connection, as often as the connection says. A 206, 2xx, 416 or an unfollowed
 * redirect is returned. @throws `hub.…` errors for every refusal
 */
export async function ask(connection: Connection, request: HubRequest, question: Question): Promise<Response> {
  const { attempts = ATTEMPTS } = connection;
  for (let attempt = 1; ; attempt += 1) {
    connection.signal?.throwIfAborted();
    let pauseMs = backoffMs(attempt);
    try {
      const response = await send(connection, request);
      if (response.ok || response.status === 416 || isRedirect(response)) return response;
      const retryable = response.status === 408 || response.status === 429 || response.status >= 500;
      if (!retryable || attempt === attempts) throw await toRefusal(response, question);
      pauseMs = askedPauseMs(response.headers) ?? pauseMs;
      await response.body?.cancel();
    } catch (thrown) {
      if (!isNetworkFault(thrown)) throw thrown;
      if (attempt === attempts) throw unreachable(question, thrown);
    }
    await connection.wait(Math.min(pauseMs, LONGEST_WAIT_MS));
  }
}

/** Follows redirects itself, so that the token never leaves the host it is for. */
async function send(connection: Connection, request: HubRequest): Promise<Response> {
  let url = new URL(`${connection.endpoint}${request.path}`);
  const home = url.host;
  for (let hop = 0; ; hop += 1) {
    const authorized = connection.token !== undefined && url.host === home;
    const headers = { "accept-encoding": "identity", "user-agent": "tunesmith", ...request.headers, ...(authorized ? { authorization: `Bearer ${connection.token}` } : {}) };
    const response = await connection.fetch(url, { method: request.method, headers, redirect: "manual", signal: connection.signal });
    const location = isRedirect(response) ? response.headers.get("location") : null;
    if (location === null) return response;
    const next = new URL(location, url);
    if (hop === MOST_REDIRECTS || !["http:", "https:"].includes(next.protocol)) return response;
    if (next.host !== home && !request.crossHosts) return response;
    await response.body?.cancel();
    url = next;
  }
}

export function isRedirect(response: Response): boolean {
  return response.status >= 300 && response.status < 400;
}

/** Whether a request may do better next time: `fetch` reports every broken connection as a TypeError, with these words or a cause. */
export function isNetworkFault(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const brokenFetch = thrown instanceof TypeError && (["fetch failed", "terminated"].includes(thrown.message) || thrown.cause instanceof Error);
  return brokenFetch || /^(UND_ERR|ECONN|EPIPE|ETIMEDOUT)/.test((thrown as NodeJS.ErrnoException).code ?? "");
}

/** An answer that is shorter than it said, or not the one that was asked for. */
export function connectionBroken(state: string): Error {
  return Object.assign(new Error(`the connection is unusable: ${state}`), { code: "ECONNABORTED" });
}

/** `Retry-After: 30`, or `RateLimit: "api";r=0;t=55`, in milliseconds. */
export function askedPauseMs(headers: Headers): number | undefined {
  const seconds = /^\d+$/.exec(headers.get("retry-after") ?? "")?.[0] ?? /(?:^|;)\s*t=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000 + 500;
}

async function toRefusal(response: Response, question: Question): Promise<Error> {
  const message = response.headers.get("x-error-message") ?? messageOf(await response.text().catch(() => ""));
  return refused(question, response.status, response.headers.get("x-error-code"), printable(message));
}

function messageOf(body: string): string {
  try {
    const { error } = JSON.parse(body) as { readonly error?: unknown };
    return typeof error === "string" ? error : "";
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof TypeError) return "";
    throw cause;
  }
}

/** A stranger's words on our terminal: one short line, no control characters. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{C}]+/gu, " ").trim().slice(0, 200);
}
