// A xorb as it comes over the wire: chunk after chunk, never more of it in memory than one chunk and the piece that just came.
import { CHUNK_HEADER_BYTES, parseChunkHeader, unpackChunk, type ChunkHeader } from "./chunk.ts";
import { xorbInvalid } from "./errors.ts";

/** 64 MiB are allowed; headers of chunks come on top in some clients. */
const MOST_XORB_BYTES = (1 << 26) + (1 << 20);
/** Clients stop at 8192. */
const MOST_CHUNKS = 1 << 14;

/** One chunk; its memory is used again when the next one is asked for. */
export interface WireChunk {
  readonly header: ChunkHeader;
  readonly packed: Uint8Array;
  readonly content: Uint8Array;
}

/** @throws `xet.xorb_invalid` as soon as something is wrong; what comes after is not read */
export async function* readXorb(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<WireChunk> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let needed = CHUNK_HEADER_BYTES;
  let total = 0;
  let chunks = 0;
  for await (const piece of bytes) {
    total += piece.byteLength;
    if (total > MOST_XORB_BYTES) throw xorbInvalid(`it has more than ${MOST_XORB_BYTES} bytes`);
    held.push(piece);
    heldBytes += piece.byteLength;
    if (heldBytes < needed) continue;
    const joined: Uint8Array = held.length === 1 ? piece : Buffer.concat(held);
    let at = 0;
    for (;;) {
      needed = CHUNK_HEADER_BYTES;
      if (joined.byteLength - at < needed) break;
      const header = parseChunkHeader(joined, at);
      needed += header.packedBytes;
      if (joined.byteLength - at < needed) break;
      chunks += 1;
      if (chunks > MOST_CHUNKS) throw xorbInvalid(`it has more than ${MOST_CHUNKS} chunks`);
      const packed = joined.subarray(at + CHUNK_HEADER_BYTES, at + needed);
      yield { header, packed, content: unpackChunk(header, packed) };
      at += needed;
    }
    held = at < joined.byteLength ? [joined.subarray(at)] : [];
    heldBytes = joined.byteLength - at;
  }
  if (heldBytes > 0) throw xorbInvalid("it is cut off inside a chunk");
  if (chunks === 0) throw xorbInvalid("it has no chunks");
}
