// A large file kept as its difference to another one, in blocks of up to 1 MiB of which each can be read without the others.
//
//   blocks …, table (24 bytes a block), trailer (96 bytes); numbers little-endian
//
// docs/formats/large-files.md describes it field by field.
import { basename } from "node:path";
import { createLargeFile, openLargeFile, withFile, type LargeFileReader, type LargeFileWriter } from "../../files/index.ts";
import type { Content } from "./content.ts";
import { decodeBlock, encodeBlock, isWidth, planeLengths, type EncodedBlock } from "./delta-block.ts";
import type { Segment } from "./delta-layout.ts";
import { largeFileDamaged } from "./errors.ts";
import { lastAtOrBefore } from "./last-at-or-before.ts";
import { bufferWrites } from "./receive.ts";

const MAGIC = new TextEncoder().encode("tsdelta1");
const ENTRY_BYTES = 24;
const TRAILER_BYTES = 96;
const BLOCK_BYTES = 1 << 20;
const NO_BASE = 0xffffffffffffffffn;

export interface DeltaNames {
  readonly oid: string;
  readonly base: string;
}

interface Entry {
  readonly length: number;
  readonly width: number;
  /** Where its first plane is in the file. */
  readonly offset: number;
  readonly baseStart: number | undefined;
}

/**
 * Writes the difference and gives it its name; nothing is left behind when it is not worth it.
 * @returns bytes of the file; undefined when it would have more than `most` times those of the content, or the signal said to stop
 */
export async function writeDelta(names: DeltaNames, target: Content, base: Content, segments: readonly Segment[], places: { readonly temporary: string; readonly path: string }, most: number, signal?: AbortSignal): Promise<number | undefined> {
  const file: LargeFileWriter = await createLargeFile(places.temporary);
  try {
    const buffered = bufferWrites((bytes) => file.write(bytes));
    const entries: Entry[] = [];
    let offset = 0;
    try {
      for (const { start, end, baseStart, width } of segments) {
        for (let at = start; at < end; at += BLOCK_BYTES) {
          const length = Math.min(BLOCK_BYTES, end - at);
          const from = baseStart === undefined ? undefined : baseStart + at - start;
          const block = await encodeBlock(await target.read(at, length), from === undefined ? undefined : await base.read(from, length), width);
          entries.push({ length, width: block.width, offset, baseStart: from });
          for (const part of [planeSizes(block), ...block.planes]) {
            await buffered.write(part);
            offset += part.byteLength;
          }
          if (offset > most * target.sizeBytes || signal?.aborted === true) return undefined;
        }
      }
      await buffered.write(encodeTable(names, target.sizeBytes, entries, offset));
    } finally {
      await buffered.end();
    }
    await file.moveTo(places.path);
    return file.sizeBytes;
  } finally {
    await file.abort();
  }
}

function planeSizes({ planes }: EncodedBlock): Uint8Array {
  return new Uint8Array(Uint32Array.from(planes, ({ byteLength }) => byteLength).buffer);
}

function encodeTable({ oid, base }: DeltaNames, sizeBytes: number, entries: readonly Entry[], offset: number): Uint8Array {
  const bytes = Buffer.alloc(entries.length * ENTRY_BYTES + TRAILER_BYTES);
  entries.forEach((entry, index) => {
    const at = index * ENTRY_BYTES;
    bytes.writeUInt32LE(entry.length, at);
    bytes.writeUInt32LE(entry.width, at + 4);
    bytes.writeBigUInt64LE(BigInt(entry.offset), at + 8);
    bytes.writeBigUInt64LE(entry.baseStart === undefined ? NO_BASE : BigInt(entry.baseStart), at + 16);
  });
  const at = entries.length * ENTRY_BYTES;
  bytes.writeUInt32LE(entries.length, at);
  bytes.writeBigUInt64LE(BigInt(sizeBytes), at + 8);
  bytes.write(base, at + 16, "hex");
  bytes.write(oid, at + 48, "hex");
  bytes.writeBigUInt64LE(BigInt(offset), at + 80);
  bytes.set(MAGIC, at + 88);
  return bytes;
}

const SAMPLES = 8;

/** Size of the difference over that of the content, from a few blocks: what cannot be made small is not tried in full again and again. */
export async function estimateRatio(target: Content, base: Content, segments: readonly Segment[]): Promise<number> {
  let [taken, packed] = [0, 0];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const place = Math.floor(((sample + 0.5) / SAMPLES) * target.sizeBytes);
    const segment = segments.find(({ end }) => place < end);
    if (segment === undefined) continue;
    const at = segment.start + Math.floor((place - segment.start) / BLOCK_BYTES) * BLOCK_BYTES;
    const length = Math.min(BLOCK_BYTES, segment.end - at);
    const from = segment.baseStart === undefined ? undefined : segment.baseStart + at - segment.start;
    const { planes } = await encodeBlock(await target.read(at, length), from === undefined ? undefined : await base.read(from, length), segment.width);
    taken += length;
    packed += planes.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
  return packed / taken;
}

/** What a delta says of itself. */
export interface DeltaHead extends DeltaNames {
  readonly sizeBytes: number;
  readonly blockCount: number;
  readonly tableStart: number;
}

/** Reads the end of a delta, at once. @throws `large_file.damaged`, `files.missing` */
export function readDeltaHead(path: string): DeltaHead {
  return withFile(path, (file) => parseHead(path, file.sizeBytes, file.read(Math.max(0, file.sizeBytes - TRAILER_BYTES), Math.min(TRAILER_BYTES, file.sizeBytes))));
}

function parseHead(path: string, fileBytes: number, trailer: Uint8Array): DeltaHead {
  const bytes = Buffer.from(trailer);
  const isWhole = bytes.byteLength === TRAILER_BYTES && Buffer.compare(bytes.subarray(88), MAGIC) === 0;
  const [blockCount, tableStart] = isWhole ? [bytes.readUInt32LE(0), Number(bytes.readBigUInt64LE(80))] : [0, 0];
  if (!isWhole || tableStart + blockCount * ENTRY_BYTES + TRAILER_BYTES !== fileBytes) throw largeFileDamaged(basename(path), "its difference to another file has no end");
  return { blockCount, tableStart, sizeBytes: Number(bytes.readBigUInt64LE(8)), base: bytes.toString("hex", 16, 48), oid: bytes.toString("hex", 48, 80) };
}

/**
 * The content a delta stands for. The last two blocks are kept: who reads on does not decode a block twice.
 * @param openBase opens the content it differs from, which is closed with this one
 * @throws `large_file.damaged`
 */
export async function openDelta(path: string, openBase: (oid: string) => Promise<Content>): Promise<Content> {
  const file = await openLargeFile(path);
  try {
    const head = parseHead(path, file.sizeBytes, await file.read(Math.max(0, file.sizeBytes - TRAILER_BYTES), Math.min(TRAILER_BYTES, file.sizeBytes)));
    const table = await readTable(file, head);
    const base = await openBase(head.base);
    return readThrough(file, head, table, base);
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

interface Table {
  readonly entries: readonly Entry[];
  readonly starts: Float64Array;
}

async function readTable(file: LargeFileReader, { oid, blockCount, tableStart, sizeBytes }: DeltaHead): Promise<Table> {
  const bytes = Buffer.from((await file.read(tableStart, blockCount * ENTRY_BYTES)).buffer);
  const starts = new Float64Array(blockCount + 1);
  const entries = Array.from({ length: blockCount }, (_, index): Entry => {
    const at = index * ENTRY_BYTES;
    const base = bytes.readBigUInt64LE(at + 16);
    const entry = { length: bytes.readUInt32LE(at), width: bytes.readUInt32LE(at + 4), offset: Number(bytes.readBigUInt64LE(at + 8)), baseStart: base === NO_BASE ? undefined : Number(base) };
    if (entry.length === 0 || entry.length > BLOCK_BYTES || !isWidth(entry.width) || entry.offset > tableStart) throw largeFileDamaged(oid, `block ${index} of its difference to another file is none`);
    starts[index + 1] = starts[index]! + entry.length;
    return entry;
  });
  if (starts[blockCount] !== sizeBytes) throw largeFileDamaged(oid, `the blocks of its difference to another file make ${starts[blockCount]} bytes, needed are ${sizeBytes}`);
  return { entries, starts };
}

function readThrough(file: LargeFileReader, head: DeltaHead, { entries, starts }: Table, base: Content): Content {
  const kept = new Map<number, Promise<Uint8Array>>();
  const decode = async (index: number): Promise<Uint8Array> => {
    const { length, width, offset, baseStart } = entries[index]!;
    const end = index + 1 < entries.length ? entries[index + 1]!.offset : head.tableStart;
    try {
      if (!isWidth(width)) throw new RangeError("its width is none");
      const bytes = await file.read(offset, end - offset);
      const planes = cutPlanes(bytes, planeLengths(length, width));
      return await decodeBlock({ width, planes }, length, baseStart === undefined ? undefined : await base.read(baseStart, length));
    } catch (cause) {
      throw largeFileDamaged(head.oid, `block ${index} of its difference to ${head.base} cannot be read: ${(cause as Error).message}`, cause);
    }
  };
  const block = (index: number): Promise<Uint8Array> => {
    const found = kept.get(index) ?? decode(index);
    kept.delete(index);
    kept.set(index, found);
    for (const old of [...kept.keys()].slice(0, -2)) kept.delete(old);
    return found;
  };
  return {
    sizeBytes: head.sizeBytes,
    async read(start, length) {
      const end = start + length;
      if (start < 0 || length < 0 || end > head.sizeBytes) throw new RangeError(`Cannot read bytes ${start}..${end} of large file ${head.oid}: it has ${head.sizeBytes}`);
      const pieces: Uint8Array[] = [];
      for (let at = start; at < end; ) {
        const index = lastAtOrBefore(starts, at);
        const bytes = (await block(index)).subarray(at - starts[index]!, Math.min(end, starts[index + 1]!) - starts[index]!);
        pieces.push(bytes);
        at += bytes.byteLength;
      }
      return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    },
    async close() {
      await Promise.allSettled(kept.values());
      await Promise.all([file.close(), base.close()]);
    },
  };
}

function cutPlanes(bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4 * lengths.length;
  return lengths.map((length, plane) => {
    const size = view.getUint32(4 * plane, true);
    if (size > length || at + size > bytes.byteLength) throw new RangeError(`plane ${plane} has ${size} bytes`);
    at += size;
    return bytes.subarray(at - size, at);
  });
}
