import { createHash } from "node:crypto";
import { openFile } from "./read.ts";

/** SHA-256 of bytes or UTF-8 text, 64 hex digits. */
export function sha256(contents: Uint8Array | string): string {
  return createHash("sha256").update(contents).digest("hex");
}

/** SHA-256 of a file, streamed in 4 MiB pieces, 64 hex digits. @throws `files.missing` */
export function sha256File(path: string): string {
  const file = openFile(path);
  try {
    const hash = createHash("sha256");
    const piece = 1 << 22;
    for (let offset = 0; offset < file.sizeBytes; offset += piece) {
      hash.update(file.read(offset, Math.min(piece, file.sizeBytes - offset)));
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
