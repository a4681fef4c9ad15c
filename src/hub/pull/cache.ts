// The cache layout of the Hub's own clients: `models--owner--name/{blobs/<etag>, refs/<revision>, snapshots/<commit>/<file> → blob}`.
// https://huggingface.co/docs/huggingface_hub/guides/manage-cache
import { join } from "node:path";
import { exists, isDirectory, isFile, linkFile, readJson, readText, writeFileAtomic } from "../../files/index.ts";
import type { RepositoryKind } from "../kind.ts";
import { INDEX_FILE, type ModelPart } from "./needed-files.ts";
import type { ModelReference } from "./reference.ts";

/** 40 hex digits; some self-hosted hubs use 64. */
export const COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** The paths of one repository in a cache. */
export interface RepositoryCache {
  readonly directory: string;
  snapshot(commit: string): string;
  blob(etag: string): string;
  /** Held while a blob is written. Python's lock files stand beside it under other names, and stay there after use. */
  lock(etag: string): string;
  ref(revision: string): string;
  /** Names all files of a commit of a dataset, of which its snapshot holds some. Python does not know it and leaves it alone. */
  listing(commit: string): string;
}

export function repositoryCache(cache: string, id: string, kind: RepositoryKind = "model"): RepositoryCache {
  const name = `${kind}s--${id.replace("/", "--")}`;
  const directory = join(cache, name);
  return {
    directory,
    snapshot: (commit) => join(directory, "snapshots", commit),
    blob: (etag) => join(directory, "blobs", etag),
    lock: (etag) => join(cache, ".locks", name, `${etag}.tunesmith.lock`),
    ref: (revision) => join(directory, "refs", ...revision.split("/")),
    listing: (commit) => join(directory, "listings", `${commit}.json`),
  };
}

/** The commit a revision stood for when it was last downloaded. */
export function findCommit(repository: RepositoryCache, revision: string): string | undefined {
  if (COMMIT.test(revision)) return isDirectory(repository.snapshot(revision)) ? revision : undefined;
  const ref = repository.ref(revision);
  if (!isFile(ref)) return undefined;
  const commit = readText(ref).trim();
  return COMMIT.test(commit) && isDirectory(repository.snapshot(commit)) ? commit : undefined;
}

/** The path to open, if the snapshot holds all of the part that is wanted: the GGUF file asked for, or configuration, tokenizer and every shard. */
export function findComplete(repository: RepositoryCache, commit: string, reference: ModelReference, part: ModelPart = "model"): string | undefined {
  const snapshot = repository.snapshot(commit);
  if (reference.file !== undefined) return isFile(join(snapshot, reference.file)) ? join(snapshot, reference.file) : undefined;
  const has = (name: string) => isFile(join(snapshot, name));
  const tokenizer = ["tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt"].some(has);
  if (part === "tokenizer") return tokenizer ? snapshot : undefined;
  if (has("adapter_config.json") && has("adapter_model.safetensors")) return snapshot;
  return has("config.json") && tokenizer && hasAllWeights(snapshot) ? snapshot : undefined;
}

/** `model.safetensors`, or every shard that the index names. */
export function hasAllWeights(snapshot: string): boolean {
  if (isFile(join(snapshot, "model.safetensors"))) return true;
  const index = join(snapshot, INDEX_FILE);
  if (!isFile(index)) return false;
  const { weight_map: weightMap } = readJson(index) as { readonly weight_map?: Readonly<Record<string, unknown>> };
  const shards = new Set(Object.values(weightMap ?? {}));
  return shards.size > 0 && [...shards].every((name) => typeof name === "string" && isFile(join(snapshot, name)));
}

/** Makes a blob visible under its name in a snapshot. */
export function linkIntoSnapshot(repository: RepositoryCache, commit: string, name: string, etag: string): void {
  const path = join(repository.snapshot(commit), name);
  if (!exists(path)) linkFile(repository.blob(etag), path);
}

/** Remembers what a branch or tag stood for; a commit id needs no reference. */
export function writeRef(repository: RepositoryCache, revision: string, commit: string): void {
  if (revision !== commit) writeFileAtomic(repository.ref(revision), commit);
}
