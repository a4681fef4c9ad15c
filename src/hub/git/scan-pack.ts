// Reads a pack that somebody sent: finds where each entry begins and ends, unpacks it, puts deltas together, and learns every id. Counts and
// sizes that the pack promises are believed only as far as its bytes bear them out.
import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { createByteCache } from "./byte-cache.ts";
import { parseCommit, parseTag } from "./commit.ts";
import { applyDelta } from "./delta.ts";
import { packRefused } from "./errors.ts";
import { hashObject, idAt, idBytes, type GitObject, type ObjectType } from "./object.ts";
import { inflateEntry, readEntry, TRAILER_BYTES, type ByteSource, type PackEntry } from "./pack-entry.ts";
import type { GitStore } from "./store.ts";
import { checkTree } from "./tree.ts";
import type { IndexedEntries } from "./write-index.ts";

export interface PackLimits {
  /** Of the pack itself. Default 16 GiB. */
  readonly maxPackBytes: number;
  readonly maxObjectBytes: number;
  /** Default 2,000,000. */
  readonly maxObjects: number;
  /** Of all objects unpacked: a few bytes of deltas can stand for very many. Default 256 GiB. */
  readonly maxUnpackedBytes: number;
}

export interface ScannedPack extends IndexedEntries {
  /** Ids of objects of the repository that deltas of the pack begin from. */
  readonly outsideBases: readonly string[];
  /** Puts an entry together again. */
  read(index: number): GitObject;
}

/** An empty object: a byte of header, and the shortest zlib stream. */
const MIN_ENTRY_BYTES = 9;
const MAX_CHAIN = 4096;
const CACHE_BYTES = 64 * 2 ** 20;
/** After so much work others have a turn. */
const TURN_BYTES = 1 << 22;
const NONE = -1;
const UNKNOWN = 255;
const TYPES: readonly ObjectType[] = ["blob", "tree", "commit", "tag"];

/** @throws `git.pack_refused` */
export async function scanPack(store: GitStore, source: ByteSource, limits: PackLimits): Promise<ScannedPack> {
  const count = readCount(source, limits);
  const ids = new Uint8Array(20 * count);
  const offsets = new Float64Array(count);
  const checksums = new Uint32Array(count);
  const types = new Uint8Array(count).fill(UNKNOWN);
  /** Where an entry's base is: an index, NONE for a whole object, or below that the place in `outsideBases`. */
  const bases = new Int32Array(count).fill(NONE);
  const outsideBases: string[] = [];
  const waiting = new Map<number | string, number[]>();
  const cache = createByteCache(CACHE_BYTES);
  let unpacked = 0;
  let sinceTurn = 0;

  const account = async (sizeBytes: number) => {
    unpacked += sizeBytes;
    sinceTurn += sizeBytes + 512;
    if (unpacked > limits.maxUnpackedBytes) throw packRefused(`it unpacks to more than ${limits.maxUnpackedBytes} bytes`);
    if (sinceTurn < TURN_BYTES) return;
    sinceTurn = 0;
    await nextTurn();
  };
  const learn = (index: number, object: GitObject) => {
    checkObject(object);
    types[index] = TYPES.indexOf(object.type);
    ids.set(idBytes(hashObject(object.type, object.bytes)), 20 * index);
    cache.set(String(index), object);
  };
  const entryAt = (index: number): PackEntry => readEntry(source, offsets[index]!);
  const baseOf = (index: number): GitObject | number => {
    const base = bases[index]!;
    return base < NONE ? store.readObject(outsideBases[NONE - 1 - base]!) : base;
  };
  const read = (index: number): GitObject => {
    const deltas: number[] = [];
    let place: GitObject | number = index;
    while (typeof place === "number") {
      const known = cache.get(String(place));
      if (known !== undefined) place = known;
      else if (bases[place] === NONE) place = { type: TYPES[types[place]!]!, bytes: inflateEntry(source, entryAt(place), limits.maxObjectBytes).bytes };
      else {
        deltas.push(place);
        if (deltas.length > MAX_CHAIN) throw packRefused(`it has a chain of more than ${MAX_CHAIN} deltas`);
        place = baseOf(place);
      }
    }
    for (const delta of deltas.reverse()) place = { type: place.type, bytes: applyDelta(place.bytes, inflateEntry(source, entryAt(delta), limits.maxObjectBytes).bytes, limits.maxObjectBytes) };
    return place;
  };

  const wait = (base: number | string, index: number) => {
    const others = waiting.get(base);
    if (others === undefined) waiting.set(base, [index]);
    else others.push(index);
  };
  const scan = async () => {
    let offset = 12;
    for (let index = 0; index < count; index++) {
      const entry = readEntry(source, offset);
      const { bytes, end } = inflateEntry(source, entry, limits.maxObjectBytes);
      offsets[index] = offset;
      checksums[index] = checksum(source, offset, end);
      if (entry.kind === "whole") learn(index, { type: entry.type, bytes });
      else wait(entry.base, index);
      offset = end;
      await account(bytes.byteLength);
    }
    if (offset !== source.sizeBytes - TRAILER_BYTES) throw packRefused("bytes follow its last entry");
  };
  const take = (key: number | string): readonly number[] => {
    const taken = waiting.get(key) ?? [];
    waiting.delete(key);
    return taken;
  };
  /** Everything that can be made from the objects in `stack`, depth first. */
  const resolve = async (stack: number[]) => {
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      for (const child of [...take(offsets[index]!), ...take(idAt(ids, 20 * index))]) {
        bases[child] = index;
        const object = read(child);
        learn(child, object);
        stack.push(child);
        await account(object.bytes.byteLength);
      }
    }
  };

  try {
    await scan();
    await resolve([...bases.keys()].filter((index) => types[index] !== UNKNOWN && (waiting.has(offsets[index]!) || waiting.has(idAt(ids, 20 * index)))));
    for (const id of waiting.keys()) {
      if (typeof id === "number" || !store.hasObject(id)) continue;
      outsideBases.push(id);
      const children = take(id);
      for (const child of children) {
        bases[child] = NONE - outsideBases.length;
        learn(child, read(child));
      }
      await resolve([...children]);
    }
  } catch (cause) {
    throw asRefusal(cause);
  }
  if (waiting.size > 0) throw packRefused("deltas of it begin from objects that neither it nor the repository has");
  return { count, ids, offsets, checksums, outsideBases, read };
}

/** As many objects as the header says must fit into the bytes that follow it. */
function readCount(source: ByteSource, limits: PackLimits): number {
  if (source.sizeBytes < 12 + TRAILER_BYTES) throw packRefused("it is too short for a pack");
  const header = Buffer.from(source.read(0, 12));
  const version = header.readUInt32BE(4);
  const count = header.readUInt32BE(8);
  if (header.toString("latin1", 0, 4) !== "PACK" || (version !== 2 && version !== 3)) throw packRefused("it has no header of a pack of version 2 or 3");
  if (count > limits.maxObjects) throw packRefused(`it promises ${count} objects, at most ${limits.maxObjects} are allowed`);
  if (count * MIN_ENTRY_BYTES > source.sizeBytes) throw packRefused(`it promises ${count} objects in ${source.sizeBytes} bytes`);
  return count;
}

function checkObject({ type, bytes }: GitObject): void {
  if (type === "tree") checkTree(bytes);
  else if (type === "commit") parseCommit(bytes);
  else if (type === "tag") parseTag(bytes);
}

function checksum(source: ByteSource, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at += TURN_BYTES) sum = crc32(source.read(at, Math.min(TURN_BYTES, end - at)), sum);
  return sum;
}

function asRefusal(cause: unknown): unknown {
  const { code = "" } = cause as { code?: string };
  const isForeign = cause instanceof RangeError || code.startsWith("Z_") || code === "git.object_invalid";
  return isForeign ? packRefused((cause as Error).message.replace(/^Cannot use a /, "it has an unusable "), cause) : cause;
}
