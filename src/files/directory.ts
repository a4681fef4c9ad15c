import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statfsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { directoryTaken, diskTooSmall, fileMissing } from "./errors.ts";
import { syncDirectory, temporaryBeside } from "./write.ts";

/** Creates a directory and its parents; existing ones are fine. */
export function ensureDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
}

/** Creates `path` if and only if nothing is there: of several processes exactly one succeeds. Parents are created. */
export function tryMakeDirectory(path: string): boolean {
  mkdirSync(dirname(path), { recursive: true });
  try {
    mkdirSync(path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  }
}

/** Names in a directory, sorted; files and directories apart. @throws `files.missing` */
export function listDirectory(path: string): { readonly files: readonly string[]; readonly directories: readonly string[] } {
  if (!existsSync(path)) throw fileMissing(path);
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    files: entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name),
    directories: entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name),
  };
}

/** Deletes a file or a tree; absent is fine. */
export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Deletes a directory and then those above it, as long as each is empty, up to `end`, which stays. Absent ones are fine. */
export function removeEmpty(directory: string, end: string): void {
  const stop = resolve(end);
  for (let place = resolve(directory); place !== stop && place.startsWith(stop); place = dirname(place)) {
    if (!existsSync(place)) continue;
    if (readdirSync(place).length > 0) return;
    rmdirSync(place);
  }
}

/** The nearest directory at or above `path` that is there. */
export function nearestDirectory(path: string): string {
  let place = resolve(path);
  while (!existsSync(place)) place = dirname(place);
  return place;
}

/** Renames within one file system, durably. */
export function rename(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
  syncDirectory(dirname(to));
}

/** Copies a file, or a directory with all it holds. */
export function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (readableAsDirectory(from)) cpSync(from, to, { recursive: true });
  else copyFileSync(from, to);
}

interface DirectoryOptions {
  /** Replace a directory that is there already (its old content goes only when the new one is complete). Default false. */
  readonly replace?: boolean;
}

/** Fills a temporary directory with `fill` and renames it to `path` when that returns: a reader sees all of it or nothing. @throws `files.taken` */
export async function writeDirectoryAtomic<T>(path: string, fill: (temporary: string) => T | Promise<T>, options: DirectoryOptions = {}): Promise<T> {
  if (existsSync(path) && options.replace !== true) throw directoryTaken(path);
  const temporary = temporaryBeside(path);
  mkdirSync(temporary, { recursive: true });
  try {
    const result = await fill(temporary);
    if (existsSync(path)) {
      const old = temporaryBeside(path);
      renameSync(path, old);
      renameSync(temporary, path);
      rmSync(old, { recursive: true, force: true });
    } else {
      renameSync(temporary, path);
    }
    syncDirectory(dirname(path));
    return result;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Free bytes of the file system that `path` (or its nearest existing parent) is on. */
export function freeBytes(path: string): number {
  let place = path;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  const stat = statfsSync(place === "" ? "." : place);
  return stat.bavail * stat.bsize;
}

/** @throws `files.disk_too_small` when fewer than `neededBytes` are free where `path` will be */
export function requireFreeBytes(path: string, neededBytes: number): void {
  const free = freeBytes(path);
  if (free < neededBytes) throw diskTooSmall(path, neededBytes, free);
}

/** Every file below `root`, as paths relative to it, sorted; links are not followed, dot-files are left out. */
export function* walk(root: string, below = ""): Generator<string> {
  const { files, directories } = listDirectory(join(root, below));
  for (const name of files) if (!name.startsWith(".")) yield join(below, name);
  for (const name of directories) if (!name.startsWith(".")) yield* walk(root, join(below, name));
}

function readableAsDirectory(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOTDIR") return false;
    throw cause;
  }
}
