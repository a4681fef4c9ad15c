// The directory of a zip archive, and nothing of its content but what is asked for. Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4.
import { inflateRawSync } from "node:zlib";
import type { FileReader } from "../../files/index.ts";

export interface ZipEntry {
  readonly name: string;
  /** 0 is stored, 8 is deflated. */
  readonly method: number;
  readonly encrypted: boolean;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Of its local header. */
  readonly offset: number;
}

const END_BYTES = 22;
const MOST_COMMENT_BYTES = 65_535;
const MOST_DIRECTORY_BYTES = 1 << 26;
const MOST_INFLATED_BYTES = 1 << 26;
const [END, END_64, LOCATOR_64, CENTRAL, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const UNKNOWN = 0xffffffff;

/** Whether a file begins like an archive that holds something. */
export function beginsLikeZip(first: Uint8Array): boolean {
  return first.length >= 4 && viewOf(first).getUint32(0, true) === LOCAL;
}

/** Entries in the order of the directory. @throws SyntaxError */
export function readZipDirectory(file: FileReader): readonly ZipEntry[] {
  const { offset, sizeBytes, count } = findDirectory(file);
  if (sizeBytes > MOST_DIRECTORY_BYTES) throw new SyntaxError(`its archive directory has ${sizeBytes} bytes, at most ${MOST_DIRECTORY_BYTES} are read`);
  if (offset + sizeBytes > file.sizeBytes) throw new SyntaxError(`its archive directory reaches to byte ${offset + sizeBytes}, the file ends at ${file.sizeBytes}`);
  const bytes = file.read(offset, sizeBytes);
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 46 > bytes.length || viewOf(bytes).getUint32(at, true) !== CENTRAL) throw new SyntaxError(`its archive directory is broken at byte ${offset + at}`);
    const [entry, next] = readCentral(bytes, at, file.sizeBytes);
    entries.push(entry);
    at = next;
  }
  if (entries.length !== count && count !== 0xffff) throw new SyntaxError(`its archive directory announces ${count} files and lists ${entries.length}`);
  refuseOverlap(entries, offset);
  return entries;
}

/** Where the content of an entry begins. @throws SyntaxError */
export function findContent(file: FileReader, entry: ZipEntry): number {
  if (entry.offset + 30 > file.sizeBytes) throw new SyntaxError(`${shown(entry.name)} begins behind the end of the file`);
  const header = viewOf(file.read(entry.offset, 30));
  if (header.getUint32(0, true) !== LOCAL) throw new SyntaxError(`${shown(entry.name)} is not where the archive directory says`);
  const start = entry.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + entry.compressedBytes > file.sizeBytes) throw new SyntaxError(`${shown(entry.name)} reaches to byte ${start + entry.compressedBytes}, the file ends at ${file.sizeBytes}`);
  return start;
}

/** The whole content of a small entry. @throws SyntaxError */
export function readContent(file: FileReader, entry: ZipEntry, limit = MOST_INFLATED_BYTES): Uint8Array {
  const start = findContent(file, entry);
  if (entry.encrypted) throw new SyntaxError(`${shown(entry.name)} is encrypted`);
  if (Math.max(entry.compressedBytes, entry.sizeBytes) > limit) throw new SyntaxError(`${shown(entry.name)} has ${Math.max(entry.compressedBytes, entry.sizeBytes)} bytes, at most ${limit} are read`);
  const stored = file.read(start, entry.compressedBytes);
  if (entry.method === 0) return stored;
  if (entry.method !== 8) throw new SyntaxError(`${shown(entry.name)} is packed by method ${entry.method}, stored and deflated are known`);
  try {
    return inflateRawSync(stored, { maxOutputLength: Math.max(1, Math.min(limit, entry.sizeBytes)) });
  } catch (cause) {
    throw new SyntaxError(`${shown(entry.name)} does not unpack to the ${entry.sizeBytes} bytes it announces: ${(cause as Error).message}`);
  }
}

interface DirectoryPlace {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly count: number;
}

function findDirectory(file: FileReader): DirectoryPlace {
  const length = Math.min(file.sizeBytes, END_BYTES + MOST_COMMENT_BYTES);
  const tail = file.read(file.sizeBytes - length, length);
  const view = viewOf(tail);
  for (let at = length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || at + END_BYTES + view.getUint16(at + 20, true) > length) continue;
    const place = { count: view.getUint16(at + 10, true), sizeBytes: view.getUint32(at + 12, true), offset: view.getUint32(at + 16, true) };
    return findDirectory64(file, file.sizeBytes - length + at) ?? place;
  }
  throw new SyntaxError("it begins like a zip archive and has no archive directory at its end: it was cut off");
}

function findDirectory64(file: FileReader, end: number): DirectoryPlace | undefined {
  if (end < 20) return undefined;
  const locator = viewOf(file.read(end - 20, 20));
  if (locator.getUint32(0, true) !== LOCATOR_64) return undefined;
  const at = Number(locator.getBigUint64(8, true));
  if (at + 56 > end) throw new SyntaxError("the place of its archive directory is wrong");
  const record = viewOf(file.read(at, 56));
  if (record.getUint32(0, true) !== END_64) throw new SyntaxError("the place of its archive directory is wrong");
  return { count: Number(record.getBigUint64(32, true)), sizeBytes: Number(record.getBigUint64(40, true)), offset: Number(record.getBigUint64(48, true)) };
}

function readCentral(bytes: Uint8Array, at: number, fileBytes: number): readonly [ZipEntry, number] {
  const view = viewOf(bytes);
  const nameBytes = view.getUint16(at + 28, true);
  const extraBytes = view.getUint16(at + 30, true);
  const next = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
  if (next > bytes.length) throw new SyntaxError("its archive directory is cut off");
  const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
  const wide = readWide(bytes.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes), [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)]);
  const [sizeBytes, compressedBytes, offset] = wide as [number, number, number];
  if (offset + compressedBytes > fileBytes) throw new SyntaxError(`${shown(name)} reaches to byte ${offset + compressedBytes}, the file ends at ${fileBytes}`);
  return [{ name, method: view.getUint16(at + 10, true), encrypted: (view.getUint16(at + 8, true) & 1) === 1, compressedBytes, sizeBytes, offset }, next];
}

/** Numbers that did not fit stand, in this order, in the extra field 1. */
function readWide(extra: Uint8Array, narrow: readonly number[]): readonly number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return narrow.map((value) => {
      if (value !== UNKNOWN || next + 8 > extra.length) return value;
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    });
  }
  return narrow;
}

/** Two files in the same bytes are the mark of a bomb. */
function refuseOverlap(entries: readonly ZipEntry[], directoryOffset: number): void {
  const sorted = entries.toSorted((a, b) => a.offset - b.offset);
  for (const [index, entry] of sorted.entries()) {
    const end = entry.offset + 30 + entry.compressedBytes;
    const next = sorted[index + 1]?.offset ?? directoryOffset;
    if (end > next) throw new SyntaxError(`${shown(entry.name)} overlaps what stands behind it in the archive`);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
