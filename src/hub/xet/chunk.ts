// A chunk in a xorb: eight bytes of header, then its bytes as they are or packed. https://huggingface.co/docs/xet/xorb
import { xorbInvalid } from "./errors.ts";
import { decodeLz4Frame } from "./lz4.ts";

export const CHUNK_HEADER_BYTES = 8;
/** Of the content of a chunk. */
export const MOST_CHUNK_BYTES = 1 << 17;
/** Packed bytes are at most these: what LZ4 makes of bytes that cannot be packed, with room for its frame. */
const MOST_PACKED_BYTES = MOST_CHUNK_BYTES + (1 << 12);

export type ChunkScheme = "none" | "lz4" | "grouped-lz4";
const SCHEMES: readonly ChunkScheme[] = ["none", "lz4", "grouped-lz4"];

export interface ChunkHeader {
  readonly packedBytes: number;
  readonly rawBytes: number;
  readonly scheme: ChunkScheme;
}

/** @throws `xet.xorb_invalid` for sizes and schemes that no chunk has */
export function parseChunkHeader(bytes: Uint8Array, at: number): ChunkHeader {
  const packedBytes = bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16);
  const rawBytes = bytes[at + 5]! | (bytes[at + 6]! << 8) | (bytes[at + 7]! << 16);
  const scheme = SCHEMES[bytes[at + 4]!];
  if (bytes[at] !== 0) throw xorbInvalid(`a chunk is of version ${bytes[at]}, known is 0`);
  if (scheme === undefined) throw xorbInvalid(`a chunk is packed by scheme ${bytes[at + 4]}, known are 0 to 2`);
  if (rawBytes === 0 || rawBytes > MOST_CHUNK_BYTES) throw xorbInvalid(`a chunk has ${rawBytes} bytes, it may have 1 to ${MOST_CHUNK_BYTES}`);
  if (packedBytes === 0 || packedBytes > MOST_PACKED_BYTES) throw xorbInvalid(`a chunk has ${packedBytes} packed bytes, it may have 1 to ${MOST_PACKED_BYTES}`);
  if (scheme === "none" && packedBytes !== rawBytes) throw xorbInvalid(`a chunk that is not packed has ${packedBytes} bytes, it announces ${rawBytes}`);
  return { packedBytes, rawBytes, scheme };
}

export function encodeChunkHeader({ packedBytes, rawBytes, scheme }: ChunkHeader): Uint8Array {
  return Uint8Array.of(0, packedBytes, packedBytes >>> 8, packedBytes >>> 16, SCHEMES.indexOf(scheme), rawBytes, rawBytes >>> 8, rawBytes >>> 16);
}

/** The content of a chunk: the same memory when it is not packed, else a new one. @throws `xet.xorb_invalid` */
export function unpackChunk({ scheme, rawBytes }: ChunkHeader, packed: Uint8Array): Uint8Array {
  if (scheme === "none") return packed;
  const content = new Uint8Array(rawBytes);
  try {
    decodeLz4Frame(packed, content);
  } catch (cause) {
    throw xorbInvalid(`a chunk cannot be unpacked: ${(cause as Error).message}`);
  }
  return scheme === "lz4" ? content : ungroup(content);
}

/** Byte 0 of every four, then byte 1 of every four and so on become the bytes in their order again. */
function ungroup(grouped: Uint8Array): Uint8Array {
  const length = grouped.byteLength;
  const content = new Uint8Array(length);
  for (let plane = 0, at = 0; plane < 4; plane += 1) {
    for (let to = plane; to < length; to += 4) content[to] = grouped[at++]!;
  }
  return content;
}
