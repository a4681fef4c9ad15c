// A pack of whole objects, made while it is sent.
import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { deflate, deflateSync } from "node:zlib";
import { compressionLevel } from "./inflate.ts";
import type { SentObject } from "./object.ts";
import { encodeEntryHeader } from "./pack-entry.ts";
import type { GitStore } from "./store.ts";

const PIECE_BYTES = 1 << 16;
/** From here on another thread presses, and requests of others go on meanwhile. */
const LARGE_BYTES = 1 << 17;
const pressAside = promisify(deflate) as (bytes: Uint8Array, options: { readonly level: number }) => Promise<Uint8Array>;

/** The first 12 bytes of every pack. */
export function encodePackHeader(count: number): Uint8Array {
  const header = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  header.writeUInt32BE(count, 8);
  return header;
}

/** An entry of a pack: the object whole, pressed. */
export function encodeEntry(type: Parameters<typeof encodeEntryHeader>[0], bytes: Uint8Array): Uint8Array {
  return Buffer.concat([encodeEntryHeader(type, bytes.byteLength), deflateSync(bytes, { level: compressionLevel(bytes) })]);
}

/** The bytes of a pack that holds these objects, in pieces of 64 KiB and more; one object at a time is in memory. @throws `git.object_missing` on the way */
export async function* writePack(store: Pick<GitStore, "readToSend">, ids: readonly string[]): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha1");
  let held: Uint8Array[] = [encodePackHeader(ids.length)];
  let heldBytes = 12;
  for (const id of ids) {
    const entry = await encodeToSend(store.readToSend(id));
    for (const part of entry) heldBytes += part.byteLength;
    held.push(...entry);
    if (heldBytes < PIECE_BYTES) continue;
    for (const piece of join(held)) {
      hash.update(piece);
      yield piece;
    }
    [held, heldBytes] = [[], 0];
    await nextTurn();
  }
  const last = Buffer.concat(held);
  yield Buffer.concat([last, hash.update(last).digest()]);
}

async function encodeToSend({ type, bytes, compressed }: SentObject): Promise<readonly Uint8Array[]> {
  if (compressed !== undefined) return [encodeEntryHeader(type, bytes.byteLength), compressed];
  if (bytes.byteLength < LARGE_BYTES) return [encodeEntry(type, bytes)];
  return [encodeEntryHeader(type, bytes.byteLength), await pressAside(bytes, { level: compressionLevel(bytes) })];
}

/** Small parts become one piece, a large one stays as it is. */
function join(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const large = parts.findIndex((part) => part.byteLength >= PIECE_BYTES);
  return large === -1 ? [Buffer.concat(parts)] : [Buffer.concat(parts.slice(0, large)), ...parts.slice(large)];
}
