// The history by byte ranges: a line that is known by its place is read without its neighbours, and what was appended without what was there.
import { crc32 } from "node:zlib";
import { exists, openFile } from "../../files/index.ts";
import { historyEntrySchema, parseRecord, type HistoryEntry } from "../../records/index.ts";
import type { BrokenLine } from "../metrics.ts";

export interface PlacedEntry {
  readonly entry: HistoryEntry;
  /** 1-based. */
  readonly line: number;
  readonly offset: number;
  readonly length: number;
}

/** How far a history was read, and a check of the bytes before that place. */
export interface HistoryMark {
  readonly sizeBytes: number;
  readonly lines: number;
  readonly tailCrc: number;
}

export const HISTORY_START: HistoryMark = { sizeBytes: 0, lines: 0, tailCrc: 0 };

const PIECE = 1 << 22;
const TAIL = 4096;

/**
 * Reads the whole lines behind `from`, one at a time. A last line without a newline is read, but the mark stays before it: it may still grow.
 * @returns undefined when the bytes before `from` are not those that were read then
 */
export function readHistoryFrom(path: string, from: HistoryMark, onEntry: (placed: PlacedEntry) => void, onBroken: (line: BrokenLine) => void): HistoryMark | undefined {
  if (!exists(path)) return from.sizeBytes === 0 ? from : undefined;
  const file = openFile(path);
  try {
    const crcBefore = (end: number): number => crc32(file.read(Math.max(0, end - TAIL), Math.min(TAIL, end)));
    if (file.sizeBytes < from.sizeBytes || (from.sizeBytes > 0 && crcBefore(from.sizeBytes) !== from.tailCrc)) return undefined;
    let { lines } = from;
    let rest = Buffer.alloc(0);
    let start = from.sizeBytes;
    const take = (bytes: Buffer): void => {
      lines += 1;
      readLine(path, bytes, lines, start, onEntry, onBroken);
    };
    for (let at = start; at < file.sizeBytes; at += PIECE) {
      rest = Buffer.concat([rest, file.read(at, Math.min(PIECE, file.sizeBytes - at))]);
      let begin = 0;
      for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10, begin)) {
        take(rest.subarray(begin, end));
        start += end + 1 - begin;
        begin = end + 1;
      }
      rest = rest.subarray(begin);
    }
    const mark = { sizeBytes: start, lines, tailCrc: start === 0 ? 0 : crcBefore(start) };
    if (rest.byteLength > 0) take(rest);
    return mark;
  } finally {
    file.close();
  }
}

function readLine(path: string, bytes: Buffer, line: number, offset: number, onEntry: (placed: PlacedEntry) => void, onBroken: (line: BrokenLine) => void): void {
  const text = bytes.toString("utf8");
  if (text.trim() === "") return;
  try {
    onEntry({ entry: parseRecord(historyEntrySchema, JSON.parse(text), `${path}, line ${line}`), line, offset, length: bytes.byteLength });
  } catch (cause) {
    onBroken({ line, message: cause instanceof SyntaxError ? `not valid JSON: ${cause.message}` : (cause as Error).message });
  }
}

/** The entry at a known place; undefined when another stands there by now. */
export function readHistoryEntry(path: string, offset: number, length: number): HistoryEntry | undefined {
  if (!exists(path)) return undefined;
  const file = openFile(path);
  try {
    if (offset + length > file.sizeBytes) return undefined;
    const parsed = historyEntrySchema.safeParse(JSON.parse(Buffer.from(file.read(offset, length)).toString("utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  } finally {
    file.close();
  }
}
