// Writes the index of a pack, version 2; pack-index.ts reads it.
import { createHash } from "node:crypto";

/** What an index says of the entries of a pack, entry by entry in any order. */
export interface IndexedEntries {
  readonly count: number;
  /** 20 bytes an entry. */
  readonly ids: Uint8Array;
  readonly offsets: Float64Array;
  readonly checksums: Uint32Array;
}

const FAR = 2 ** 31;

/** @param packTrailer the SHA-1 that the pack ends with */
export function encodePackIndex(entries: IndexedEntries, packTrailer: Uint8Array): Uint8Array {
  const { count } = entries;
  const ids = Buffer.from(entries.ids.buffer, entries.ids.byteOffset, entries.ids.byteLength);
  const order = new Uint32Array(count).map((_, index) => index).sort((a, b) => ids.compare(ids, 20 * b, 20 * b + 20, 20 * a, 20 * a + 20));
  const far = entries.offsets.subarray(0, count).filter((offset) => offset >= FAR).length;
  const bytes = Buffer.alloc(8 + 1024 + 28 * count + 8 * far + 40);
  bytes.writeUInt32BE(0xff744f63, 0);
  bytes.writeUInt32BE(2, 4);
  const [idsStart, sumsStart, offsetsStart, farStart] = [1032, 1032 + 20 * count, 1032 + 24 * count, 1032 + 28 * count];
  const fanout = new Uint32Array(256);
  let farCount = 0;
  for (const [place, entry] of order.entries()) {
    fanout[ids[20 * entry]!]! += 1;
    ids.copy(bytes, idsStart + 20 * place, 20 * entry, 20 * entry + 20);
    bytes.writeUInt32BE(entries.checksums[entry]!, sumsStart + 4 * place);
    const offset = entries.offsets[entry]!;
    bytes.writeUInt32BE(offset < FAR ? offset : FAR + farCount, offsetsStart + 4 * place);
    if (offset >= FAR) bytes.writeBigUInt64BE(BigInt(offset), farStart + 8 * farCount++);
  }
  let below = 0;
  for (const [first, here] of fanout.entries()) bytes.writeUInt32BE((below += here), 8 + 4 * first);
  const end = bytes.length - 40;
  bytes.set(packTrailer, end);
  bytes.set(createHash("sha1").update(bytes.subarray(0, end + 20)).digest(), end + 20);
  return bytes;
}
