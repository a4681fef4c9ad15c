// A pack that grows object by object in a temporary file, and can be read while it grows.
import { crc32 } from "node:zlib";
import { createSpool, type Spool } from "../../files/index.ts";
import { keepPack, temporaryPack } from "./keep-pack.ts";
import { hashObject, MAX_OBJECT_BYTES, type GitObject, type ObjectType } from "./object.ts";
import { inflateEntry, readEntry, TRAILER_BYTES } from "./pack-entry.ts";
import { encodeEntry } from "./write-pack.ts";

export interface PackSpool {
  readonly count: number;
  has(id: string): boolean;
  read(id: string): GitObject | undefined;
  add(type: ObjectType, bytes: Uint8Array): string;
  ids(): Iterable<string>;
  /** Makes it a pack of the repository, durably. @returns its path without ending */
  keep(): string;
  /** Deletes the temporary file. */
  remove(): void;
}

interface Place {
  readonly offset: number;
  readonly checksum: number;
}

const PIECE_BYTES = 1 << 20;

export function createPackSpool(directory: string): PackSpool {
  const places = new Map<string, Place>();
  let spool: Spool | undefined;
  const file = (): Spool => {
    if (spool === undefined) {
      spool = createSpool(temporaryPack(directory));
      // Where the header of the pack will be: offsets count it.
      spool.append(new Uint8Array(12));
    }
    return spool;
  };
  return {
    get count() {
      return places.size;
    },
    has: (id) => places.has(id),
    ids: () => places.keys(),
    add(type, bytes) {
      const id = hashObject(type, bytes);
      if (places.has(id)) return id;
      const entry = encodeEntry(type, bytes);
      places.set(id, { offset: file().append(entry), checksum: crc32(entry) });
      return id;
    },
    read(id) {
      const place = places.get(id);
      if (place === undefined) return undefined;
      const { sizeBytes, peek } = file();
      const source = { sizeBytes: sizeBytes + TRAILER_BYTES, read: peek };
      const entry = readEntry(source, place.offset);
      if (entry.kind !== "whole") throw new Error("internal: a delta in a spool of whole objects");
      return { type: entry.type, bytes: inflateEntry(source, entry, MAX_OBJECT_BYTES).bytes };
    },
    keep() {
      const { sizeBytes, peek } = file();
      const body = function* (): Generator<Uint8Array> {
        for (let at = 12; at < sizeBytes; at += PIECE_BYTES) yield peek(at, Math.min(PIECE_BYTES, sizeBytes - at));
      };
      const all = [...places.values()];
      const entries = {
        count: places.size,
        ids: Buffer.concat([...places.keys()].map((id) => Buffer.from(id, "hex"))),
        offsets: Float64Array.from(all, ({ offset }) => offset),
        checksums: Uint32Array.from(all, ({ checksum }) => checksum),
      };
      return keepPack(directory, entries, body());
    },
    remove() {
      spool?.remove();
      spool = undefined;
      places.clear();
    },
  };
}
