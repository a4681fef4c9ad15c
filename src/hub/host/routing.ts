// How the routes of a hub are made: every one answers errors in the form of Hugging Face's hub, echoes the id of a request, and asks for
// tokens itself, before it reads the body.
import { defineRoute, type Route, type RouteCall, type RouteMethod, type RouteReply } from "../../route.ts";
import { pathPrefix } from "../kind.ts";
import type { TokenHolder } from "./accounts.ts";
import { identify, mayRead, maySee, requireWriter } from "./caller.ts";
import { accessRestricted, accessRestrictedAnonymous, bodyInvalid, diskFull, repositoryHidden, repositoryMissing } from "./errors.ts";
import type { Host } from "./host.ts";
import { hubProblem } from "./problem.ts";
import { KINDS } from "./repositories.ts";
import type { Repository } from "./repository.ts";

/** One call of a hub, its caller known. */
export interface HubCall {
  readonly host: Host;
  readonly call: RouteCall;
  readonly caller: TokenHolder | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  readonly query: URLSearchParams;
  /** What the `*` at the end of the path stands for. */
  readonly rest: string;
}

export interface RepositoryCall extends HubCall {
  readonly repository: Repository;
}

export interface HubRouteParts {
  readonly method: RouteMethod;
  readonly path: string;
  readonly summary: string;
  /** Default 4 MiB. */
  readonly limitBytes?: number;
  /** Its tokens are no account's; the route checks them itself. */
  readonly hasForeignTokens?: boolean;
  /** Errors in another form. */
  readonly problem?: Route["problem"];
}

const DEFAULT_LIMIT_BYTES = 4 * 2 ** 20;

/** A route that is about no one repository. */
export function hubRoute(host: Host, { limitBytes = DEFAULT_LIMIT_BYTES, problem = hubProblem, hasForeignTokens = false, ...parts }: HubRouteParts, run: (call: HubCall) => Promise<RouteReply> | RouteReply): Route {
  return defineRoute({
    ...parts,
    access: "open",
    bodyKind: "stream",
    bodyLimitBytes: limitBytes,
    problem,
    async run(call) {
      call.setHeaders({ "x-request-id": requestId(call.headers) ?? host.newId() });
      try {
        const caller = hasForeignTokens ? undefined : identify(host.accounts, call);
        return await run({ host, call, caller, body: call.body as AsyncIterable<Uint8Array>, query: new URLSearchParams(call.url.split("?")[1] ?? ""), rest: call.params["*"] ?? "" });
      } catch (thrown) {
        throw isDiskFull(thrown) ? diskFull(thrown) : thrown;
      }
    },
  });
}

export interface RepositoryRouteParts extends HubRouteParts {
  /** `api`: below `/api/models/owner/name`; `page`: below `/owner/name`, where `/datasets` stands before a dataset. Default `api`. */
  readonly base?: "api" | "page";
  /** `see` that it is there, `read` its files, or `write`. */
  readonly needs: "see" | "read" | "write";
}

/** The same route for models, datasets and spaces. */
export function repositoryRoutes(host: Host, parts: RepositoryRouteParts, run: (call: RepositoryCall) => Promise<RouteReply> | RouteReply): readonly Route[] {
  const { base = "api", needs, path, ...rest } = parts;
  return KINDS.map((kind) =>
    hubRoute(host, { ...rest, path: `${base === "api" ? `/api/${kind}s` : pathPrefix(kind)}/:owner/:name${path}` }, (hubCall) => {
      const { owner = "", name = "" } = hubCall.call.params;
      const id = `${owner}/${base === "page" ? name.replace(/\.git$/i, "") : name}`;
      const found = host.repositories.find(kind, id);
      const { caller, call } = hubCall;
      if (found === undefined || !maySee(host.accounts, found.repository.record, caller)) throw caller === undefined ? repositoryHidden(kind, id) : repositoryMissing(kind, id);
      const { repository, isFormer } = found;
      if (needs === "write") requireWriter(host.accounts, repository.record.owner, repository.id, caller);
      if (needs === "read" && !mayRead(host.accounts, repository.record, caller)) throw caller === undefined ? accessRestrictedAnonymous(repository) : accessRestricted(repository);
      // A client that writes to an old name has a body to send, and would have to send it twice.
      if (isFormer && (call.method === "GET" || call.method === "HEAD")) return { empty: true, status: 307, headers: { location: renamed(call.url, id, repository.id) } };
      return run({ ...hubCall, repository });
    }),
  );
}

/** The address of a repository's page. */
export function pageOf({ kind, id }: Repository, origin: string): string {
  return `${origin}${pathPrefix(kind)}/${id}`;
}

/** All values of a query field, whichever way a list is spelled: `a=1&a=2`, `a[]=1&a[]=2`. */
export function listOf(query: URLSearchParams, name: string): readonly string[] {
  return [...query.getAll(name), ...query.getAll(`${name}[]`)];
}

export function isTrue(query: URLSearchParams, name: string): boolean {
  return ["true", "1", "True"].includes(query.get(name) ?? "");
}

/** A number in the query. @throws `hub.body_invalid` */
export function wholeNumber(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw bodyInvalid(`"${name}" must be a whole number`);
  return value;
}

/** `Link` to the next page of what was asked for; the cursor is ours. */
export function nextLink({ origin, url }: RouteCall, cursor: string | undefined): Readonly<Record<string, string>> {
  if (cursor === undefined) return {};
  const next = new URL(url, origin);
  next.searchParams.set("cursor", cursor);
  return { link: `<${next.href}>; rel="next"` };
}

function renamed(url: string, from: string, to: string): string {
  const [path = "", query] = url.split("?");
  const [owner, name] = from.split("/");
  const parts = path.split("/");
  const at = parts.findIndex((part, index) => decode(part) === owner && decode(parts[index + 1] ?? "").replace(/\.git$/i, "") === name);
  const suffix = /\.git$/i.test(parts[at + 1] ?? "") ? ".git" : "";
  return `${[...parts.slice(0, at), `${to}${suffix}`, ...parts.slice(at + 2)].join("/")}${query === undefined ? "" : `?${query}`}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function requestId(headers: RouteCall["headers"]): string | undefined {
  const id = headers["x-request-id"] ?? headers["x-amzn-trace-id"];
  return id !== undefined && /^[\x20-\x7e]{1,200}$/.test(id) ? id : undefined;
}

function isDiskFull(thrown: unknown): boolean {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT";
}
