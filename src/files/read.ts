import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { fileMissing, fileUnreadable } from "./errors.ts";

/** Reads a whole UTF-8 file. @throws `files.missing`, `files.unreadable` */
export function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

/** Reads a whole file. @throws `files.missing`, `files.unreadable` */
export function readBytes(path: string): Uint8Array {
  return orFileError(path, () => readFileSync(path));
}

/** Reads and parses a JSON file. @throws `files.missing`, `files.unreadable` (also when it is not JSON) */
export function readJson(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fileUnreadable(path, new SyntaxError(`not valid JSON: ${(cause as Error).message}`));
  }
}

export function exists(path: string): boolean {
  return existsSync(path);
}

export function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** Size in bytes and time of last change in ms since 1970. @throws `files.missing` */
export function statFile(path: string): { readonly sizeBytes: number; readonly modifiedMs: number } {
  const stat = orFileError(path, () => statSync(path));
  return { sizeBytes: stat.size, modifiedMs: stat.mtimeMs };
}

/** A file read by range, synchronously. Close it, or use {@link withFile}. */
export interface FileReader {
  readonly path: string;
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`. @throws RangeError past the end */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

/** Opens a file for reading by range; a pipe or a device, which has no ranges, is refused and not waited for. @throws `files.missing`, `files.unreadable` */
export function openFile(path: string): FileReader {
  const descriptor = orFileError(path, () => openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) {
    closeSync(descriptor);
    throw fileUnreadable(path, `it is ${stat.isDirectory() ? "a directory" : "no regular file"}`);
  }
  const sizeBytes = stat.size;
  return {
    path,
    sizeBytes,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > sizeBytes) {
        throw new RangeError(`Cannot read ${path}: bytes ${offset}..${offset + length} are outside its ${sizeBytes} bytes`);
      }
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const count = readSync(descriptor, bytes, done, Math.min(length - done, 1 << 30), offset + done);
        if (count === 0) throw new RangeError(`Cannot read ${path}: it ended at ${offset + done} while being read`);
        done += count;
      }
      return bytes;
    },
    close: () => closeSync(descriptor),
  };
}

/** Opens a file, hands it to `use`, closes it whatever happens. */
export function withFile<T>(path: string, use: (file: FileReader) => T): T {
  const file = openFile(path);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

function orFileError<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "ENOENT" ? fileMissing(path, cause) : fileUnreadable(path, cause);
  }
}
