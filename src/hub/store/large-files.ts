// Large files of a hub by content: the SHA-256 is the name, so that a file is stored once whoever uploads it, and nothing is ever changed.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createLargeFile, glance, remove, setModified, type LargeFileWriter } from "../../files/index.ts";
import { pointerPlace } from "../xet/places.ts";
import { sweepXorbs } from "../xet/sweep-xorbs.ts";
import { streamContent, type ByteRange } from "./content.ts";
import { diskFull, isDiskFull, largeFileMissing } from "./errors.ts";
import { findForm, listOids, openForm, type Form } from "./find-form.ts";
import { deltaPlace, isOid, requireOid, uploadsPlace, wholePlace } from "./places.ts";
import { receive } from "./receive.ts";
import { releaseXorbs } from "./release-xorbs.ts";
import { readBases, restoreContent, shrinkContent, type Shrunk } from "./shrink.ts";
import { sweepContents } from "./sweep-contents.ts";
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
  /** How a content lies on disk, undefined when it is not here. */
  form(oid: string): Form | undefined;
  /** Makes a content young again, for who is about to refer to it. False when it is not here. */
  touch(oid: string): boolean;
  /** Keeps a content as its difference to another one; see {@link shrinkContent}. */
  shrink(oid: string, base: string, signal?: AbortSignal): Promise<Shrunk>;
  /** Makes files whole that keep xorbs from being deleted of which hardly anything is needed; see {@link releaseXorbs}. Their ids. */
  release(): Promise<readonly string[]>;
  /** Deletes a content, whoever needs it; what is kept as a difference to it is made whole first. */
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
  /** Not live, but others are kept as a difference to them. */
  readonly keptAsBase: readonly string[];
  readonly freedBytes: number;
  /** Unfinished uploads that were thrown away. */
  readonly uploads: number;
}

export interface LargeFilesOptions {
  /** Milliseconds since 1970. Default: the clock. */
  readonly now?: () => number;
  /** How a file is created. A test hands in a disk that is full. */
  readonly create?: (path: string) => Promise<LargeFileWriter>;
}

/** 28 days, and two in which clocks may differ. */
const KEEP_XORBS_MS = 30 * 86_400_000;

/** Opens the large files below the directory of a host; touches nothing. */
export function openLargeFiles(directory: string, { create = createLargeFile, now: clock = Date.now }: LargeFilesOptions = {}): LargeFiles {
  const inTurn = takeTurns();
  const touch = (oid: string) => {
    if (!isOid(oid)) return false;
    const paths = [wholePlace(directory, oid), pointerPlace(directory, oid), deltaPlace(directory, oid)].filter((path) => glance(path)?.isFile === true);
    for (const path of paths) setModified(path, clock());
    return paths.length > 0;
  };
  return {
    has: (oid) => findForm(directory, oid) !== undefined,
    size: (oid) => findForm(directory, oid)?.sizeBytes,
    form: (oid) => findForm(directory, oid),
    touch,
    read(oid, range) {
      const form = findForm(directory, oid);
      if (form === undefined) throw largeFileMissing(oid);
      const { start, end } = range ?? { start: 0, end: form.sizeBytes };
      if (!(start >= 0 && start <= end && end <= form.sizeBytes)) throw new RangeError(`Cannot read bytes ${start}..${end} of large file ${oid}: it has ${form.sizeBytes}`);
      return streamContent(() => openForm(directory, oid), { start, end });
    },
    async put(oid, sizeBytes, bytes) {
      const place = wholePlace(directory, requireOid(oid));
      if (touch(oid)) return receive({ oid, sizeBytes }, bytes);
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
    shrink: (oid, base, signal) => inTurn(() => orDiskFull(oid, () => shrinkContent(directory, oid, base, signal))),
    release: () => inTurn(() => releaseXorbs(directory)),
    remove: (oid) =>
      inTurn(async () => {
        for (const [other, base] of readBases(directory)) if (base === oid) await orDiskFull(other, () => restoreContent(directory, other));
        for (const path of [deltaPlace(directory, oid), pointerPlace(directory, oid), wholePlace(directory, oid)]) remove(path);
      }),
    list: () => listOids(directory).values(),
    sweep: (live, { olderThanMs, now, keepXorbsMs = KEEP_XORBS_MS }) =>
      inTurn(() => {
        const { removed, keptAsBase, freedBytes } = sweepContents(directory, live, now - olderThanMs);
        const freed = freedBytes + sweepXorbs(directory, now - keepXorbsMs);
        return { removed, keptAsBase, freedBytes: freed, uploads: sweepUploads(directory, now - olderThanMs) };
      }),
  };
}

/** One after the other: what deletes files must not meet another that does. */
function takeTurns(): <T>(act: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const mine = last.then(act, act);
    last = mine.catch(() => undefined);
    return mine;
  };
}

async function orDiskFull<T>(oid: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw isDiskFull(cause) ? diskFull(oid, cause) : cause;
  }
}
