// Files of gigabytes in a process that has other things to do: everything here waits, nothing holds the thread.
import { constants } from "node:fs";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { fileMissing, fileUnreadable } from "./errors.ts";

/** A file that is written in order, or by place, and gets its name when it is complete. */
export interface LargeFileWriter {
  readonly path: string;
  /** Bytes written at its end. */
  readonly sizeBytes: number;
  /** Writes at the end. The memory may be used again when the promise has settled. */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes to disk, closes, and renames to `path`, all of it to survive a power cut. Its directories are created. */
  moveTo(path: string): Promise<void>;
  /** Closes and deletes what was written. Harmless after `moveTo`. */
  abort(): Promise<void>;
}

/** Creates `path`, which must not be there, and its directories. */
export async function createLargeFile(path: string): Promise<LargeFileWriter> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "wx");
  let sizeBytes = 0;
  let isOpen = true;
  return {
    path,
    get sizeBytes() {
      return sizeBytes;
    },
    async write(bytes) {
      await writeAt(file, sizeBytes, bytes);
      sizeBytes += bytes.byteLength;
    },
    async moveTo(target) {
      await file.sync();
      await file.close();
      isOpen = false;
      await moveDurably(path, target);
    },
    async abort() {
      if (!isOpen) return;
      isOpen = false;
      await file.close();
      await rm(path, { force: true });
    },
  };
}

/** Writes bytes at a place of a file, which is created with its directories where it is not there. Flushed by {@link flushLargeFile}. */
export interface PlacedWriter {
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Flushes to disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file of which several parts arrive in any order. */
export async function openPlacedWriter(path: string): Promise<PlacedWriter> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  return {
    write: (offset, bytes) => writeAt(file, offset, bytes),
    flush: () => file.sync(),
    close: () => file.close(),
  };
}

/** Renames within one file system so that it survives a power cut: new directories are flushed too. */
export async function moveDurably(from: string, to: string): Promise<void> {
  const directory = dirname(to);
  const firstMade = await mkdir(directory, { recursive: true });
  await rename(from, to);
  for (let place = directory; ; place = dirname(place)) {
    await flushDirectory(place);
    if (firstMade === undefined || place === dirname(firstMade)) return;
  }
}

/** A file read at any place. */
export interface LargeFileReader {
  readonly path: string;
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`, in memory of their own. @throws RangeError past the end */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** @throws `files.missing`, `files.unreadable` */
export async function openLargeFile(path: string): Promise<LargeFileReader> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "ENOENT" ? fileMissing(path, cause) : fileUnreadable(path, cause);
  });
  const stat = await file.stat();
  if (!stat.isFile()) {
    await file.close();
    throw fileUnreadable(path, "it is no regular file");
  }
  return {
    path,
    sizeBytes: stat.size,
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > stat.size) throw new RangeError(`Cannot read ${path}: bytes ${offset}..${offset + length} are outside its ${stat.size} bytes`);
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
        if (bytesRead === 0) throw new RangeError(`Cannot read ${path}: it ended at ${offset + done} while being read`);
        done += bytesRead;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

async function writeAt(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, offset + done);
    done += bytesWritten;
  }
}

/** A no-op where directories cannot be opened. */
async function flushDirectory(directory: string): Promise<void> {
  try {
    const file = await open(directory, "r");
    await file.sync().finally(() => file.close());
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "EISDIR" && code !== "EPERM" && code !== "EINVAL" && code !== "EACCES") throw cause;
  }
}
