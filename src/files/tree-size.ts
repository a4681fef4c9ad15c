import { lstatSync } from "node:fs";
import { join } from "node:path";
import { scanDirectory } from "./scan.ts";

/** What files and trees take on disk. */
export interface TreeSize {
  /** Every file counted once, however many names it has. */
  readonly sizeBytes: number;
  /** What deleting all of them would give back: files that have no name outside of them. */
  readonly freedBytes: number;
}

/** Size of files and trees together; hard links are counted once, links are not followed, what cannot be read counts nothing. */
export function treeBytes(paths: readonly string[]): TreeSize {
  const files = new Map<string, { readonly size: number; readonly names: number; seen: number }>();
  for (const path of paths) visit(path, files);
  let [sizeBytes, freedBytes] = [0, 0];
  for (const { size, names, seen } of files.values()) {
    sizeBytes += size;
    if (seen >= names) freedBytes += size;
  }
  return { sizeBytes, freedBytes };
}

function visit(path: string, files: Map<string, { readonly size: number; readonly names: number; seen: number }>): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory()) {
    const names = scanDirectory(path);
    if (!("refused" in names)) for (const { name } of names) visit(join(path, name), files);
  } else if (stat.isFile()) {
    const key = `${stat.dev}:${stat.ino}`;
    const known = files.get(key);
    if (known === undefined) files.set(key, { size: stat.size, names: stat.nlink, seen: 1 });
    else known.seen += 1;
  }
}
