import { copyFileSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, relative } from "node:path";
import { temporaryBeside } from "./write.ts";

/**
 * Makes `path` show the contents of the file `target`, replacing what was there: a relative symbolic link, else a hard link, else a copy,
 * whichever the file system allows first. Directories are created.
 */
export function linkFile(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryBeside(path);
  const ways = [
    () => symlinkSync(relative(dirname(path), target), temporary, "file"),
    () => linkSync(target, temporary),
    () => copyFileSync(target, temporary),
  ];
  try {
    firstThatWorks(ways);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Goes on to the next way only where the file system refuses this one. */
function firstThatWorks(ways: readonly (() => void)[]): void {
  for (const [index, way] of ways.entries()) {
    try {
      return way();
    } catch (cause) {
      const refused = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "ENOSYS", "UNKNOWN"].includes((cause as NodeJS.ErrnoException).code ?? "");
      if (!refused || index === ways.length - 1) throw cause;
    }
  }
}
