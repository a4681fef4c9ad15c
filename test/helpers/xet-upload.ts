// Xorbs and shards as a client makes them, nothing packed. https://huggingface.co/docs/xet/xorb, https://huggingface.co/docs/xet/shard
import { fileHash, hashToHex, hexToBytes, verificationHash, xorbHash, type Chunk } from "@huggingface/xetchunk-wasm";
import { hashChunk } from "../../src/hub/xet/hash.ts";

export interface MadeXorb {
  readonly hash: string;
  readonly bytes: Uint8Array;
  readonly chunks: readonly Chunk[];
}

export function makeXorb(contents: readonly Uint8Array[]): MadeXorb {
  const chunks = contents.map((content) => ({ hash: hashChunk(content).slice(), length: content.byteLength }));
  const bytes = Buffer.concat(contents.flatMap((content) => [chunkHeader(content.byteLength, 0, content.byteLength), content]));
  return { hash: hashToHex(xorbHash(chunks)), bytes, chunks };
}

export function chunkHeader(packedBytes: number, scheme: number, rawBytes: number): Uint8Array {
  return Uint8Array.of(0, packedBytes, packedBytes >>> 8, packedBytes >>> 16, scheme, rawBytes, rawBytes >>> 8, rawBytes >>> 16);
}

/** A run of chunks of a xorb. */
export interface MadeTerm {
  readonly xorb: MadeXorb;
  readonly start: number;
  readonly end: number;
}

export interface MadeFile {
  readonly terms: readonly MadeTerm[];
  readonly sha256: string;
  /** Instead of what is true. */
  readonly hash?: string;
  readonly proof?: Uint8Array;
  readonly count?: number;
  readonly sizeBytes?: number;
}

export function hashOfFile(terms: readonly MadeTerm[]): string {
  return hashToHex(fileHash(terms.flatMap(({ xorb, start, end }) => xorb.chunks.slice(start, end))));
}

export function makeShard(files: readonly MadeFile[]): Uint8Array {
  const header = Buffer.from("HFRepoMetaData\0\x55\x69\x67\x45\x6a\x7b\x81\x57\x83\xa5\xbd\xd9\x5c\xcd\xd1\x4a\xa9", "latin1");
  const entries = [entry(header, [2, 0, 0, 0])];
  for (const { terms, sha256, hash, proof, count, sizeBytes } of files) {
    entries.push(entry(hexToBytes(hash ?? hashOfFile(terms)), [0xc0000000, count ?? terms.length, 0, 0]));
    for (const { xorb, start, end } of terms) {
      const length = xorb.chunks.slice(start, end).reduce((sum, chunk) => sum + chunk.length, 0);
      entries.push(entry(hexToBytes(xorb.hash), [0, sizeBytes ?? length, start, end]));
    }
    for (const { xorb, start, end } of terms) entries.push(entry(proof ?? verificationHash(xorb.chunks.slice(start, end).map((chunk) => chunk.hash)), [0, 0, 0, 0]));
    entries.push(entry(hexToBytes(sha256), [0, 0, 0, 0]));
  }
  const bookend = entry(new Uint8Array(32).fill(255), [0, 0, 0, 0]);
  const xorbs = [...new Set(files.flatMap(({ terms }) => terms.map(({ xorb }) => xorb)))];
  const described = xorbs.flatMap(({ hash, chunks, bytes }) => [
    entry(hexToBytes(hash), [0, chunks.length, 0, bytes.byteLength]),
    ...chunks.map((chunk) => entry(chunk.hash, [0, chunk.length, 0, 0])),
  ]);
  return Buffer.concat([...entries, bookend, ...described, bookend]);
}

function entry(hash: Uint8Array, words: readonly [number, number, number, number]): Uint8Array {
  const bytes = Buffer.alloc(48);
  bytes.set(hash);
  words.forEach((word, index) => bytes.writeUInt32LE(word, 32 + 4 * index));
  return bytes;
}

export async function* inPieces(bytes: Uint8Array, length = 60_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
