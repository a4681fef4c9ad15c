// Large files of a hub by content: the SHA-256 is the name, so that a file is stored once whoever uploads it, and nothing is ever changed.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createLargeFile, glance, remove, type LargeFileWriter } from "../../files/index.ts";
import { listXetPointers, removeXetPointer } from "../xet/places.ts";
import { sweepXorbs } from "../xet/sweep-xorbs.ts";
import { streamContent, type ByteRange } from "./content.ts";
import { diskFull, isDiskFull, largeFileMissing } from "./errors.ts";
import { findForm, listOids } from "./find-form.ts";
import { isOid, listWhole, uploadsPlace, wholePlace } from "./places.ts";
import { receive } from "./receive.ts";
import { sweepUploads } from "./sweep-uploads.ts";
import { finishUpload, putPart, startUpload, type Upload, type UploadedPart, type UploadPlan } from "./uploads.ts";

export interface LargeFiles {
  has(oid: string): boolean;
  /** Size in bytes of the content, undefined when it is not here. */
  size(oid: string): number | undefined;
  /** The content or a part of it, in pieces of 1 MiB; what cannot be read is thrown at once. @throws `large_file.missing`, RangeError */
  read(oid: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  /**
   * Stores content; when the promise has settled it is on disk. What is here already is not written again, but the caller's bytes are
   * still held against the digest: knowing a digest is no possession. Nothing is left behind when it fails.
   * @throws `large_file.digest_mismatch`, `large_file.size_mismatch`, `large_file.disk_full`
   */
  put(oid: string, sizeBytes: number, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  startUpload(plan: UploadPlan): Upload;
  putPart(uploadId: string, number: number, bytes: AsyncIterable<Uint8Array>): Promise<string>;
  finishUpload(uploadId: string, parts?: readonly UploadedPart[]): Promise<{ readonly oid: string; readonly sizeBytes: number }>;
  remove(oid: string): Promise<void>;
  /** Every id, in no order. */
  list(): IterableIterator<string>;
  /** Deletes what is not `live` and was written before `now - olderThanMs`, with uploads that nobody continued since. */
  sweep(live: ReadonlySet<string>, limits: SweepLimits): Promise<SweepResult>;
}

export interface SweepLimits {
  readonly olderThanMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * How long chunks that no file needs are kept after they came. Default 30 days: clients remember for up to 28 which chunks are stored
   * and then send no more than a reference. Whoever asks for less gives the store a new generation.
   */
  readonly keepXorbsMs?: number;
}

export interface SweepResult {
  readonly removed: readonly string[];
  readonly freedBytes: number;
  /** Unfinished uploads that were thrown away. */
  readonly uploads: number;
}

export interface LargeFilesOptions {
  /** How a file is created. A test hands in a disk that is full. */
  readonly create?: (path: string) => Promise<LargeFileWriter>;
}

/** 28 days, and two in which clocks may differ. */
const KEEP_XORBS_MS = 30 * 86_400_000;

/** Opens the large files below the directory of a host; touches nothing. */
export function openLargeFiles(directory: string, { create = createLargeFile }: LargeFilesOptions = {}): LargeFiles {
  const size = (oid: string) => (isOid(oid) ? findForm(directory, oid)?.sizeBytes : undefined);
  return {
    has: (oid) => size(oid) !== undefined,
    size,
    read(oid, range) {
      const form = isOid(oid) ? findForm(directory, oid) : undefined;
      if (form === undefined) throw largeFileMissing(oid);
      const { sizeBytes } = form;
      const { start, end } = range ?? { start: 0, end: sizeBytes };
      if (!(start >= 0 && start <= end && end <= sizeBytes)) throw new RangeError(`Cannot read bytes ${start}..${end} of large file ${oid}: it has ${sizeBytes}`);
      return streamContent(form.open, { start, end });
    },
    async put(oid, sizeBytes, bytes) {
      const place = wholePlace(directory, oid);
      if (size(oid) !== undefined) return receive({ oid, sizeBytes }, bytes);
      await orDiskFull(oid, async () => {
        const file = await create(join(uploadsPlace(directory), `${randomUUID()}.tmp`));
        try {
          await receive({ oid, sizeBytes }, bytes, (piece) => file.write(piece));
          await file.moveTo(place);
        } finally {
          await file.abort();
        }
      });
    },
    startUpload: (plan) => startUpload(directory, plan),
    putPart: (id, number, bytes) => orDiskFull(id.slice(0, 64), () => putPart(directory, id, number, bytes)),
    finishUpload: (id, parts) => orDiskFull(id.slice(0, 64), () => finishUpload(directory, id, parts)),
    async remove(oid) {
      remove(wholePlace(directory, oid));
      removeXetPointer(directory, oid);
    },
    list: () => listOids(directory).values(),
    async sweep(live, { olderThanMs, now, keepXorbsMs = KEEP_XORBS_MS }) {
      const removed: string[] = [];
      let freedBytes = 0;
      for (const { oid, path } of [...listWhole(directory), ...listXetPointers(directory)]) {
        const found = live.has(oid) ? undefined : glance(path);
        if (found === undefined || found.modifiedMs > now - olderThanMs) continue;
        remove(path);
        removed.push(oid);
        freedBytes += found.sizeBytes;
      }
      freedBytes += sweepXorbs(directory, now - keepXorbsMs);
      return { removed, freedBytes, uploads: sweepUploads(directory, now - olderThanMs) };
    },
  };
}

async function orDiskFull<T>(oid: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw isDiskFull(cause) ? diskFull(oid, cause) : cause;
  }
}
