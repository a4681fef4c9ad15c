// From a name to a path: a local path wins, then the cache, then the hub.
import { exists } from "../../files/index.ts";
import { findCommit, findComplete, hasAllWeights, repositoryCache, writeRef, type RepositoryCache } from "./cache.ts";
import { connect, type HubOptions } from "./connect.ts";
import { answerUnusable, offlineAndMissing, refused, type Question } from "../errors.ts";
import { fetchFiles } from "./fetch-files.ts";
import { readListing, readRemoteFile, type RemoteFile } from "./metadata.ts";
import { chooseFiles, chooseSideFiles, type ModelPart } from "./needed-files.ts";
import { parseReference, requireRevision, requireSafeName, type ModelReference } from "./reference.ts";
import type { Connection } from "./request.ts";
import { findHubCache, isOffline } from "../settings.ts";

export interface ResolveOptions extends HubOptions {
  /** `tokenizer`: everything but the weights. Default `model`. */
  readonly part?: ModelPart;
}

export interface ResolvedModel {
  /** A directory with safetensors, or a `.gguf` file. */
  readonly path: string;
  readonly source: "path" | "cache" | "download";
  /** For a model of the Hub: its id, and the commit that `path` holds. */
  readonly id?: string;
  readonly commit?: string;
}

/**
 * Finds a model: an existing path as it is, a Hub id in the cache, else downloaded there (touches network and disk).
 * @throws `hub.…` errors, `files.disk_too_small` before the first byte
 */
export async function resolveModel(reference: string, options: ResolveOptions = {}): Promise<ResolvedModel> {
  if (exists(reference)) return { path: reference, source: "path" };
  const model = parseReference(reference);
  const revision = options.revision ?? "main";
  requireRevision(revision);
  const environment = options.environment ?? process.env;
  const cache = options.cacheDir ?? findHubCache(environment);
  const repository = repositoryCache(cache, model.id);

  const cached = findCommit(repository, revision);
  const path = cached === undefined ? undefined : findComplete(repository, cached, model, options.part);
  if (path !== undefined) return { path, source: "cache", id: model.id, commit: cached };
  if (isOffline(environment)) throw offlineAndMissing(reference, cache);

  return download(connect(environment, options), repository, model, { ...options, revision });
}

async function download(
  connection: Connection,
  repository: RepositoryCache,
  model: ModelReference,
  { revision, part, onProgress }: ResolveOptions & { readonly revision: string },
): Promise<ResolvedModel> {
  const question: Question = { kind: "model", id: model.id, revision, endpoint: connection.endpoint, hasToken: connection.token !== undefined };
  const { commit, names } = await readListing(connection, question);
  for (const name of names) requireSafeName(model.id, name);
  const files: RemoteFile[] = [];
  for (const name of namesWanted(question, model, names, part)) files.push(await readRemoteFile(connection, question, commit, name));
  await fetchFiles({ connection, question, repository, commit, files, onProgress });
  const path = findComplete(repository, commit, model, part) ?? openAnyway(repository.snapshot(commit), question, part);
  writeRef(repository, revision, commit);
  return { path, source: "download", id: model.id, commit };
}

function namesWanted(question: Question, model: ModelReference, names: readonly string[], part: ModelPart = "model"): readonly string[] {
  if (model.file === undefined) return part === "tokenizer" ? chooseSideFiles(names) : chooseFiles(model.id, names);
  if (names.includes(model.file)) return [model.file];
  throw refused({ ...question, file: model.file }, 404, "EntryNotFound", "");
}

/** A repository without a tokenizer is complete as far as the hub goes; one whose index names absent shards is not. */
function openAnyway(snapshot: string, question: Question, part: ModelPart = "model"): string {
  if (part === "tokenizer" || hasAllWeights(snapshot)) return snapshot;
  throw answerUnusable(question, "lists fewer weight files than the model's index names");
}
