// Where the bytes of a file to upload come from, and the two digests a hub knows it by.
import { createHash } from "node:crypto";
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

/** SHA-256 of the contents, and git's id of them as a blob: `blob <size>\0` and the contents in SHA-1. */
export async function digestSource(source: FileSource, sizeBytes: number, signal?: AbortSignal): Promise<{ readonly sha256: string; readonly gitId: string }> {
  const content = createHash("sha256");
  const blob = createHash("sha1").update(`blob ${sizeBytes}\0`);
  for await (const piece of readSource(source, 0, sizeBytes)) {
    signal?.throwIfAborted();
    content.update(piece);
    blob.update(piece);
  }
  return { sha256: content.digest("hex"), gitId: blob.digest("hex") };
}
