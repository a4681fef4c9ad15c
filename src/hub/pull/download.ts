// One file into the cache: continued where an earlier attempt stopped, and only believed when its digest is right.
import { createHash, type Hash } from "node:crypto";
import { exists, isFile, openAppender, remove, rename, statFile, withFile, withLock, type FileAppender } from "../../files/index.ts";
import type { RepositoryCache } from "./cache.ts";
import { digestMismatch, unreachable, type Question } from "../errors.ts";
import { resolvePath, type RemoteFile } from "./metadata.ts";
import { ask, backoffMs, connectionBroken, isNetworkFault, type Connection } from "./request.ts";

/** Broken connections in a row without one new byte before giving up. */
const ATTEMPTS = 6;
/** Another process may be downloading the same file; it is waited for. */
const LOCK_TIMEOUT_MS = 24 * 3600 * 1000;

interface DownloadParts {
  readonly connection: Connection;
  readonly question: Question;
  readonly repository: RepositoryCache;
  readonly commit: string;
  readonly file: RemoteFile;
  /** Bytes of this file that are on disk by now. */
  readonly onBytes: (doneBytes: number) => void;
}

/** Bytes of a file that an earlier attempt left in the cache. */
export function partialBytes(repository: RepositoryCache, file: RemoteFile): number {
  const path = partialPath(repository, file);
  return exists(path) ? withFile(path, (reader) => Math.min(reader.sizeBytes, file.sizeBytes)) : 0;
}

/** Puts a file into the cache as a blob named by its digest. @throws `hub.…` errors; what was downloaded stays for the next attempt */
export async function downloadBlob(parts: DownloadParts): Promise<void> {
  const { repository, file } = parts;
  const blob = repository.blob(file.etag);
  await withLock(
    repository.lock(file.etag),
    async () => {
      if (exists(blob)) return;
      const partial = partialPath(repository, file);
      const continued = partialBytes(repository, file) > 0;
      let found = await fill(parts, partial);
      if (found !== file.etag && continued) {
        remove(partial);
        found = await fill(parts, partial);
      }
      if (found !== file.etag) {
        remove(partial);
        throw digestMismatch(parts.question.id, file.name, found, file.etag);
      }
      rename(partial, blob);
    },
    { timeoutMs: LOCK_TIMEOUT_MS },
  );
  parts.onBytes(file.sizeBytes);
}

/** A partial file and the hash of what is in it, which change together. */
interface Growth {
  readonly appender: FileAppender;
  hash: Hash;
}

/** Downloads until the partial file has its full size; returns its digest. */
async function fill(parts: DownloadParts, partial: string): Promise<string> {
  const { file, connection, question } = parts;
  const appender = openAppender(partial);
  try {
    if (appender.sizeBytes > file.sizeBytes) appender.clear();
    const growth: Growth = { appender, hash: hashOf(partial, appender.sizeBytes, file) };
    for (let failures = 0; appender.sizeBytes < file.sizeBytes; ) {
      const before = appender.sizeBytes;
      try {
        await receive(parts, growth);
      } catch (thrown) {
        if (!isNetworkFault(thrown)) throw thrown;
        failures = appender.sizeBytes > before ? 1 : failures + 1;
        if (failures === ATTEMPTS) throw unreachable(question, thrown);
        await connection.wait(backoffMs(failures));
      }
    }
    return growth.hash.digest("hex");
  } finally {
    appender.close();
  }
}

/** One GET from where the file ends. A hub that ignores the range, or finds it wrong, makes it start over. */
async function receive(parts: DownloadParts, growth: Growth): Promise<void> {
  const { connection, question, commit, file } = parts;
  const { appender } = growth;
  const from = appender.sizeBytes;
  const headers = from === 0 ? undefined : { range: `bytes=${from}-` };
  const request = { method: "GET", path: resolvePath(question, commit, file.name), headers, crossHosts: true } as const;
  const response = await ask(connection, request, { ...question, file: file.name });
  const continues = response.status === 206 && (response.headers.get("content-range") ?? "").startsWith(`bytes ${from}-`);
  if (from > 0 && !continues) {
    appender.clear();
    growth.hash = newHash(file);
  }
  if (response.status !== 200 && !continues) {
    await response.body?.cancel();
    throw connectionBroken(`it answered ${response.status} to a request from byte ${from}`);
  }
  for await (const piece of response.body ?? []) {
    const bytes = (piece as Uint8Array).subarray(0, file.sizeBytes - appender.sizeBytes);
    appender.append(bytes);
    growth.hash.update(bytes);
    parts.onBytes(appender.sizeBytes);
  }
  if (appender.sizeBytes < file.sizeBytes) throw connectionBroken(`it ended after ${appender.sizeBytes} of ${file.sizeBytes} bytes`);
}

/** SHA-256 for LFS files; for the others what git hashes: `blob <size>\0` and the contents. */
function newHash(file: RemoteFile): Hash {
  return file.etag.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${file.sizeBytes}\0`);
}

/** Whether a file holds what the hub has. */
export function holds(path: string, file: RemoteFile): boolean {
  return isFile(path) && statFile(path).sizeBytes === file.sizeBytes && hashOf(path, file.sizeBytes, file).digest("hex") === file.etag;
}

/** The hash of what is there already. */
function hashOf(path: string, sizeBytes: number, file: RemoteFile): Hash {
  const hash = newHash(file);
  const piece = 1 << 22;
  withFile(path, (reader) => {
    for (let at = 0; at < sizeBytes; at += piece) hash.update(reader.read(at, Math.min(piece, sizeBytes - at)));
  });
  return hash;
}

/** Not the name that Python uses, which may be downloading the same file under a lock of its own. */
function partialPath(repository: RepositoryCache, file: RemoteFile): string {
  return `${repository.blob(file.etag)}.tunesmith.incomplete`;
}
