import { readPages } from "./pages.ts";
import type { Connection } from "../pull/request.ts";
import { apiPath, deedOf, filePart, pagePath, revisionPart, type RepositoryAddress } from "./address.ts";
import { call } from "./call.ts";
import { answerStrange, type Deed } from "./errors.ts";

/** A file as it stands in a commit. */
export interface HubFileEntry {
  readonly path: string;
  readonly sizeBytes: number;
  /** Id of the git blob: of the contents, or of the pointer to a large file. */
  readonly oid: string;
  /** SHA-256 of the contents of a large file. */
  readonly sha256?: string;
}

export interface ListFilesOptions extends RepositoryAddress {
  /** Default `main`. */
  readonly revision?: string;
  /** Only below this folder. Default: everywhere. */
  readonly folder?: string;
  /** Default true. */
  readonly recursive?: boolean;
}

/** `GET …/tree/{revision}`: the files, in the order of the hub. @throws `hub.file_not_found` for a folder that is not there, `hub.revision_not_found` */
export async function listFiles(connection: Connection, { revision = "main", folder, recursive = true, ...address }: ListFilesOptions): Promise<readonly HubFileEntry[]> {
  const deed = deedOf(address, connection.endpoint, `list the files of ${address.id}`, revision);
  const path = apiPath(address, `/tree/${revisionPart(revision)}${folder === undefined ? "" : `/${filePart(folder)}`}?recursive=${recursive}`);
  const entries: HubFileEntry[] = [];
  for await (const page of readPages(connection, path, deed)) {
    for (const entry of page as Readonly<Record<string, unknown>>[]) {
      if (entry?.["type"] !== "file") continue;
      entries.push(readEntry(entry, deed));
    }
  }
  return entries;
}

/** The contents of one file, whole: for small ones. @throws `hub.file_not_found`, `hub.too_large` over `mostBytes` (default 64 MiB) */
export async function readFile(connection: Connection, { path, revision = "main", mostBytes = 64 << 20, ...address }: RepositoryAddress & { readonly path: string; readonly revision?: string; readonly mostBytes?: number }): Promise<Uint8Array> {
  const deed = deedOf(address, connection.endpoint, `read ${path} of ${address.id}`, revision);
  const response = await call(connection, { method: "GET", path: pagePath(address, `/resolve/${revisionPart(revision)}/${filePart(path)}`) }, deed);
  const pieces: Uint8Array[] = [];
  let total = 0;
  for await (const piece of response.body ?? []) {
    total += (piece as Uint8Array).byteLength;
    if (total > mostBytes) throw answerStrange(deed, `sends more than ${mostBytes} bytes`);
    pieces.push(piece as Uint8Array);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

function readEntry({ path, size, oid, lfs }: Readonly<Record<string, unknown>>, deed: Deed): HubFileEntry {
  if (typeof path !== "string" || typeof size !== "number" || typeof oid !== "string") throw answerStrange(deed, "lists files without a path, a size or an id");
  const sha256 = (lfs as { readonly oid?: unknown } | null | undefined)?.oid;
  return { path, sizeBytes: size, oid, ...(typeof sha256 === "string" && { sha256 }) };
}
