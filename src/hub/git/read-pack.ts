// Takes a pack into a repository. A small one becomes loose objects; a larger one stays a pack, as git keeps it (receive.unpackLimit): two
// files to flush instead of thousands.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { createSpool } from "../../files/index.ts";
import { packRefused } from "./errors.ts";
import { keepPack, MAX_LOOSE_AT_ONCE, temporaryPack } from "./keep-pack.ts";
import { idBytes, MAX_OBJECT_BYTES } from "./object.ts";
import { TRAILER_BYTES, type ByteSource } from "./pack-entry.ts";
import { scanPack, type PackLimits, type ScannedPack } from "./scan-pack.ts";
import type { GitStore } from "./store.ts";
import type { IndexedEntries } from "./write-index.ts";
import { encodeEntry } from "./write-pack.ts";

const DEFAULT_LIMITS: PackLimits = { maxPackBytes: 16 * 2 ** 30, maxObjectBytes: MAX_OBJECT_BYTES, maxObjects: 2_000_000, maxUnpackedBytes: 256 * 2 ** 30 };
const PIECE_BYTES = 1 << 20;

/**
 * Reads a pack, thin ones with it, and stores its objects durably. What it holds is checked before anything of it can be found; memory does
 * not grow with its size, only with its number of objects (32 bytes each).
 * @returns how many objects it had
 * @throws `git.pack_refused` when it is damaged, cut off, beyond a limit, or holds what git fsck refuses; nothing is stored then
 */
export async function readPack(store: GitStore, pieces: AsyncIterable<Uint8Array>, limits: Partial<PackLimits> = {}): Promise<number> {
  const allowed = { ...DEFAULT_LIMITS, ...limits };
  const spool = createSpool(temporaryPack(store.directory));
  try {
    const trailer = await receive(pieces, (piece) => void spool.append(piece), allowed.maxPackBytes);
    const source: ByteSource = { sizeBytes: spool.sizeBytes, read: (offset, length) => spool.peek(offset, length) };
    requireTrailer(source, trailer);
    const pack = await scanPack(store, source, allowed);
    if (pack.count <= MAX_LOOSE_AT_ONCE) unpack(store, pack);
    else keep(store, source, pack);
    return pack.count;
  } finally {
    spool.remove();
  }
}

/** @returns the SHA-1 of all bytes but the last 20 */
async function receive(pieces: AsyncIterable<Uint8Array>, append: (piece: Uint8Array) => void, maxBytes: number): Promise<Uint8Array> {
  const hash = createHash("sha1");
  let tail: Uint8Array = new Uint8Array(0);
  let total = 0;
  for await (const piece of pieces) {
    total += piece.byteLength;
    if (total > maxBytes) throw packRefused(`it has more than ${maxBytes} bytes`);
    append(piece);
    const joined = piece.byteLength >= TRAILER_BYTES ? undefined : Buffer.concat([tail, piece]);
    if (joined === undefined) {
      hash.update(tail).update(piece.subarray(0, piece.byteLength - TRAILER_BYTES));
      tail = piece.slice(piece.byteLength - TRAILER_BYTES);
    } else {
      const cut = Math.max(0, joined.byteLength - TRAILER_BYTES);
      hash.update(joined.subarray(0, cut));
      tail = joined.subarray(cut);
    }
  }
  return hash.digest();
}

function requireTrailer(source: ByteSource, trailer: Uint8Array): void {
  if (source.sizeBytes < TRAILER_BYTES) throw packRefused("it is cut off");
  if (Buffer.compare(source.read(source.sizeBytes - TRAILER_BYTES, TRAILER_BYTES), trailer) !== 0) throw packRefused("its checksum is another than it says: it is damaged or cut off");
}

function unpack(store: GitStore, pack: ScannedPack): void {
  for (let index = 0; index < pack.count; index++) {
    const { type, bytes } = pack.read(index);
    store.writeObject(type, bytes);
  }
}

/** Objects that deltas begin from are put behind the entries: every pack stands for itself. */
function keep(store: GitStore, source: ByteSource, pack: ScannedPack): void {
  const appended = pack.outsideBases.map((id) => {
    const { type, bytes } = store.readObject(id);
    return { id, bytes: encodeEntry(type, bytes) };
  });
  const body = function* (): Generator<Uint8Array> {
    const end = source.sizeBytes - TRAILER_BYTES;
    for (let at = 12; at < end; at += PIECE_BYTES) yield source.read(at, Math.min(PIECE_BYTES, end - at));
    for (const { bytes } of appended) yield bytes;
  };
  keepPack(store.directory, withAppended(pack, source, appended), body());
}

function withAppended(pack: ScannedPack, source: ByteSource, appended: readonly { readonly id: string; readonly bytes: Uint8Array }[]): IndexedEntries {
  if (appended.length === 0) return pack;
  let next = source.sizeBytes - TRAILER_BYTES;
  const starts = appended.map(({ bytes }) => (next += bytes.byteLength) - bytes.byteLength);
  return {
    count: pack.count + appended.length,
    ids: Buffer.concat([pack.ids, ...appended.map(({ id }) => idBytes(id))]),
    offsets: Float64Array.from([...pack.offsets, ...starts]),
    checksums: Uint32Array.from([...pack.checksums, ...appended.map(({ bytes }) => crc32(bytes))]),
  };
}
