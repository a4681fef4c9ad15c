// From a name to a path: a local path wins, then the cache, then the hub.
import { exists, requireFreeBytes } from "../files/index.ts";
import { findCommit, findComplete, hasAllWeights, linkIntoSnapshot, repositoryCache, writeRef, type RepositoryCache } from "./cache.ts";
import { downloadBlob, partialBytes } from "./download.ts";
import { answerUnusable, offlineAndMissing, refused, type Question } from "./errors.ts";
import { readListing, readRemoteFile, type RemoteFile } from "./metadata.ts";
import { chooseFiles, chooseSideFiles, type ModelPart } from "./needed-files.ts";
import { parseReference, requireRevision, type ModelReference } from "./reference.ts";
import { defaultWait, type Connection } from "./request.ts";
import { findEndpoint, findHubCache, findToken, isOffline, type Environment } from "./settings.ts";

export interface DownloadProgress {
  /** The file being downloaded. */
  readonly file: string;
  /** Of all files together, what an earlier attempt left included. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface ResolveOptions {
  /** Branch, tag or commit. Default `main`. */
  readonly revision?: string;
  /** `tokenizer`: everything but the weights. Default `model`. */
  readonly part?: ModelPart;
  /** Default: the cache shared with Python (HF_HUB_CACHE, HF_HOME). */
  readonly cacheDir?: string;
  /** Default: HF_ENDPOINT, else https://huggingface.co. */
  readonly endpoint?: string;
  /** Default: HF_TOKEN, else the token file. Never printed. */
  readonly token?: string;
  /** Default `process.env`. */
  readonly environment?: Environment;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** Waits between attempts, in milliseconds. */
  readonly wait?: (ms: number) => Promise<void>;
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

  const connection: Connection = {
    endpoint: findEndpoint(environment, options.endpoint),
    token: findToken(environment, options.token),
    fetch: options.fetch ?? globalThis.fetch,
    signal: options.signal,
    wait: options.wait ?? defaultWait(options.signal),
  };
  return download(connection, repository, model, { ...options, revision });
}

async function download(
  connection: Connection,
  repository: RepositoryCache,
  model: ModelReference,
  { revision, part, onProgress }: ResolveOptions & { readonly revision: string },
): Promise<ResolvedModel> {
  const question: Question = { id: model.id, revision, endpoint: connection.endpoint, hasToken: connection.token !== undefined };
  const { commit, names } = await readListing(connection, question);
  const files: RemoteFile[] = [];
  for (const name of namesWanted(question, model, names, part)) files.push(await readRemoteFile(connection, question, commit, name));

  const totalBytes = sum(files.map((file) => file.sizeBytes));
  const present = new Map(files.map((file) => [file, exists(repository.blob(file.etag)) ? file.sizeBytes : partialBytes(repository, file)]));
  requireFreeBytes(repository.directory, totalBytes - sum([...present.values()]));
  for (const file of files) {
    const onBytes = (doneBytes: number) => {
      present.set(file, doneBytes);
      onProgress?.({ file: file.name, doneBytes: sum([...present.values()]), totalBytes });
    };
    await downloadBlob({ connection, question, repository, commit, file, onBytes });
    linkIntoSnapshot(repository, commit, file.name, file.etag);
  }
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
