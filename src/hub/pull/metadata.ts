// What the hub tells before a byte is downloaded: the commit and the names of a repository, the digest and size of a file.
import { COMMIT } from "./cache.ts";
import { answerUnusable, type Question } from "../errors.ts";
import { pathPrefix } from "../kind.ts";
import { ask, isRedirect, type Connection } from "./request.ts";

export interface RepositoryListing {
  readonly commit: string;
  /** As they are listed: those that are used have to be checked by `requireSafeName`. */
  readonly names: readonly string[];
  /** Files of which the hub told more than the name; of a model only where it was asked to. */
  readonly known: ReadonlyMap<string, RemoteFile>;
}

export interface RemoteFile {
  readonly name: string;
  /** SHA-256 (64 hex digits, LFS) or the SHA-1 of the git blob (40 hex digits). */
  readonly etag: string;
  readonly sizeBytes: number;
}

interface Sibling {
  readonly rfilename?: unknown;
  readonly size?: unknown;
  readonly blobId?: unknown;
  readonly lfs?: { readonly sha256?: unknown } | null;
}

/** `GET /api/models/{id}/revision/{revision}`; of a dataset, which may have thousands of files, and with `blobs`, digests and sizes are asked for at once. @throws `hub.…` errors */
export async function readListing(connection: Connection, question: Question, blobs = question.kind === "dataset"): Promise<RepositoryListing> {
  const path = `/api/${question.kind}s/${question.id}/revision/${encodeURIComponent(question.revision)}${blobs ? "?blobs=true" : ""}`;
  const response = await ask(connection, { method: "GET", path, crossHosts: false }, question);
  const { sha, siblings } = (await readObject(response, question)) as { readonly sha?: unknown; readonly siblings?: unknown };
  if (typeof sha !== "string" || !COMMIT.test(sha)) throw answerUnusable(question, "does not say which commit the revision is");
  if (!Array.isArray(siblings)) throw answerUnusable(question, `does not list the files of the ${question.kind}`);
  const files = siblings.map((sibling: Sibling | null) => readSibling(sibling ?? {}));
  return { commit: sha, names: files.map(({ name }) => name), known: new Map(files.flatMap(({ name, remote }) => (remote === undefined ? [] : [[name, remote]]))) };
}

function readSibling({ rfilename, size, blobId, lfs }: Sibling): { readonly name: string; readonly remote?: RemoteFile } {
  const name = String(rfilename ?? "");
  const etag = lfs?.sha256 ?? blobId;
  if (typeof etag !== "string" || !COMMIT.test(etag) || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return { name };
  return { name, remote: { name, etag, sizeBytes: size } };
}

/** `HEAD /{id}/resolve/{commit}/{file}`. @throws `hub.…` errors */
export async function readRemoteFile(connection: Connection, question: Question, commit: string, name: string): Promise<RemoteFile> {
  const response = await ask(connection, { method: "HEAD", path: resolvePath(question, commit, name), crossHosts: false }, { ...question, file: name });
  const etag = (response.headers.get("x-linked-etag") ?? response.headers.get("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  const length = response.headers.get("x-linked-size") ?? (isRedirect(response) ? null : response.headers.get("content-length"));
  if (!COMMIT.test(etag)) throw answerUnusable(question, `gives no digest for ${name}`);
  if (length === null || !/^\d+$/.test(length)) throw answerUnusable(question, `does not say how large ${name} is`);
  return { name, etag, sizeBytes: Number(length) };
}

/** Where the bytes of a file are. */
export function resolvePath({ kind, id }: Question, commit: string, name: string): string {
  return `${pathPrefix(kind)}/${id}/resolve/${commit}/${name.split("/").map(encodeURIComponent).join("/")}`;
}

async function readObject(response: Response, question: Question): Promise<object> {
  const body = await response.text();
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) return parsed;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw answerUnusable(question, "does not answer with JSON");
}
