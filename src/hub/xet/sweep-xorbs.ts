import { basename } from "node:path";
import { glance, remove } from "../../files/index.ts";
import { findXetFile, findXetPointer, listXetFiles, listXetPointers, listXorbs } from "./places.ts";

/**
 * Deletes what no readable file is made of: terms whose SHA-256 no longer leads to them, then xorbs that no terms name and that came before
 * `before`, in ms since 1970. @returns bytes freed
 */
export function sweepXorbs(directory: string, before: number): number {
  const hashes = new Set([...listXetPointers(directory)].flatMap(({ oid }) => findXetPointer(directory, oid)?.hash ?? []));
  const needed = new Set<string>();
  for (const path of listXetFiles(directory)) {
    const hash = basename(path, ".json");
    if (hashes.has(hash)) for (const { xorb } of findXetFile(directory, hash)?.terms ?? []) needed.add(xorb);
    else remove(path);
  }
  let freedBytes = 0;
  for (const { hash, path } of listXorbs(directory)) {
    const found = needed.has(hash) ? undefined : glance(path);
    if (found === undefined || found.modifiedMs > before) continue;
    remove(path);
    freedBytes += found.sizeBytes;
  }
  return freedBytes;
}
