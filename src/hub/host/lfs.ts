// Large files by Git LFS: `basic`, and Hugging Face's `multipart` (https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md,
// huggingface_hub, lfs.py). What is announced is held against size and digest; what does not fit leaves nothing behind.
import { z } from "zod";
import { TunesmithError } from "../../errors.ts";
import type { Route } from "../../route.ts";
import { readJsonBody } from "./body.ts";
import { mayRead, requireWriteToken } from "./caller.ts";
import { accessRestricted, bodyInvalid, pointerUnknown } from "./errors.ts";
import type { Host } from "./host.ts";
import { sendRange } from "./resolve.ts";
import { hubRoute, repositoryRoutes, type RepositoryCall } from "./routing.ts";
import { requireSigned, signAddress } from "./signed.ts";

/** Larger files come in parts, so that a connection that breaks does not undo hours. */
const PART_BYTES = 256 * 2 ** 20;
const FIRST_IN_PARTS = 2 ** 30;
const LARGEST_FILE_BYTES = 2 ** 42;
const LFS_MEDIA_TYPE = "application/vnd.git-lfs+json";

const oid = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.number().int().min(0).max(LARGEST_FILE_BYTES);
const batchSchema = z.object({
  operation: z.enum(["upload", "download"]),
  transfers: z.array(z.string()).default(["basic"]),
  objects: z.array(z.object({ oid, size })).max(2000),
  hash_algo: z.enum(["sha256", "sha_256"]).default("sha256"),
});
const finishSchema = z.object({ oid: oid.optional(), parts: z.array(z.object({ partNumber: z.number().int(), etag: z.string() })).max(10_000).optional() });

type Batch = z.infer<typeof batchSchema>;

export function lfsRoutes(host: Host): readonly Route[] {
  const { large } = host;
  return [
    ...repositoryRoutes(host, { method: "POST", path: "/info/lfs/objects/batch", summary: "Ask where large files go or lie", needs: "see", base: "page" }, async (asked) => {
      const batch = await readJsonBody(asked.body, batchSchema);
      const json = batch.operation === "upload" ? planUpload(asked, batch) : planDownload(asked, batch);
      return { text: JSON.stringify(json), mediaType: LFS_MEDIA_TYPE };
    }),
    ...repositoryRoutes(host, { method: "POST", path: "/info/lfs/locks/verify", summary: "List locks, which there are not", needs: "see", base: "page" }, () => ({ text: JSON.stringify({ ours: [], theirs: [] }), mediaType: LFS_MEDIA_TYPE })),
    ...repositoryRoutes(host, { method: "GET", path: "/info/lfs/locks", summary: "List locks, which there are not", needs: "see", base: "page" }, () => ({ text: JSON.stringify({ locks: [] }), mediaType: LFS_MEDIA_TYPE })),
    hubRoute(host, { method: "PUT", path: "/lfs/objects/:oid", summary: "Upload a large file", limitBytes: LARGEST_FILE_BYTES }, async ({ call, body, query }) => {
      const { oid: name = "" } = call.params;
      const sizeBytes = Number(query.get("size"));
      const repository = query.get("for") ?? "";
      requireSigned(host, query, "put", `${name} ${sizeBytes} ${repository}`);
      await store(host, name, sizeBytes, () => large.put(name, sizeBytes, body));
      noteFor(host, repository, name);
      return { empty: true, headers: { etag: `"${name}"` } };
    }),
    hubRoute(host, { method: "PUT", path: "/lfs/uploads/:upload/:part", summary: "Upload a part of a large file", limitBytes: PART_BYTES }, async ({ call, body, query }) => {
      const { upload = "", part = "" } = call.params;
      requireSigned(host, query, "part", `${upload} ${part}`);
      host.requireRoom(PART_BYTES);
      const etag = await large.putPart(upload, Number(part), body);
      return { empty: true, headers: { etag: `"${etag}"` } };
    }),
    hubRoute(host, { method: "POST", path: "/lfs/uploads/:upload", summary: "Finish a large file that came in parts" }, async ({ call, body, query }) => {
      const { upload = "" } = call.params;
      const repository = query.get("for") ?? "";
      requireSigned(host, query, "finish", `${upload} ${repository}`);
      const { parts } = await readJsonBody(body, finishSchema);
      const { oid: name, sizeBytes } = await large.finishUpload(upload, parts);
      host.noteStored(sizeBytes);
      noteFor(host, repository, name);
      return { json: { oid: name } };
    }),
    hubRoute(host, { method: "POST", path: "/lfs/verify/:oid", summary: "Ask whether a large file came whole" }, async ({ call, body, query }) => {
      const { oid: name = "" } = call.params;
      requireSigned(host, query, "verify", name);
      const wanted = await readJsonBody(body, z.object({ oid, size }));
      if (wanted.oid !== name || large.size(name) !== wanted.size) throw pointerUnknown("", wanted.oid);
      return { json: {} };
    }),
    ...(["GET", "HEAD"] as const).map((method) =>
      hubRoute(host, { method, path: "/lfs/objects/:oid", summary: "Download a large file" }, ({ call, query }) => {
        const { oid: name = "" } = call.params;
        requireSigned(host, query, "get", name);
        const sizeBytes = large.size(name);
        if (sizeBytes === undefined) throw pointerUnknown("", name);
        return sendRange({ method, range: call.headers["range"], sizeBytes, mediaType: "application/octet-stream", headers: { etag: `"${name}"`, "accept-ranges": "bytes" }, read: (span) => large.read(name, span) });
      }),
    ),
  ];
}

/** What this repository has already needs no actions; what another has is asked for, and not stored again. */
function planUpload({ host, call, caller, repository }: RepositoryCall, { objects, transfers }: Batch): unknown {
  const owner = `${requireWriteToken(caller).account.id} ${repository.record.id}`;
  const inParts = (sizeBytes: number) => transfers.includes("multipart") && sizeBytes > FIRST_IN_PARTS;
  const described = objects.map(({ oid: name, size: sizeBytes }) => {
    if (host.large.size(name) === sizeBytes && host.possession.has(repository, name) && host.large.touch(name)) return { oid: name, size: sizeBytes };
    const refused = roomFault(host, sizeBytes);
    if (refused !== undefined) return { oid: name, size: sizeBytes, error: refused };
    const verify = { href: signAddress(host, `${call.origin}/lfs/verify/${name}`, "verify", name) };
    if (!inParts(sizeBytes)) return { oid: name, size: sizeBytes, authenticated: true, actions: { upload: { href: `${signAddress(host, `${call.origin}/lfs/objects/${name}`, "put", `${name} ${sizeBytes} ${repository.record.id}`)}&size=${sizeBytes}&for=${repository.record.id}` }, verify } };
    const { id, partCount } = host.large.startUpload({ oid: name, sizeBytes, partBytes: PART_BYTES, owner });
    const place = `${call.origin}/lfs/uploads/${id}`;
    const parts = Object.fromEntries(Array.from({ length: partCount }, (_, index) => [String(index + 1).padStart(5, "0"), signAddress(host, `${place}/${index + 1}`, "part", `${id} ${index + 1}`)]));
    return { oid: name, size: sizeBytes, authenticated: true, actions: { upload: { href: `${signAddress(host, place, "finish", `${id} ${repository.record.id}`)}&for=${repository.record.id}`, header: { chunk_size: String(PART_BYTES), ...parts } }, verify } };
  });
  return { transfer: objects.some(({ size: sizeBytes }) => inParts(sizeBytes)) ? "multipart" : "basic", objects: described, hash_algo: "sha256" };
}

function planDownload({ host, call, caller, repository }: RepositoryCall, { objects }: Batch): unknown {
  if (!mayRead(host.accounts, repository.record, caller)) throw accessRestricted(repository);
  const described = objects.map(({ oid: name, size: sizeBytes }) => {
    const found = host.large.size(name);
    if (found === undefined) return { oid: name, size: sizeBytes, error: { code: 404, message: "This hub has no such file" } };
    return { oid: name, size: found, authenticated: true, actions: { download: { href: signAddress(host, `${call.origin}/lfs/objects/${name}`, "get", name) } } };
  });
  return { transfer: "basic", objects: described, hash_algo: "sha256" };
}

function roomFault(host: Host, sizeBytes: number): { readonly code: number; readonly message: string } | undefined {
  try {
    host.requireRoom(sizeBytes);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof TunesmithError)) throw thrown;
    return { code: thrown.code === "hub.disk_full" ? 507 : 413, message: thrown.message };
  }
}

function noteFor(host: Host, repositoryId: string, oid: string): void {
  const repository = host.repositories.all().find(({ record }) => record.id === repositoryId);
  if (repository !== undefined) host.possession.note(repository, oid);
}

/** Takes a file where there is room for it, and counts it. */
async function store(host: Host, name: string, sizeBytes: number, act: () => Promise<void>): Promise<void> {
  if (!Number.isSafeInteger(sizeBytes)) throw bodyInvalid("its size is no whole number");
  const isNew = !host.large.has(name);
  if (isNew) host.requireRoom(sizeBytes);
  await act();
  if (isNew) host.noteStored(sizeBytes);
}
