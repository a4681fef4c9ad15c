// A xorb on the disk of the hub: its chunks as on the wire, so that a client can be given ranges of the file, and after them a table that
// says where each chunk is and what it hashes to. A chunk stays packed only where that saves a quarter; weights, which hardly shrink, lie
// unpacked and are read as fast as a plain file.
import { xorbHash, type Chunk } from "@huggingface/xetchunk-wasm";
import { createLargeFile, openLargeFile, type LargeFileReader, type LargeFileWriter } from "../../files/index.ts";
import { lastAtOrBefore } from "../store/last-at-or-before.ts";
import { bufferWrites } from "../store/receive.ts";
import { CHUNK_HEADER_BYTES, encodeChunkHeader, parseChunkHeader, unpackChunk } from "./chunk.ts";
import { xorbHashMismatch, xorbInvalid } from "./errors.ts";
import { HASH_BYTES, hashChunk, hexOfHash } from "./hash.ts";
import type { WireChunk } from "./read-xorb.ts";

const MAGIC = new TextEncoder().encode("tsxorb01");
const TRAILER_BYTES = MAGIC.byteLength + 8;
const ENTRY_BYTES = HASH_BYTES + 8;
const WORTH_PACKING = 0.75;

/**
 * Hashes every chunk and, with a `path` to write to, keeps it. The file gets its name when all is well.
 * @throws `xet.hash_mismatch` when the chunks are not those of `hash`, and what `chunks` throws; nothing is left behind
 */
export async function storeXorb(hash: string, chunks: AsyncIterable<WireChunk>, place?: { readonly temporary: string; readonly path: string; readonly create?: (path: string) => Promise<LargeFileWriter> }): Promise<void> {
  const file = place === undefined ? undefined : await (place.create ?? createLargeFile)(place.temporary);
  const buffered = file === undefined ? undefined : bufferWrites((bytes) => file.write(bytes));
  const table: Chunk[] = [];
  const stored: number[] = [];
  try {
    let position = 0;
    try {
      for await (const { header, packed, content } of chunks) {
        table.push({ hash: hashChunk(content), length: content.byteLength });
        stored.push(position);
        const keepsPacked = packed.byteLength <= WORTH_PACKING * content.byteLength;
        const kept = keepsPacked ? packed : content;
        await buffered?.write(encodeChunkHeader({ packedBytes: kept.byteLength, rawBytes: content.byteLength, scheme: keepsPacked ? header.scheme : "none" }));
        await buffered?.write(kept);
        position += CHUNK_HEADER_BYTES + kept.byteLength;
      }
      const found = hexOfHash(xorbHash(table));
      if (found !== hash) throw xorbHashMismatch(hash, found);
      await buffered?.write(encodeTable(table, stored, position));
    } finally {
      await buffered?.end();
    }
    if (file !== undefined && place !== undefined) await file.moveTo(place.path);
  } finally {
    await file?.abort();
  }
}

function encodeTable(table: readonly Chunk[], stored: readonly number[], position: number): Uint8Array {
  const bytes = new Uint8Array(table.length * ENTRY_BYTES + TRAILER_BYTES);
  const view = new DataView(bytes.buffer);
  table.forEach(({ hash, length }, index) => {
    bytes.set(hash, index * ENTRY_BYTES);
    view.setUint32(index * ENTRY_BYTES + HASH_BYTES, stored[index]!, true);
    view.setUint32(index * ENTRY_BYTES + HASH_BYTES + 4, length, true);
  });
  const trailer = table.length * ENTRY_BYTES;
  view.setUint32(trailer, table.length, true);
  view.setUint32(trailer + 4, position, true);
  bytes.set(MAGIC, trailer + 8);
  return bytes;
}

/** A stored xorb. Chunks are counted from 0; ranges of chunks end before `end`. */
export interface XorbFile {
  readonly chunkCount: number;
  /** Bytes of its chunks as they lie in the file, headers with them. */
  readonly storedBytes: number;
  /** Where the content of a chunk begins among the contents of all; of `chunkCount`: how many bytes all have. */
  contentStart(chunk: number): number;
  /** Where a chunk, with its header, begins in the file; of `chunkCount`: where the last one ends. */
  storedStart(chunk: number): number;
  chunkHash(chunk: number): Uint8Array;
  /** Bytes `start` to `end` of the contents of all chunks. */
  read(start: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** @throws `files.missing`, `xet.xorb_invalid` */
export async function openXorb(path: string): Promise<XorbFile> {
  const file = await openLargeFile(path);
  try {
    return await readTable(file);
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

async function readTable(file: LargeFileReader): Promise<XorbFile> {
  const trailer = await file.read(Math.max(0, file.sizeBytes - TRAILER_BYTES), Math.min(TRAILER_BYTES, file.sizeBytes));
  const tail = new DataView(trailer.buffer);
  const chunkCount = trailer.byteLength === TRAILER_BYTES ? tail.getUint32(0, true) : 0;
  const storedBytes = chunkCount === 0 ? 0 : tail.getUint32(4, true);
  const tableBytes = chunkCount * ENTRY_BYTES;
  if (chunkCount === 0 || storedBytes + tableBytes + TRAILER_BYTES !== file.sizeBytes || Buffer.compare(trailer.subarray(8), MAGIC) !== 0) throw xorbInvalid(`${file.path} is damaged`);
  const table = await file.read(storedBytes, tableBytes);
  const view = new DataView(table.buffer);
  const contentStarts = new Float64Array(chunkCount + 1);
  for (let chunk = 0; chunk < chunkCount; chunk += 1) contentStarts[chunk + 1] = contentStarts[chunk]! + view.getUint32(chunk * ENTRY_BYTES + HASH_BYTES + 4, true);
  const storedStart = (chunk: number) => (chunk === chunkCount ? storedBytes : view.getUint32(chunk * ENTRY_BYTES + HASH_BYTES, true));
  return {
    chunkCount,
    storedBytes,
    contentStart: (chunk) => contentStarts[chunk]!,
    storedStart,
    chunkHash: (chunk) => table.subarray(chunk * ENTRY_BYTES, chunk * ENTRY_BYTES + HASH_BYTES),
    async read(start, end) {
      const first = lastAtOrBefore(contentStarts, start);
      const last = lastAtOrBefore(contentStarts, end - 1);
      const from = storedStart(first);
      const bytes = await file.read(from, storedStart(last + 1) - from);
      const content = new Uint8Array(end - start);
      for (let chunk = first; chunk <= last; chunk += 1) {
        const at = storedStart(chunk) - from;
        const header = parseChunkHeader(bytes, at);
        const piece = unpackChunk(header, bytes.subarray(at + CHUNK_HEADER_BYTES, at + CHUNK_HEADER_BYTES + header.packedBytes));
        const begins = contentStarts[chunk]!;
        const wanted = piece.subarray(Math.max(0, start - begins), Math.min(piece.byteLength, end - begins));
        content.set(wanted, Math.max(0, begins - start));
      }
      return content;
    },
    close: () => file.close(),
  };
}
