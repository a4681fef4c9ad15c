// A file for what does not fit in memory: written at its end, read anywhere, never flushed for a power cut, deleted by its owner.
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export interface Spool {
  readonly path: string;
  readonly sizeBytes: number;
  /** @returns where the bytes begin */
  append(bytes: Uint8Array): number;
  /** Exactly `length` bytes from `offset`, in memory that the next call uses again. @throws RangeError past the end */
  peek(offset: number, length: number): Uint8Array<ArrayBuffer>;
  /** Closes and deletes the file. */
  remove(): void;
}

/** Creates the file, which must not be there, and its directories. */
export function createSpool(path: string): Spool {
  mkdirSync(dirname(path), { recursive: true });
  const descriptor = openSync(path, "wx+");
  let sizeBytes = 0;
  let memory = new Uint8Array(1 << 16);
  return {
    path,
    get sizeBytes() {
      return sizeBytes;
    },
    append(bytes) {
      const start = sizeBytes;
      for (let done = 0; done < bytes.byteLength; ) done += writeSync(descriptor, bytes, done, Math.min(bytes.byteLength - done, 1 << 30), start + done);
      sizeBytes += bytes.byteLength;
      return start;
    },
    peek(offset, length) {
      if (offset < 0 || length < 0 || offset + length > sizeBytes) {
        throw new RangeError(`Cannot read ${path}: bytes ${offset}..${offset + length} are outside its ${sizeBytes} bytes`);
      }
      if (length > memory.length) memory = new Uint8Array(2 * length);
      for (let done = 0; done < length; ) {
        const count = readSync(descriptor, memory, done, Math.min(length - done, 1 << 30), offset + done);
        if (count === 0) throw new RangeError(`Cannot read ${path}: it ended at ${offset + done} while being read`);
        done += count;
      }
      return memory.subarray(0, length);
    },
    remove() {
      closeSync(descriptor);
      rmSync(path, { force: true });
    },
  };
}
