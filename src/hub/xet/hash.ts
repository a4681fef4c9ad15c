// Hashes of Xet: 32 bytes, written as four little-endian 64-bit numbers in hexadecimal, which turns every eight bytes round.
// https://huggingface.co/docs/xet/hashing
import { hashToHex, hexToBytes } from "@huggingface/xetchunk-wasm";
import { createBlake3 } from "./blake3.ts";
import { hashInvalid } from "./errors.ts";

export const HASH_BYTES = 32;
/** The key of chunk hashes (section "Chunk Hashes" of the specification). */
const CHUNK_KEY = Uint8Array.of(
  102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16, 155, 235, 43, 88, 180, 208, 176, 75, 147, 173, 242, 41,
);
const HEX = /^[0-9a-f]{64}$/;

let hashWithKey: ((message: Uint8Array) => Uint8Array) | undefined;

/** BLAKE3 of a chunk, of at most 128 KiB, under the key of chunks. */
export function hashChunk(bytes: Uint8Array): Uint8Array {
  hashWithKey ??= createBlake3(CHUNK_KEY);
  return hashWithKey(bytes);
}

export function hexOfHash(bytes: Uint8Array): string {
  return hashToHex(bytes);
}

/** @throws `xet.hash_invalid` */
export function hashOfHex(hex: string): Uint8Array {
  return hexToBytes(requireHash(hex));
}

/** @throws `xet.hash_invalid`: nothing else may become part of a path */
export function requireHash(hex: string): string {
  if (!HEX.test(hex)) throw hashInvalid(hex);
  return hex;
}

export function equalHashes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && Buffer.compare(a, b) === 0;
}
