// What the hub tells before a byte is downloaded: the commit and the names of a repository, the digest and size of a file.
import { COMMIT } from "./cache.ts";
import { answerUnusable, type Question } from "./errors.ts";
import { requireSafeName } from "./reference.ts";
import { ask, isRedirect, type Connection } from "./request.ts";

export interface RepositoryListing {
  readonly commit: string;
  readonly names: readonly string[];
}

export interface RemoteFile {
  readonly name: string;
  /** SHA-256 (64 hex digits, LFS) or the SHA-1 of the git blob (40 hex digits). */
  readonly etag: string;
  readonly sizeBytes: number;
}

/** `GET /api/models/{id}/revision/{revision}`. @throws `hub.…` errors, also for names that would leave their folder */
export async function readListing(connection: Connection, question: Question): Promise<RepositoryListing> {
  const path = `/api/models/${question.id}/revision/${encodeURIComponent(question.revision)}`;
  const response = await ask(connection, { method: "GET", path, crossHosts: false }, question);
  const { sha, siblings } = (await readObject(response, question)) as { readonly sha?: unknown; readonly siblings?: unknown };
  if (typeof sha !== "string" || !COMMIT.test(sha)) throw answerUnusable(question, "does not say which commit the revision is");
  if (!Array.isArray(siblings)) throw answerUnusable(question, "does not list the files of the model");
  const names = siblings.map((sibling: { readonly rfilename?: unknown } | null) => String(sibling?.rfilename ?? ""));
  for (const name of names) requireSafeName(question.id, name);
  return { commit: sha, names };
}

/** `HEAD /{id}/resolve/{commit}/{file}`. @throws `hub.…` errors */
export async function readRemoteFile(connection: Connection, question: Question, commit: string, name: string): Promise<RemoteFile> {
  const response = await ask(connection, { method: "HEAD", path: resolvePath(question.id, commit, name), crossHosts: false }, { ...question, file: name });
  const etag = (response.headers.get("x-linked-etag") ?? response.headers.get("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  const length = response.headers.get("x-linked-size") ?? (isRedirect(response) ? null : response.headers.get("content-length"));
  if (!COMMIT.test(etag)) throw answerUnusable(question, `gives no digest for ${name}`);
  if (length === null || !/^\d+$/.test(length)) throw answerUnusable(question, `does not say how large ${name} is`);
  return { name, etag, sizeBytes: Number(length) };
}

/** Where the bytes of a file are. */
export function resolvePath(id: string, commit: string, name: string): string {
  return `/${id}/resolve/${commit}/${name.split("/").map(encodeURIComponent).join("/")}`;
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
