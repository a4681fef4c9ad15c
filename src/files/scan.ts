// Looking at trees that are not ours: thousands of files, folders nobody may read, links in circles. Nothing here throws for what it finds.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";

/** One name in a directory; a link is not looked through. */
export interface DirectoryEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "link" | "other";
}

/** The names in a directory in no order, or why they cannot be read (`EACCES`, `ENOENT`, `ENOTDIR`). */
export function scanDirectory(path: string): readonly DirectoryEntry[] | { readonly refused: string } {
  try {
    return readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      kind: entry.isFile() ? "file" : entry.isDirectory() ? "directory" : entry.isSymbolicLink() ? "link" : "other",
    }));
  } catch (cause) {
    return { refused: (cause as NodeJS.ErrnoException).code ?? (cause as Error).message };
  }
}

/** What stands at a path, links looked through. */
export interface Glance {
  readonly isDirectory: boolean;
  /** A regular file, no pipe or device. */
  readonly isFile: boolean;
  readonly sizeBytes: number;
  /** Milliseconds since 1970, with the fraction the file system keeps. */
  readonly modifiedMs: number;
  /** Together they name the bytes: the same for every link to them. */
  readonly device: number;
  readonly inode: number;
}

/** Size and time of what stands at a path; undefined when there is nothing, or nothing that may be seen. Costs a few microseconds. */
export function glance(path: string): Glance | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? undefined : { isDirectory: stat.isDirectory(), isFile: stat.isFile(), sizeBytes: stat.size, modifiedMs: stat.mtimeMs, device: stat.dev, inode: stat.ino };
  } catch {
    return undefined;
  }
}

/** The path without links, or undefined when it leads nowhere or in a circle. */
export function findRealPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Text of a small file, or why it is not to be had; `limit` in bytes, a file above it is not read at all. A pipe or device is not waited for. */
export function readSmallText(path: string, limit: number): { readonly text: string } | { readonly refused: string; readonly tooLarge?: true } {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return { refused: "it is no regular file" };
    if (stat.size > limit) return { refused: `${stat.size} bytes, at most ${limit} are read`, tooLarge: true };
    const bytes = Buffer.allocUnsafe(stat.size);
    const count = readSync(descriptor, bytes, 0, stat.size, 0);
    const start = count >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    return { text: bytes.toString("utf8", start, count) };
  } catch (cause) {
    return { refused: (cause as NodeJS.ErrnoException).code ?? (cause as Error).message };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
