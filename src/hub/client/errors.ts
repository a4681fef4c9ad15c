import { TunesmithError } from "../../errors.ts";
import { pathPrefix, type RepositoryKind } from "../kind.ts";

/** What was being done when the hub answered. */
export interface Deed {
  /** With its object, as it stands after "Cannot": `commit to alice/tiny`. */
  readonly what: string;
  readonly endpoint: string;
  readonly kind?: RepositoryKind;
  readonly id?: string;
  readonly revision?: string;
}

/** Turns a refusal into words. `X-Error-Code` decides first, the status second. */
export function refusedDeed(deed: Deed, hasToken: boolean, status: number, errorCode: string | null, serverMessage: string): TunesmithError {
  const { what, endpoint, kind, id, revision = "main" } = deed;
  const page = id === undefined || kind === undefined ? endpoint : `${endpoint}${pathPrefix(kind)}/${id}`;
  const said = serverMessage === "" ? "" : ` (it says: ${serverMessage})`;
  const make = (code: string, state: string, hint: string) =>
    new TunesmithError({ code: `hub.${code}`, message: `Cannot ${what}: ${state}`, hint, details: { status, endpoint, ...(id !== undefined && { id }) } });

  if (errorCode === "GatedRepo") return make("gated", `access to it is restricted${said}`, `Ask for access at ${page}.`);
  if (errorCode === "RevisionNotFound") return make("revision_not_found", `it has no revision ${revision}`, `Choose a branch, tag or commit listed at ${page}.`);
  if (errorCode === "EntryNotFound") return make("file_not_found", `it has no such file or folder at ${revision}${said}`, `Choose one listed at ${page}/tree/${revision}.`);
  if (status === 401) return make("unauthorized", hasToken ? `${endpoint} does not accept the token${said}` : `${endpoint} needs a token, none is set`, "Make a token with write access and set HF_TOKEN.");
  if (status === 403) return make("forbidden", `the token may not do that${said}`, "Use a token with write access to this owner's repositories.");
  if (errorCode === "RepoNotFound" || status === 404) return make(`${kind ?? "repository"}_not_found`, `${endpoint} has no such ${kind ?? "repository"}, or it is private`, "Check the id, and that HF_TOKEN belongs to an account that may see it.");
  if (status === 412) return make("commit_conflict", `${revision} was changed by somebody else meanwhile${said}`, "Read the newest state and commit again.");
  if (status === 413 || status === 507) return make("too_large", `${endpoint} has no room for it${said}`, "Free some space there, or upload less.");
  if (status === 429) return make("rate_limited", `${endpoint} answers that there were too many requests`, "Wait a few minutes and run the command again: it continues where it stopped.");
  if (status >= 500) return make("unavailable", `${endpoint} answers with status ${status}${said}`, "Run the command again later: it continues where it stopped.");
  return make("refused", `${endpoint} answers with status ${status}${said}`, "Correct what it names, or check HF_ENDPOINT.");
}

export function unreachableDeed({ what, endpoint }: Deed, cause: unknown): TunesmithError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = inner instanceof Error ? inner.message || String((inner as NodeJS.ErrnoException).code) : String(inner);
  return new TunesmithError({ code: "hub.unreachable", message: `Cannot ${what}: no connection to ${endpoint} (${reason})`, hint: "Check the network and HF_ENDPOINT and run the command again: it continues where it stopped.", cause });
}

export function answerStrange({ what, endpoint }: Deed, state: string): TunesmithError {
  return new TunesmithError({ code: "hub.unexpected_answer", message: `Cannot ${what}: ${endpoint} ${state}`, hint: "Check that HF_ENDPOINT is a Hugging Face compatible hub." });
}

export function repositoryExists(kind: RepositoryKind, id: string, url: string): TunesmithError {
  return new TunesmithError({ code: "hub.repository_exists", message: `Cannot create ${kind} ${id}: it exists already at ${url}`, hint: "Choose another name.", details: { url } });
}

export function branchExists(id: string, branch: string): TunesmithError {
  return new TunesmithError({ code: "hub.branch_exists", message: `Cannot create branch ${branch} of ${id}: it exists already`, hint: "Choose another name." });
}

/** A tag is never moved: what people cite must stay what it was. */
export function tagTaken(id: string, tag: string, found: string, wanted: string): TunesmithError {
  return new TunesmithError({
    code: "hub.tag_taken",
    message: `Cannot tag ${id} as ${tag}: the tag stands at commit ${found}, it was to stand at ${wanted}`,
    hint: "Choose the next version, or delete the tag first if nobody relies on it.",
    details: { found, wanted },
  });
}

export function commitConflict(id: string, revision: string, found: string, expected: string): TunesmithError {
  return new TunesmithError({
    code: "hub.commit_conflict",
    message: `Cannot commit to ${id}: ${revision} is at ${found}, it was expected at ${expected}`,
    hint: "Read the newest state and commit again.",
    details: { found, expected },
  });
}

export function pathUnfit(path: string): TunesmithError {
  return new TunesmithError({ code: "hub.path_unfit", message: `Cannot upload ${JSON.stringify(path)}: a path in a repository has parts between slashes, none of them empty, . or ..`, hint: "Rename the file." });
}

export function repositoryIdUnfit(id: string): TunesmithError {
  return new TunesmithError({ code: "hub.reference_invalid", message: `Cannot use repository ${JSON.stringify(id)}: an id has the form owner/name`, hint: "Give the id as it stands on the hub." });
}

/** A server that took a file and has another one now. */
export function uploadUnverified(id: string, path: string, found: string, expected: string): TunesmithError {
  return new TunesmithError({
    code: "hub.upload_unverified",
    message: `Cannot trust the upload to ${id}: ${path} has digest ${found} there, ${expected} was sent`,
    hint: "Upload it again; nothing was deleted here.",
  });
}

export function tokenMissing(purpose: string): TunesmithError {
  return new TunesmithError({ code: "hub.token_missing", message: `Cannot ${purpose}: no token is set, one with write access is needed`, hint: "Set HF_TOKEN, or log in with the hub's own command line." });
}
