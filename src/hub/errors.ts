import { TunesmithError } from "../errors.ts";
import { pathPrefix, type RepositoryKind } from "./kind.ts";

export function referenceInvalid(reference: string): TunesmithError {
  return new TunesmithError({
    code: "hub.reference_invalid",
    message: `Cannot find model ${reference}: there is no such file or directory, and a Hub id has the form owner/name or owner/name:file.gguf`,
    hint: "Check the path, or give the id as it stands on the Hub.",
  });
}

export function datasetIdInvalid(text: string): TunesmithError {
  const meant = /datasets\/([\w.-]+\/[\w.-]+)/.exec(text)?.[1];
  return new TunesmithError({
    code: "hub.reference_invalid",
    message: `Cannot find dataset ${text}: the id of a dataset on the Hub has the form owner/name`,
    hint: meant === undefined ? "Give the id as it stands on the Hub, or a file or directory with --input-file." : `Give the id alone: ${meant}`,
  });
}

export function revisionInvalid(revision: string): TunesmithError {
  return new TunesmithError({ code: "hub.revision_invalid", message: `Cannot use revision ${JSON.stringify(revision)}: it is not a branch, tag or commit id`, hint: "Give a name such as main, v1.0 or refs/pr/1." });
}

export function endpointInvalid(endpoint: string): TunesmithError {
  return new TunesmithError({ code: "hub.endpoint_invalid", message: `Cannot use the hub at ${JSON.stringify(endpoint)}: it is not an http or https address`, hint: "Correct HF_ENDPOINT." });
}

/** Says where the token came from, never what it is. */
export function tokenInvalid(origin: string): TunesmithError {
  return new TunesmithError({ code: "hub.token_invalid", message: `Cannot use the token from ${origin}: it has blanks or characters that no token has`, hint: "Copy the token again, without line breaks." });
}

export function offlineAndMissing(id: string, cache: string): TunesmithError {
  return new TunesmithError({
    code: "hub.offline",
    message: `Cannot get ${id}: HF_HUB_OFFLINE is set and the cache at ${cache} does not hold all of it`,
    hint: "Unset HF_HUB_OFFLINE to download it, or give the path of a local copy.",
  });
}

/** What the server's answer is about. */
export interface Question {
  readonly kind: RepositoryKind;
  readonly id: string;
  readonly revision: string;
  readonly endpoint: string;
  /** The file asked for, if it was one. */
  readonly file?: string;
  readonly hasToken: boolean;
}

/** Turns a refusal into words. `X-Error-Code` decides first, the status second. */
export function refused(question: Question, status: number, errorCode: string | null, serverMessage: string): TunesmithError {
  const { kind, id, revision, endpoint, file, hasToken } = question;
  const page = `${endpoint}${pathPrefix(kind)}/${id}`;
  const said = serverMessage === "" ? "" : ` (it says: ${serverMessage})`;
  const make = (code: string, state: string, hint: string) =>
    new TunesmithError({ code: `hub.${code}`, message: `Cannot download ${id}: ${state}`, hint, details: { status, endpoint, revision, ...(file === undefined ? {} : { file }) } });

  if (errorCode === "GatedRepo") return make("gated", `access to it is restricted${said}`, `Ask for access at ${page}, then ${hasToken ? "check that HF_TOKEN belongs to the account that got it" : "set HF_TOKEN"}.`);
  if (errorCode === "RevisionNotFound") return make("revision_not_found", `it has no revision ${revision}`, `Choose a branch, tag or commit listed at ${page}.`);
  if (errorCode === "EntryNotFound" || (file !== undefined && status === 404)) return make("file_not_found", `it has no file ${file ?? "of that name"} at ${revision}`, `Choose one listed at ${page}/tree/${revision}.`);
  if (serverMessage === "Access to this resource is disabled.") return make("disabled", "the hub has disabled it", `Choose another ${kind}.`);
  if (errorCode === "RepoNotFound" || status === 404 || (status === 401 && !hasToken)) {
    return make(`${kind}_not_found`, `${endpoint} has no such ${kind}, or it is private`, hasToken ? "Check the id, and that HF_TOKEN may read it." : `Check the id; for a private ${kind} set HF_TOKEN.`);
  }
  if (status === 401) return make("unauthorized", `${endpoint} does not accept the token${said}`, "Make a new token and set HF_TOKEN.");
  if (status === 403) return make("forbidden", `the token may not read it${said}`, `Give the token read access to this ${kind}.`);
  if (status === 429) return make("rate_limited", `${endpoint} answers that there were too many requests`, hasToken ? "Wait a few minutes and run the command again: it continues where it stopped." : "Set HF_TOKEN for a higher limit, or wait; the download continues where it stopped.");
  if (status >= 500) return make("unavailable", `${endpoint} answers with status ${status}${said}`, "Run the command again later: it continues where it stopped.");
  return make("unexpected_answer", `${endpoint} answers with status ${status}${said}`, "Check HF_ENDPOINT.");
}

export function unreachable(question: Question, cause: unknown): TunesmithError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const reason = inner instanceof Error ? inner.message : String(inner);
  return new TunesmithError({
    code: "hub.unreachable",
    message: `Cannot download ${question.id}: no connection to ${question.endpoint} (${reason})`,
    hint: `${question.kind === "model" ? "Check the path if it was meant as one; else check" : "Check"} the network and HF_ENDPOINT and run the command again: it continues where it stopped.`,
    cause,
  });
}

export function answerUnusable(question: Question, state: string): TunesmithError {
  return new TunesmithError({ code: "hub.unexpected_answer", message: `Cannot download ${question.id}: ${question.endpoint} ${state}`, hint: "Check that HF_ENDPOINT is a Hugging Face compatible hub." });
}

export function fileNameUnsafe(id: string, name: string): TunesmithError {
  return new TunesmithError({ code: "hub.file_name_unsafe", message: `Cannot download ${id}: it lists the file ${JSON.stringify(name)}, which would leave its folder`, hint: "Do not use this repository." });
}

export function digestMismatch(id: string, file: string, found: string, expected: string): TunesmithError {
  return new TunesmithError({
    code: "hub.digest_mismatch",
    message: `Cannot download ${id}: the digest of ${file} is ${found}, the hub promised ${expected}`,
    hint: "Run the command again; if it happens twice, the hub or something on the way changes the file.",
  });
}

export function weightsMissing(id: string, others: readonly string[]): TunesmithError {
  const gguf = others.find((name) => name.endsWith(".gguf"));
  const has = others.length === 0 ? "no weights at all" : others.slice(0, 5).join(", ") + (others.length > 5 ? `, and ${others.length - 5} more` : "");
  return new TunesmithError({
    code: "hub.weights_missing",
    message: `Cannot download ${id}: it needs safetensors weights, it has ${has}`,
    hint: gguf === undefined ? "Choose a model with safetensors files." : `Name the file: ${id}:${gguf}`,
  });
}
