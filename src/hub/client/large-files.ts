// Large files before the commit that names them: the batch of git-lfs, then whole or in parts. What the hub has already is not sent again, which is
// also how an upload that broke off goes on. https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
import type { Connection } from "../pull/request.ts";
import { deedOf, pagePath, type RepositoryAddress } from "./address.ts";
import { call, callForJson } from "./call.ts";
import type { MeasuredFile } from "./changes.ts";
import { answerStrange, refusedDeed, type Deed } from "./errors.ts";
import { inParallel } from "./in-parallel.ts";
import { readSource } from "./source.ts";

const BATCH = 256;
const FILES_AT_ONCE = 3;
const PARTS_AT_ONCE = 3;
const LFS_JSON = "application/vnd.git-lfs+json";
/** As many parts as S3 allows. */
const MOST_PARTS = 10_000;

interface Action {
  readonly href?: unknown;
  readonly header?: Readonly<Record<string, unknown>> | null;
}

interface BatchObject {
  readonly oid?: unknown;
  readonly actions?: { readonly upload?: Action; readonly verify?: Action } | null;
  readonly error?: { readonly code?: unknown; readonly message?: unknown } | null;
}

/** Sends every file the hub does not have, in constant memory. `onSent` is told bytes as they leave. @throws `hub.…` errors */
export async function sendLargeFiles(connection: Connection, address: RepositoryAddress, revision: string, files: readonly MeasuredFile[], onSent: (file: MeasuredFile, bytes: number) => void): Promise<void> {
  const byOid = new Map(files.map((file) => [file.sha256, file]));
  const distinct = [...byOid.values()];
  const deed = deedOf(address, connection.endpoint, `upload large files to ${address.id}`, revision);
  for (let from = 0; from < distinct.length; from += BATCH) {
    const batch = distinct.slice(from, from + BATCH);
    const objects = batch.map(({ sha256, sizeBytes }) => ({ oid: sha256, size: sizeBytes }));
    const json = { operation: "upload", transfers: ["basic", "multipart"], objects, hash_algo: "sha256", ref: { name: revision } };
    const answer = await callForJson(connection, { method: "POST", path: pagePath(address, ".git/info/lfs/objects/batch"), json, jsonType: LFS_JSON, headers: { accept: LFS_JSON } }, deed);
    if (!Array.isArray(answer["objects"])) throw answerStrange(deed, "does not say where large files go");
    const told = new Map((answer["objects"] as BatchObject[]).map((object) => [object.oid, object]));
    await inParallel(batch, FILES_AT_ONCE, async (file) => {
      const object = told.get(file.sha256);
      if (object === undefined) throw answerStrange(deed, `does not say where ${file.path} goes`);
      await sendOne({ connection, deed: { ...deed, what: `upload ${file.path} to ${address.id}` }, file, onSent: (bytes) => onSent(file, bytes) }, object);
    });
  }
}

interface SendParts {
  readonly connection: Connection;
  readonly deed: Deed;
  readonly file: MeasuredFile;
  readonly onSent: (bytes: number) => void;
}

async function sendOne(parts: SendParts, { actions, error }: BatchObject): Promise<void> {
  const { connection, deed, file, onSent } = parts;
  if (error) throw refusedDeed(deed, connection.token !== undefined, Number(error.code) || 400, null, String(error.message ?? ""));
  if (!actions?.upload) return onSent(file.sizeBytes);
  const { href, header } = actions.upload;
  if (typeof href !== "string" || !/^(https?:\/)?\//.test(href)) throw answerStrange(deed, "gives no address for it");
  const partBytes = Number(header?.["chunk_size"]);
  if (header?.["chunk_size"] === undefined) await put(parts, href, 0, file.sizeBytes, textHeaders(header));
  else await sendInParts(parts, href, partBytes, header);
  const { verify } = actions;
  if (typeof verify?.href !== "string") return;
  const response = await call(connection, { method: "POST", path: verify.href, json: { oid: file.sha256, size: file.sizeBytes }, jsonType: LFS_JSON, headers: textHeaders(verify.header) }, deed);
  await response.body?.cancel();
}

/** `header` holds `chunk_size` and the address of each part under its number. */
async function sendInParts(parts: SendParts, href: string, partBytes: number, header: Readonly<Record<string, unknown>>): Promise<void> {
  const { connection, deed, file } = parts;
  const count = Math.ceil(file.sizeBytes / partBytes);
  const addresses = Object.entries(header).flatMap(([key, address]) => (/^\d+$/.test(key) && typeof address === "string" ? [{ number: Number(key), address }] : [])).toSorted((a, b) => a.number - b.number);
  const fits = Number.isSafeInteger(partBytes) && partBytes > 0 && count <= MOST_PARTS && addresses.length === count && addresses.every(({ number }, at) => number === at + 1);
  if (!fits) throw answerStrange(deed, `gives ${addresses.length} parts of ${partBytes} bytes for ${file.sizeBytes} bytes`);
  const etags = new Map<number, string>();
  await inParallel(addresses, PARTS_AT_ONCE, async ({ number, address }) => {
    const start = (number - 1) * partBytes;
    const etag = await put(parts, address, start, Math.min(start + partBytes, file.sizeBytes), {});
    if (etag === null) throw answerStrange(deed, `does not confirm part ${number} with an ETag`);
    etags.set(number, etag);
  });
  const json = { oid: file.sha256, parts: addresses.map(({ number }) => ({ partNumber: number, etag: etags.get(number) })) };
  const response = await call(connection, { method: "POST", path: href, json, jsonType: LFS_JSON, headers: { accept: LFS_JSON }, anonymous: true }, deed);
  await response.body?.cancel();
}

/** The address itself is the permission: no token goes with it. An attempt that breaks is begun again from its first byte. */
async function put({ connection, deed, file, onSent }: SendParts, path: string, start: number, end: number, headers: Readonly<Record<string, string>>): Promise<string | null> {
  let told = 0;
  const open = async function* (): AsyncGenerator<Uint8Array> {
    onSent(-told);
    told = 0;
    for await (const piece of readSource(file.source, start, end)) {
      yield piece;
      told += piece.byteLength;
      onSent(piece.byteLength);
    }
  };
  const response = await call(connection, { method: "PUT", path, body: { type: "application/octet-stream", sizeBytes: end - start, open }, headers, anonymous: true }, deed);
  await response.body?.cancel();
  return response.headers.get("etag");
}

function textHeaders(header: Action["header"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(header ?? {}).flatMap(([name, value]) => (typeof value === "string" && /^[A-Za-z-]+$/.test(name) ? [[name, value]] : [])));
}
