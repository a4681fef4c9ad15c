// Where the bytes of a file to upload come from, and the two digests a hub knows it by.
import { createHash, type Hash } from "node:crypto";
import { openLargeFile, statFile } from "../../files/index.ts";

/** Bytes in memory, or a file that is streamed. */
export type FileSource = { readonly bytes: Uint8Array } | { readonly file: string };

/** Divisible by 3, so that pieces of base64 can be put one behind the other. */
const PIECE_BYTES = 3 << 18;

export function sourceBytes(source: FileSource): number {
  return "bytes" in source ? source.bytes.byteLength : statFile(source.file).sizeBytes;
}

/** The bytes from `start` to before `end`, in pieces of 768 KiB, read as they are asked for. */
export async function* readSource(source: FileSource, start: number, end: number): AsyncGenerator<Uint8Array> {
  if ("bytes" in source) {
    for (let at = start; at < end; at += PIECE_BYTES) yield source.bytes.subarray(at, Math.min(at + PIECE_BYTES, end));
    return;
  }
  const file = await openLargeFile(source.file);
  try {
    for (let at = start; at < end; at += PIECE_BYTES) yield await file.read(at, Math.min(PIECE_BYTES, end - at));
  } finally {
    await file.close();
  }
}

/** SHA-256 of the contents. */
export async function digestContents(source: FileSource, sizeBytes: number, signal?: AbortSignal): Promise<string> {
  return digest(createHash("sha256"), source, sizeBytes, signal);
}

/** Both digests of a file that stands in git itself: SHA-256, and git's id of it as a blob, SHA-1 over `blob <size>\0` and the contents. */
export async function digestBlob(source: FileSource, sizeBytes: number, signal?: AbortSignal): Promise<{ readonly sha256: string; readonly gitId: string }> {
  return { sha256: await digestContents(source, sizeBytes, signal), gitId: await digest(createHash("sha1").update(`blob ${sizeBytes}\0`), source, sizeBytes, signal) };
}

/** Git's id of the pointer that stands for a large file (git-lfs, docs/spec.md). */
export function pointerId(sha256: string, sizeBytes: number): string {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${sizeBytes}\n`;
  return createHash("sha1").update(`blob ${Buffer.byteLength(pointer)}\0${pointer}`).digest("hex");
}

async function digest(hash: Hash, source: FileSource, sizeBytes: number, signal: AbortSignal | undefined): Promise<string> {
  for await (const piece of readSource(source, 0, sizeBytes)) {
    signal?.throwIfAborted();
    hash.update(piece);
  }
  return hash.digest("hex");
}
