// A file that grows at its end over several attempts: what a broken download left is kept and continued.
import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export interface FileAppender {
  readonly path: string;
  /** What is in the file by now. */
  readonly sizeBytes: number;
  append(bytes: Uint8Array): void;
  /** Makes what was appended survive a power cut. */
  sync(): void;
  /** Throws away everything in the file. */
  clear(): void;
  /** Flushes to disk and closes. */
  close(): void;
}

/** Opens `path` to append to what is there; creates it and its directories if needed. */
export function openAppender(path: string): FileAppender {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, "a");
  let sizeBytes = fstatSync(descriptor).size;
  return {
    path,
    get sizeBytes() {
      return sizeBytes;
    },
    append(bytes) {
      for (let done = 0; done < bytes.byteLength; ) done += writeSync(descriptor, bytes, done, bytes.byteLength - done);
      sizeBytes += bytes.byteLength;
    },
    sync: () => fsyncSync(descriptor),
    clear() {
      ftruncateSync(descriptor, 0);
      sizeBytes = 0;
    },
    close() {
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
  };
}
