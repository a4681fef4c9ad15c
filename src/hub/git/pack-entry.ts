// One entry of a pack: a header of type and size, for a delta its base, and a zlib stream (git, Documentation/gitformat-pack).
import { inflateExactly, inflateStart, START_BYTES } from "./inflate.ts";
import { idAt, type ObjectType } from "./object.ts";

/** What an entry is read from: the pack in a file, by range. */
export interface ByteSource {
  readonly sizeBytes: number;
  read(offset: number, length: number): Uint8Array;
}

/** Whole, or a delta against an entry at an earlier offset, or against an object by id. */
export type EntryKind = { readonly kind: "whole"; readonly type: ObjectType } | { readonly kind: "offset"; readonly base: number } | { readonly kind: "reference"; readonly base: string };

export type PackEntry = EntryKind & {
  readonly offset: number;
  /** Where the zlib stream begins. */
  readonly start: number;
  /** Of the object, or of the delta. A promise until it is unpacked. */
  readonly sizeBytes: number;
};

/** Every pack ends with the SHA-1 of what is before. */
export const TRAILER_BYTES = 20;

const MAX_HEADER_BYTES = 48;
const WHOLE: Readonly<Record<number, ObjectType>> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
const NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };

/** @throws RangeError when there is no entry at `offset` */
export function readEntry(source: ByteSource, offset: number): PackEntry {
  const end = source.sizeBytes - TRAILER_BYTES;
  if (offset < 12 || offset >= end) throw new RangeError(`byte ${offset} is outside its entries`);
  const bytes = source.read(offset, Math.min(MAX_HEADER_BYTES, end - offset));
  const byteAt = (index: number): number => {
    const byte = bytes[index];
    if (byte === undefined) throw new RangeError(`the entry at byte ${offset} is cut off`);
    return byte;
  };
  const type = (byteAt(0) >> 4) & 7;
  let sizeBytes = byteAt(0) & 15;
  let at = 1;
  for (let scale = 16; byteAt(at - 1) >= 0x80; at++, scale *= 128) {
    if (at > 7) throw new RangeError(`the entry at byte ${offset} promises more bytes than can be counted`);
    sizeBytes += (byteAt(at) & 0x7f) * scale;
  }
  const whole = WHOLE[type];
  if (whole !== undefined) return { kind: "whole", type: whole, offset, start: offset + at, sizeBytes };
  if (type === 7) {
    byteAt(at + 19);
    return { kind: "reference", base: idAt(bytes, at), offset, start: offset + at + 20, sizeBytes };
  }
  if (type !== 6) throw new RangeError(`the entry at byte ${offset} is of unknown type ${type}`);
  let distance = byteAt(at) & 0x7f;
  for (; byteAt(at) >= 0x80; at++) distance = (distance + 1) * 128 + (byteAt(at + 1) & 0x7f);
  if (distance === 0 || distance > offset - 12) throw new RangeError(`the entry at byte ${offset} has its base outside the pack`);
  return { kind: "offset", base: offset - distance, offset, start: offset + at + 1, sizeBytes };
}

/**
 * Unpacks the stream of an entry.
 * @returns its bytes, and the offset after it
 * @throws RangeError when it is damaged, cut off, or larger than `limitBytes`
 */
export function inflateEntry(source: ByteSource, entry: PackEntry, limitBytes: number): { readonly bytes: Uint8Array; readonly end: number } {
  if (entry.sizeBytes > limitBytes) throw new RangeError(`the entry at byte ${entry.offset} promises ${entry.sizeBytes} bytes, at most ${limitBytes} are allowed`);
  const available = source.sizeBytes - TRAILER_BYTES - entry.start;
  // Streams of usual compressors are hardly longer than what they hold; those of others get a second chance.
  for (const most of [entry.sizeBytes + (entry.sizeBytes >> 9) + 256, 4 * entry.sizeBytes + (1 << 16)]) {
    const result = inflateExactly(source.read(entry.start, Math.min(most, available)), entry.sizeBytes);
    if (result !== undefined) return { bytes: result.bytes, end: entry.start + result.used };
    if (most >= available) break;
  }
  throw new RangeError(`the entry at byte ${entry.offset} is cut off`);
}

/** The first bytes of an entry's content. */
export function inflateEntryStart(source: ByteSource, entry: PackEntry): Uint8Array {
  return inflateStart(source.read(entry.start, Math.min(START_BYTES, source.sizeBytes - TRAILER_BYTES - entry.start)));
}

/** The header of a whole entry; its zlib stream follows. */
export function encodeEntryHeader(type: ObjectType, sizeBytes: number): Uint8Array {
  const bytes = [(NUMBERS[type] << 4) | (sizeBytes & 15)];
  for (let rest = Math.floor(sizeBytes / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(rest % 128);
  }
  return Uint8Array.from(bytes);
}
