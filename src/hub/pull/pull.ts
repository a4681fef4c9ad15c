// A repository, or a part of it, on this disk: into the cache shared with Python, and from there to a directory of one's own.
import { dirname, join } from "node:path";
import { copy, ensureDirectory, isDirectory, isFile, remove, rename, requireFreeBytes, statFile, walk } from "../../files/index.ts";
import { findCommit, repositoryCache, writeRef } from "./cache.ts";
import { connect, type HubOptions } from "./connect.ts";
import { offlineAndMissing, referenceInvalid, refused, type Question } from "../errors.ts";
import { holds } from "./download.ts";
import { fetchFiles } from "./fetch-files.ts";
import { matchesGlob } from "./glob.ts";
import type { RepositoryKind } from "../kind.ts";
import { readListing, readRemoteFile, type RemoteFile } from "./metadata.ts";
import { parseDatasetId, parseReference, requireRevision, requireSafeName } from "./reference.ts";
import { findHubCache, isOffline } from "../settings.ts";

export interface PullOptions extends HubOptions {
  /** Default `model`. */
  readonly kind?: RepositoryKind;
  /** Patterns; a file that matches one of them is pulled. Default: every file. */
  readonly include?: readonly string[];
  /** Where copies are put besides; files there that are whole already stay. Default: the cache alone. */
  readonly localDir?: string;
}

export interface PulledRepository {
  readonly id: string;
  readonly kind: RepositoryKind;
  readonly revision: string;
  readonly commit: string;
  /** `localDir`, else the snapshot in the cache. */
  readonly path: string;
  readonly files: readonly RemoteFile[];
  /** Files that were not in the cache. */
  readonly downloaded: number;
}

/**
 * Gets a repository at a revision (touches network and disk). What broke off goes on where it stopped; every file is believed by its digest only.
 * @throws `hub.…` errors, `files.disk_too_small` before the first byte
 */
export async function pullRepository(id: string, options: PullOptions = {}): Promise<PulledRepository> {
  const { kind = "model", revision = "main", environment = process.env, include, localDir } = options;
  if (kind === "dataset") parseDatasetId(id);
  else if (parseReference(id).file !== undefined) throw referenceInvalid(id);
  requireRevision(revision);
  const cache = options.cacheDir ?? findHubCache(environment);
  const repository = repositoryCache(cache, id, kind);
  if (isOffline(environment)) return fromCache(id, kind, revision, cache, options);

  const connection = connect(environment, options);
  const question: Question = { kind, id, revision, endpoint: connection.endpoint, hasToken: connection.token !== undefined };
  const { commit, names, known } = await readListing(connection, question, true);
  for (const name of names) requireSafeName(id, name);
  const wanted = include === undefined || include.length === 0 ? names : names.filter((name) => matchesGlob(name, include));
  const [first] = include ?? [];
  if (wanted.length === 0 && first !== undefined) throw refused({ ...question, file: first }, 404, "EntryNotFound", "");
  const files: RemoteFile[] = [];
  for (const name of wanted) files.push(known.get(name) ?? (await readRemoteFile(connection, question, commit, name)));
  const missing = files.filter(({ name }) => !isFile(join(repository.snapshot(commit), name)));
  await fetchFiles({ connection, question, repository, commit, files: missing, onProgress: options.onProgress });
  writeRef(repository, revision, commit);
  const path = localDir ?? repository.snapshot(commit);
  if (localDir !== undefined) copyOut(repository.snapshot(commit), localDir, files);
  return { id, kind, revision, commit, path, files, downloaded: missing.length };
}

/** With HF_HUB_OFFLINE: what the cache has of the revision. Nobody can say whether that is all of it. */
function fromCache(id: string, kind: RepositoryKind, revision: string, cache: string, { include, localDir }: PullOptions): PulledRepository {
  const repository = repositoryCache(cache, id, kind);
  const commit = findCommit(repository, revision);
  if (commit === undefined || !isDirectory(repository.snapshot(commit))) throw offlineAndMissing(id, cache);
  const snapshot = repository.snapshot(commit);
  const names = [...walk(snapshot)].map((name) => name.replaceAll("\\", "/")).filter((name) => include === undefined || include.length === 0 || matchesGlob(name, include));
  if (names.length === 0) throw offlineAndMissing(id, cache);
  const files = names.map((name) => ({ name, etag: "", sizeBytes: statFile(join(snapshot, name)).sizeBytes }));
  if (localDir !== undefined) copyOut(snapshot, localDir, files);
  return { id, kind, revision, commit, path: localDir ?? snapshot, files, downloaded: 0 };
}

/** Copies, never links: what is changed in a directory of one's own must not change the cache. */
function copyOut(snapshot: string, directory: string, files: readonly RemoteFile[]): void {
  const missing = files.filter((file) => !holds(join(directory, file.name), file));
  ensureDirectory(directory);
  requireFreeBytes(directory, missing.reduce((total, { sizeBytes }) => total + sizeBytes, 0));
  for (const { name } of missing) {
    const target = join(directory, name);
    ensureDirectory(dirname(target));
    const temporary = `${target}.incomplete`;
    copy(join(snapshot, name), temporary);
    remove(target);
    rename(temporary, target);
  }
}
