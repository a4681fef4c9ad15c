// Files that several processes want at once: of those who create one exactly one succeeds, and what it wrote is on disk when it is told so.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { syncDirectory } from "./write.ts";

/** Creates `path` with these contents, flushed, if and only if nothing is there; false when something is. Its directory must be there. */
export function tryCreateFile(path: string, contents: Uint8Array | string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, "wx");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  }
  fill(descriptor, path, [typeof contents === "string" ? new TextEncoder().encode(contents) : contents]);
  return true;
}

/**
 * Writes pieces under the name `temporary`, flushes them and renames the file to `path`, replacing what is there; both names are in one
 * directory, which is created. On return name and content survive a power cut.
 */
export function publishFile(temporary: string, path: string, pieces: Iterable<Uint8Array>): void {
  writeFlushed(temporary, pieces);
  publish(temporary, path);
}

/** The first half of {@link publishFile}: a read-only file that nobody knows yet. Its directory is created. */
export function writeFlushed(temporary: string, pieces: Iterable<Uint8Array>): void {
  makeDurableDirectory(dirname(temporary));
  fill(openSync(temporary, "wx", 0o444), temporary, pieces);
}

/** Renames a flushed file within its directory, durably. */
export function publish(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
  syncDirectory(dirname(path));
}

/** Creates a directory and its parents, so that their names survive a power cut. */
export function makeDurableDirectory(path: string): void {
  const first = mkdirSync(path, { recursive: true });
  if (first === undefined) return;
  for (let place = path; place.length >= first.length; place = dirname(place)) syncDirectory(dirname(place));
}

/** Deletes one file, durably; false when it was not there. */
export function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw cause;
  }
  syncDirectory(dirname(path));
  return true;
}

/** What cannot be written whole is not left behind. */
function fill(descriptor: number, path: string, pieces: Iterable<Uint8Array>): void {
  try {
    for (const piece of pieces) for (let done = 0; done < piece.byteLength; ) done += writeSync(descriptor, piece, done, Math.min(piece.byteLength - done, 1 << 30));
    fsyncSync(descriptor);
  } catch (cause) {
    rmSync(path, { force: true });
    throw cause;
  } finally {
    closeSync(descriptor);
  }
}
