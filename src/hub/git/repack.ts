// Puts a repository together into one pack and throws away what no reference leads to, as `git gc` does.
import { join } from "node:path";
import { glance, remove, removeEmpty, scanDirectory } from "../../files/index.ts";
import { objectMissing } from "./errors.ts";
import { packFolder } from "./keep-pack.ts";
import { listLoose, loosePath } from "./loose.ts";
import { openPackIndex } from "./pack-index.ts";
import { createPackSpool } from "./pack-spool.ts";
import { walkObjects } from "./reachable.ts";
import type { GitStore } from "./store.ts";

export interface RepackOptions {
  /** Ms since 1970: what is not referred to and was written after it stays, because somebody may be about to refer to it. */
  readonly keepSince: number;
  /** With fewer objects outside one pack than this nothing is packed. Default 200. */
  readonly minLoose?: number;
}

export interface Repacked {
  /** Objects in the new pack; 0 when none was made. */
  readonly packed: number;
  /** Objects that are gone. */
  readonly removed: number;
}

interface Pack {
  readonly stem: string;
  readonly modifiedMs: number;
  readonly ids: readonly string[];
}

/**
 * Repacks a repository that nobody else writes to. The new pack is on disk before anything goes; who reads meanwhile finds every object.
 * @throws `git.object_missing` when a reference leads to what is not there; nothing is deleted then
 */
export function repackStore(store: GitStore, options: RepackOptions): Repacked {
  const reachable = findReachable(store);
  const loose = listAllLoose(store.directory);
  const packs = listPacks(store.directory);
  const isWorth = loose.length >= (options.minLoose ?? 200) || packs.length > 1;
  const stem = isWorth && reachable.size > 0 ? packAll(store, reachable) : undefined;
  const gone = new Set<string>();
  for (const id of loose) if (canGo(store.directory, id, stem !== undefined, reachable, options.keepSince)) drop(store.directory, id, gone, reachable);
  if (stem !== undefined) {
    for (const pack of packs) {
      const strange = pack.ids.filter((id) => !reachable.has(id));
      if (join(packFolder(store.directory), pack.stem) === stem || (strange.length > 0 && pack.modifiedMs >= options.keepSince)) continue;
      removePack(store.directory, pack.stem);
      for (const id of strange) gone.add(id);
    }
  }
  if (gone.size > 0 || stem !== undefined) removeIndexes(store.directory);
  return { packed: stem === undefined ? 0 : reachable.size, removed: gone.size };
}

function findReachable(store: GitStore): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { id, type } of walkObjects(store, store.refs.list().map((ref) => ref.id), [])) {
    if (type === "blob" && !store.hasObject(id)) throw objectMissing(id);
    found.add(id);
  }
  return found;
}

function packAll(store: GitStore, ids: Iterable<string>): string {
  const spool = createPackSpool(store.directory);
  try {
    for (const id of ids) {
      const { type, bytes } = store.readObject(id);
      spool.add(type, bytes);
    }
    return spool.keep();
  } finally {
    spool.remove();
  }
}

function listAllLoose(directory: string): readonly string[] {
  const folders = scanDirectory(join(directory, "objects"));
  return "refused" in folders ? [] : folders.filter(({ name }) => /^[0-9a-f]{2}$/.test(name)).flatMap(({ name }) => listLoose(directory, name));
}

/** Packs with a `.keep` beside them are somebody's wish. */
function listPacks(directory: string): readonly Pack[] {
  const folder = packFolder(directory);
  const entries = scanDirectory(folder);
  const names = new Set("refused" in entries ? [] : entries.map(({ name }) => name));
  return [...names].flatMap((name) => {
    const stem = name.replace(/\.idx$/, "");
    if (!name.endsWith(".idx") || !names.has(`${stem}.pack`) || names.has(`${stem}.keep`)) return [];
    const index = openPackIndex(join(folder, name));
    const ids = Array.from({ length: 256 }, (_, byte) => index.list(byte.toString(16).padStart(2, "0"))).flat();
    return [{ stem, modifiedMs: glance(join(folder, name))?.modifiedMs ?? 0, ids }];
  });
}

function canGo(directory: string, id: string, isPacked: boolean, reachable: ReadonlySet<string>, keepSince: number): boolean {
  if (reachable.has(id)) return isPacked;
  return (glance(loosePath(directory, id))?.modifiedMs ?? Number.POSITIVE_INFINITY) < keepSince;
}

function drop(directory: string, id: string, gone: Set<string>, reachable: ReadonlySet<string>): void {
  const path = loosePath(directory, id);
  remove(path);
  removeEmpty(join(path, ".."), join(directory, "objects"));
  if (!reachable.has(id)) gone.add(id);
}

/** The index first: nobody then looks into a pack that is about to go. */
function removePack(directory: string, stem: string): void {
  for (const ending of ["idx", "pack", "rev", "bitmap", "mtimes"]) remove(join(packFolder(directory), `${stem}.${ending}`));
}

/** What git derived from packs and commits that may be gone; it makes them anew. */
function removeIndexes(directory: string): void {
  for (const name of ["pack/multi-pack-index", "info/commit-graph", "info/packs"]) remove(join(directory, "objects", name));
  const chain = scanDirectory(join(directory, "objects/info/commit-graphs"));
  if (!("refused" in chain)) for (const { name } of chain) remove(join(directory, "objects/info/commit-graphs", name));
}
