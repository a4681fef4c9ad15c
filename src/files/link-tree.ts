import { copyFileSync, linkSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies a directory without taking its space again: files get a second name where the file system has hard links, and are copied where not.
 * Safe for what is only ever replaced by rename: a file changed in place would change under both names. Links below it are left out.
 * @param link makes a second name; default: a hard link
 */
export function linkTree(from: string, to: string, link: (source: string, target: string) => void = linkSync): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target, link);
    else if (entry.isFile()) linkOrCopy(source, target, link);
  }
}

/** Gives one file a second name: see {@link linkTree}. Fails where `target` is there; its directory must be. */
export function linkOrCopy(source: string, target: string, link: (source: string, target: string) => void = linkSync): void {
  try {
    link(source, target);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw cause;
    copyFileSync(source, target);
  }
}
