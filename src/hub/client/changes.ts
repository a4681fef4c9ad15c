// What a commit changes, and how the hub wants each file: in the commit itself, or before it as a large file.
import type { Connection } from "../pull/request.ts";
import { apiPath, deedOf, requirePath, revisionPart, type RepositoryAddress } from "./address.ts";
import { callForJson } from "./call.ts";
import { answerStrange } from "./errors.ts";
import { digestBlob, digestContents, pointerId, readSource, sourceBytes, type FileSource } from "./source.ts";

export interface HubFile {
  /** In the repository. */
  readonly path: string;
  readonly source: FileSource;
}

export interface HubDeletion {
  /** Of a file; of a folder and all that is in it with `folder`. */
  readonly delete: string;
  readonly folder?: boolean;
}

/** A file with what is known of its contents. */
export interface MeasuredFile extends HubFile {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of the contents as a blob; of a large file, of its pointer. */
  readonly gitId: string;
  readonly mode: "regular" | "large";
}

export interface PlannedUpload {
  readonly files: readonly MeasuredFile[];
  /** Files that the repository holds already as they are. */
  readonly unchanged: readonly MeasuredFile[];
  /** Paths that the repository's `.gitignore` keeps out. */
  readonly ignored: readonly string[];
}

/** Of huggingface_hub's own client (constants of its `_commit_api`): files asked about in one call, and bytes of each that are shown. */
const BATCH = 256;
const SAMPLE_BYTES = 512;

/** `POST …/preupload/{revision}`: asks, in batches, how each file is to be sent; measures them. @throws `hub.path_unfit`, `files.missing` */
export async function planUpload(connection: Connection, address: RepositoryAddress, revision: string, files: readonly HubFile[]): Promise<PlannedUpload> {
  for (const { path } of files) requirePath(path);
  const deed = deedOf(address, connection.endpoint, `upload to ${address.id}`, revision);
  const kept: MeasuredFile[] = [];
  const unchanged: MeasuredFile[] = [];
  const ignored: string[] = [];
  for (let from = 0; from < files.length; from += BATCH) {
    const batch = await Promise.all(files.slice(from, from + BATCH).map(async (file) => ({ file, sizeBytes: sourceBytes(file.source) })));
    const asked = await Promise.all(batch.map(async ({ file, sizeBytes }) => ({ path: file.path, size: sizeBytes, sample: await readSample(file.source, sizeBytes) })));
    const answer = await callForJson(connection, { method: "POST", path: apiPath(address, `/preupload/${revisionPart(revision)}`), json: { files: asked } }, deed);
    if (!Array.isArray(answer["files"])) throw answerStrange(deed, "does not say how the files are to be sent");
    const told = new Map((answer["files"] as Readonly<Record<string, unknown>>[]).map((one) => [one["path"], one]));
    for (const { file, sizeBytes } of batch) {
      const { uploadMode, shouldIgnore, oid } = told.get(file.path) ?? {};
      if (uploadMode !== "lfs" && uploadMode !== "regular") throw answerStrange(deed, `does not say how ${file.path} is to be sent`);
      if (shouldIgnore === true) {
        ignored.push(file.path);
        continue;
      }
      // An empty file has nothing to store apart.
      const mode = uploadMode === "lfs" && sizeBytes > 0 ? "large" : "regular";
      const digests = mode === "large" ? await digestLarge(file.source, sizeBytes, connection.signal) : await digestBlob(file.source, sizeBytes, connection.signal);
      const measured: MeasuredFile = { ...file, sizeBytes, mode, ...digests };
      (oid === (mode === "large" ? digests.sha256 : digests.gitId) ? unchanged : kept).push(measured);
    }
  }
  return { files: kept, unchanged, ignored };
}

async function digestLarge(source: FileSource, sizeBytes: number, signal: AbortSignal | undefined): Promise<Pick<MeasuredFile, "sha256" | "gitId">> {
  const sha256 = await digestContents(source, sizeBytes, signal);
  return { sha256, gitId: pointerId(sha256, sizeBytes) };
}

async function readSample(source: FileSource, sizeBytes: number): Promise<string> {
  for await (const piece of readSource(source, 0, Math.min(sizeBytes, SAMPLE_BYTES))) return Buffer.from(piece).toString("base64");
  return "";
}
