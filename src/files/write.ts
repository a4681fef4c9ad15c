// Everything written appears whole or not at all: a temporary neighbour, fsync, rename.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join, basename } from "node:path";

let temporaryCount = 0;

/** A name beside `path` that no other process uses; readers ignore names that start with a dot. */
export function temporaryBeside(path: string): string {
  temporaryCount += 1;
  return join(dirname(path), `.${basename(path)}.${process.pid}.${temporaryCount}.tmp`);
}

/** A file written in order that becomes visible at `commit`. */
export interface FileWriter {
  readonly path: string;
  readonly position: number;
  write(bytes: Uint8Array | string): void;
  /** Overwrites bytes already written (a header whose lengths were not known). */
  writeAt(offset: number, bytes: Uint8Array): void;
  /** Flushes to disk and renames into place. */
  commit(): void;
  /** Deletes what was written. Harmless after `commit`. */
  abort(): void;
}

/** Creates parent directories and opens a temporary neighbour of `path` for writing. */
export function createFile(path: string): FileWriter {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  const descriptor = openSync(temporary, "w");
  let position = 0;
  let open = true;
  return {
    path,
    get position() {
      return position;
    },
    write(bytes) {
      const chunk = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
      writeAll(descriptor, chunk, position);
      position += chunk.byteLength;
    },
    writeAt: (offset, bytes) => writeAll(descriptor, bytes, offset),
    commit() {
      fsyncSync(descriptor);
      closeSync(descriptor);
      open = false;
      renameSync(temporary, path);
      syncDirectory(dirname(path));
    },
    abort() {
      if (!open) return;
      open = false;
      closeSync(descriptor);
      rmSync(temporary, { force: true });
    },
  };
}

/** Writes a whole file atomically; parent directories are created. */
export function writeFileAtomic(path: string, contents: Uint8Array | string): void {
  const file = createFile(path);
  try {
    file.write(contents);
    file.commit();
  } finally {
    file.abort();
  }
}

/** Writes indented JSON with a final newline, atomically. */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Makes a rename or a new name in `directory` survive a power cut (a no-op where directories cannot be opened). */
export function syncDirectory(directory: string): void {
  try {
    const descriptor = openSync(directory, "r");
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "EISDIR" && code !== "EPERM" && code !== "EINVAL" && code !== "EACCES") throw cause;
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, offset: number): void {
  let done = 0;
  while (done < bytes.byteLength) done += writeSync(descriptor, bytes, done, Math.min(bytes.byteLength - done, 1 << 30), offset + done);
}
