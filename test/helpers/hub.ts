// A hub in a scratch directory, asked by calling its routes: no port, a clock that stands still, ids that count.
import { join } from "node:path";
import { tmpdir } from "node:os";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { afterAll } from "vitest";
import { parseYaml } from "../../src/config/yaml.ts";
import { TunesmithError } from "../../src/errors.ts";
import { openHost, type Host, type HostOptions } from "../../src/hub/host/host.ts";
import { hostRoutes } from "../../src/hub/host/routes.ts";
import type { Route, RouteMethod, RouteReply } from "../../src/route.ts";
import { routeCall } from "./route-call.ts";

export interface HubAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The body as JSON. */
  readonly json: unknown;
  /** What is at a dotted path of the body: `objects.0.oid`. */
  at(path: string): unknown;
}

export interface Asking {
  /** Default `ann`, who has a token that may write; `nobody` sends none. */
  readonly as?: "ann" | "bob" | "reader" | "nobody" | { readonly authorization: string };
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestHub {
  readonly directory: string;
  readonly host: Host;
  /** Asks as a client would. A body that is no text and no bytes goes as JSON. */
  ask(method: RouteMethod, url: string, asking?: Asking): Promise<HubAnswer>;
  /** Commits by the lines of its body. */
  commit(id: string, lines: readonly object[], asking?: Asking & { readonly query?: string }): Promise<HubAnswer>;
  /** The same directory, opened again as after a restart. */
  reopen(): Promise<TestHub>;
}

export const TOKENS = { ann: "hf_ann_token", bob: "hf_bob_token", reader: "hf_reader_token" } as const;
const NOW = new Date("2026-01-02T03:04:05Z");

/** Ann, Bob and the organization acme (Ann administrates it) are there, and ann/m with its first commit. */
export async function withHub(act: (hub: TestHub) => Promise<void>, options: Partial<HostOptions> = {}): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "hub-routes-"));
  try {
    template ??= makeTemplate();
    cpSync(await template, directory, { recursive: true });
    await act(await openHub(directory, options));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Made once for a file of tests and copied: nothing in a copy has to be flushed to disk. */
let template: Promise<string> | undefined;
afterAll(async () => {
  if (template !== undefined) rmSync(await template, { recursive: true, force: true });
});

async function makeTemplate(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), "hub-routes-"));
  const hub = await openHub(directory, {});
  const { accounts } = hub.host;
  for (const name of ["ann", "bob"]) await accounts.add({ name, type: "user" });
  await accounts.add({ name: "acme", type: "org", members: { ann: "admin" } });
  await accounts.addToken({ user: "ann", name: "laptop", role: "write", secret: TOKENS.ann });
  await accounts.addToken({ user: "ann", name: "viewer", role: "read", secret: TOKENS.reader });
  await accounts.addToken({ user: "bob", name: "laptop", role: "write", secret: TOKENS.bob });
  await hub.ask("POST", "/api/repos/create", { body: { name: "m" } });
  return directory;
}

async function openHub(directory: string, options: Partial<HostOptions>): Promise<TestHub> {
  let count = 0;
  const start = Math.floor(Math.random() * 2 ** 40).toString(16);
  const newId = () => `${start}${(count += 1).toString(16)}`.padStart(24, "0");
  const host = openHost(directory, { now: () => NOW, newId, parseYaml, ...options });
  const routes = hostRoutes(host);
  const ask = (method: RouteMethod, url: string, asking: Asking = {}) => callHub(routes, method, url, asking);
  return {
    directory,
    host,
    ask,
    commit: (id, lines, { query = "", ...asking } = {}) => ask("POST", `/api/models/${id}/commit/main${query}`, { ...asking, body: lines.map((line) => JSON.stringify(line)).join("\n") }),
    reopen: () => openHub(directory, options),
  };
}

async function callHub(routes: readonly Route[], method: RouteMethod, url: string, { as = "ann", body, headers = {} }: Asking): Promise<HubAnswer> {
  const found = findRoute(routes, method, url.split("?")[0]!);
  if (found === undefined) throw new Error(`no route for ${method} ${url}`);
  const sent: Record<string, string> = {};
  const authorization = as === "nobody" ? {} : { authorization: typeof as === "string" ? `Bearer ${TOKENS[as]}` : as.authorization };
  const call = routeCall({ method, url, params: found.params, headers: { ...authorization, ...headers }, body: pieces(body), setHeaders: (added) => void Object.assign(sent, added) });
  try {
    return await toAnswer(await found.route.run(call), sent);
  } catch (thrown) {
    if (!(thrown instanceof TunesmithError) || found.route.problem === undefined) throw thrown;
    const problem = found.route.problem({ error: thrown.code, detail: thrown.message, status_code: 400, ...(thrown.hint === undefined ? {} : { hint: thrown.hint }) });
    return toAnswer({ json: problem.body, status: problem.status, headers: problem.headers ?? {} }, sent);
  }
}

/** The most static path first, as a router does. */
function findRoute(routes: readonly Route[], method: RouteMethod, path: string): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  const parts = path.split("/");
  const fits = routes.flatMap((route) => {
    const wanted = route.path.split("/");
    const isOpen = wanted.at(-1) === "*";
    if (route.method !== method || (isOpen ? parts.length < wanted.length : parts.length !== wanted.length)) return [];
    const params: Record<string, string> = isOpen ? { "*": decodeURIComponent(parts.slice(wanted.length - 1).join("/")) } : {};
    for (const [index, part] of wanted.entries()) {
      if (part === "*") continue;
      if (part.startsWith(":")) params[part.slice(1)] = decodeURIComponent(parts[index]!);
      else if (part !== parts[index]) return [];
    }
    return [{ route, params, dynamic: wanted.findIndex((part) => part.startsWith(":") || part === "*") + 1 || 100 }];
  });
  return fits.sort((a, b) => b.dynamic - a.dynamic)[0];
}

async function* pieces(body: unknown): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  for (let at = 0; at < bytes.byteLength; at += 10_000) yield bytes.subarray(at, at + 10_000);
}

async function toAnswer(reply: RouteReply, sent: Readonly<Record<string, string>>): Promise<HubAnswer> {
  const bytes = Buffer.concat(await bodyOf(reply));
  const answer = { status: reply.status ?? 200, headers: Object.fromEntries(Object.entries({ ...sent, ...reply.headers }).map(([name, value]) => [name.toLowerCase(), value])), bytes };
  return {
    ...answer,
    get json(): unknown {
      return JSON.parse(bytes.toString());
    },
    at: (path) => path.split(".").reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], JSON.parse(bytes.toString())),
  };
}

async function bodyOf(reply: RouteReply): Promise<readonly Uint8Array[]> {
  if ("json" in reply) return [Buffer.from(JSON.stringify(reply.json))];
  if ("text" in reply) return [Buffer.from(reply.text)];
  if (!("stream" in reply)) return [];
  if (reply.stream instanceof Uint8Array) return [reply.stream];
  const all: Uint8Array[] = [];
  for await (const piece of reply.stream) all.push(piece);
  return all;
}

/** Lines of a commit. */
export const header = (summary = "change", more: object = {}) => ({ key: "header", value: { summary, ...more } });
export const file = (path: string, content: string | Uint8Array) => ({ key: "file", value: { path, content: Buffer.from(content).toString("base64"), encoding: "base64" } });
export const lfsFile = (path: string, oid: string, size?: number) => ({ key: "lfsFile", value: { path, algo: "sha256", oid, ...(size === undefined ? {} : { size }) } });
export const deletedFile = (path: string) => ({ key: "deletedFile", value: { path } });
