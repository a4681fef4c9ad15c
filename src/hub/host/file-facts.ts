// What a blob is to clients: a file of its own size, or a pointer to a large one
// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
import type { GitStore } from "../git/store.ts";

export interface Pointer {
  /** SHA-256 of the content. */
  readonly oid: string;
  readonly sizeBytes: number;
}

export interface FileFacts {
  /** Of the content, wherever it lies. */
  readonly sizeBytes: number;
  readonly pointer?: Pointer;
  /** Of the blob itself. */
  readonly blobBytes: number;
}

const VERSION = "version https://git-lfs.github.com/spec/v1\n";
/** Pointers are smaller than this by their specification. */
const LARGEST_POINTER = 1024;

export function encodePointer({ oid, sizeBytes }: Pointer): Uint8Array {
  return Buffer.from(`${VERSION}oid sha256:${oid}\nsize ${sizeBytes}\n`);
}

export function parsePointer(bytes: Uint8Array): Pointer | undefined {
  if (bytes.byteLength > LARGEST_POINTER) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  if (!text.startsWith(VERSION)) return undefined;
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const size = /^size (\d{1,15})$/m.exec(text)?.[1];
  return oid === undefined || size === undefined ? undefined : { oid, sizeBytes: Number(size) };
}

/** By the id of the blob, which never means something else. */
const known = new Map<string, FileFacts>();
const MOST_KNOWN = 200_000;

/** @throws `git.object_missing` */
export function fileFacts(git: GitStore, id: string): FileFacts {
  const cached = known.get(id);
  if (cached !== undefined) return cached;
  const blobBytes = git.objectSize(id);
  const pointer = blobBytes <= LARGEST_POINTER ? parsePointer(git.readObject(id).bytes) : undefined;
  const facts = { sizeBytes: pointer?.sizeBytes ?? blobBytes, blobBytes, ...(pointer === undefined ? {} : { pointer }) };
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(id, facts);
  return facts;
}
