import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { openFile } from "./read.ts";

const PIECE_BYTES = 1 << 22;

/** SHA-256 of bytes or UTF-8 text, 64 hex digits. */
export function sha256(contents: Uint8Array | string): string {
  return createHash("sha256").update(contents).digest("hex");
}

/** SHA-256 of a file, streamed in 4 MiB pieces, 64 hex digits. @throws `files.missing` */
export function sha256File(path: string): string {
  const file = openFile(path);
  try {
    const hash = createHash("sha256");
    for (let offset = 0; offset < file.sizeBytes; offset += PIECE_BYTES) {
      hash.update(file.read(offset, Math.min(PIECE_BYTES, file.sizeBytes - offset)));
    }
    return hash.digest("hex");
  } finally {
    file.close();
  }
}

/** {@link sha256File} that lets others have a turn after every piece, and stops between two pieces. @throws `files.missing`, the reason of the signal */
export async function sha256FileInTurns(path: string, signal?: AbortSignal): Promise<string> {
  const file = openFile(path);
  try {
    const hash = createHash("sha256");
    for (let offset = 0; offset < file.sizeBytes; offset += PIECE_BYTES) {
      await nextTurn();
      signal?.throwIfAborted();
      hash.update(file.read(offset, Math.min(PIECE_BYTES, file.sizeBytes - offset)));
    }
    return hash.digest("hex");
  } finally {
    file.close();
  }
}

/** SHA-256 of a JSON value with object keys sorted, so that key order does not matter. `undefined` members are dropped. */
export function digestJson(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** JSON with sorted keys and no spaces. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  );
}
