// A move that no crash can turn into a loss: a rename; between file systems a copy that is compared before the original goes.
import { chmodSync, copyFileSync, lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { sha256File } from "./digest.ts";
import { copyDiffers } from "./errors.ts";
import { syncDirectory } from "./write.ts";

/** How a rename within one file system is done; a test hands in one that fails with EXDEV. */
export type Rename = (from: string, to: string) => void;

/**
 * Moves a file, a link or a tree to a path where nothing stands; its parent exists. Times and permissions are kept.
 * @param mark makes the names of unfinished copies unique, so that {@link sweepMove} finds them after a crash
 * @throws `files.copy_differs` when a copy to another file system does not read back as the original
 */
export function movePath(from: string, to: string, mark: string, rename: Rename = renameSync): void {
  try {
    rename(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EXDEV") throw cause;
    moveAcross(from, to, mark);
  }
  syncDirectory(dirname(from));
  syncDirectory(dirname(to));
}

/** Clears away what a killed {@link movePath} left half done; what it had finished stays. */
export function sweepMove(from: string, to: string, mark: string): void {
  for (const leftover of [partialName(to, mark), doneName(from, mark)]) rmSync(leftover, { recursive: true, force: true });
}

/** Copies a file, a link or a tree with times and permissions; links are copied as they are. */
export function copyTree(from: string, to: string): void {
  const stat = lstatSync(from);
  if (stat.isSymbolicLink()) return symlinkSync(readlinkSync(from), to);
  if (stat.isDirectory()) {
    mkdirSync(to);
    for (const name of readdirSync(from)) copyTree(join(from, name), join(to, name));
  } else copyFileSync(from, to);
  chmodSync(to, stat.mode);
  utimesSync(to, stat.atimeMs / 1000, stat.mtimeMs / 1000);
}

/** The copy is whole before it gets its name, and has its name before the original loses its own. */
function moveAcross(from: string, to: string, mark: string): void {
  const partial = partialName(to, mark);
  rmSync(partial, { recursive: true, force: true });
  copyTree(from, partial);
  const differing = findDifferingFile(from, partial);
  if (differing !== undefined) throw copyDiffers(from, to, differing);
  renameSync(partial, to);
  syncDirectory(dirname(to));
  const done = doneName(from, mark);
  renameSync(from, done);
  rmSync(done, { recursive: true, force: true });
}

/** Whether two trees hold the same names and contents: the first file that differs, or undefined. */
export function findDifferingFile(a: string, b: string): string | undefined {
  const [left, right] = [lstatSync(a), lstatSync(b, { throwIfNoEntry: false })];
  if (right === undefined || left.isDirectory() !== right.isDirectory() || left.isSymbolicLink() !== right.isSymbolicLink()) return a;
  if (left.isSymbolicLink()) return readlinkSync(a) === readlinkSync(b) ? undefined : a;
  if (!left.isDirectory()) return left.size === right.size && sha256File(a) === sha256File(b) ? undefined : a;
  const names = readdirSync(a);
  if (names.length !== readdirSync(b).length) return a;
  for (const name of names) {
    const differing = findDifferingFile(join(a, name), join(b, name));
    if (differing !== undefined) return differing;
  }
  return undefined;
}

function partialName(to: string, mark: string): string {
  return join(dirname(to), `.${basename(to)}.${mark}.partial`);
}

function doneName(from: string, mark: string): string {
  return join(dirname(from), `.${basename(from)}.${mark}.moved`);
}
