// Makes a pack and its index part of a repository, durably.
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { isFile, publish, publishFile, removeFile, writeFlushed } from "../../files/index.ts";
import { encodePackIndex, type IndexedEntries } from "./write-index.ts";
import { encodePackHeader } from "./write-pack.ts";

/** Flushing an object by itself takes as long as flushing a pack; but every pack more makes looking up slower. */
export const MAX_LOOSE_AT_ONCE = 20;

/** Where packs lie in a repository. */
export function packFolder(directory: string): string {
  return join(directory, "objects", "pack");
}

/** A name for what is not finished; git clears such files away itself when they are old. */
export function temporaryPack(directory: string): string {
  return join(packFolder(directory), `tmp_pack_${randomUUID()}`);
}

/**
 * Writes a pack out of its entries, and its index. The pack comes first, the index last: without an index nobody looks into a pack.
 * @param body the entries one after the other, without the header and the checksum around them
 * @returns the path of the pack without its ending
 */
export function keepPack(directory: string, entries: IndexedEntries, body: Iterable<Uint8Array>): string {
  const temporary = temporaryPack(directory);
  const hash = createHash("sha1");
  let trailer: Uint8Array = new Uint8Array(0);
  const whole = function* (): Generator<Uint8Array> {
    const header = encodePackHeader(entries.count);
    hash.update(header);
    yield header;
    for (const piece of body) {
      hash.update(piece);
      yield piece;
    }
    yield (trailer = hash.digest());
  };
  writeFlushed(temporary, whole());
  const name = join(packFolder(directory), `pack-${Buffer.from(trailer).toString("hex")}`);
  if (isFile(`${name}.idx`)) {
    removeFile(temporary);
    return name;
  }
  publish(temporary, `${name}.pack`);
  publishFile(join(packFolder(directory), `tmp_idx_${randomUUID()}`), `${name}.idx`, [encodePackIndex(entries, trailer)]);
  return name;
}
