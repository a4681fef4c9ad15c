// Which commit gave each path what it holds now. A path that a commit has from one of its parents unchanged is that parent's matter, as in
// git's simplified history.
import { createCommitQueue, readCommit, type LoggedCommit } from "./history.ts";
import { readTree } from "./paths.ts";
import type { GitStore } from "./store.ts";

/**
 * @param paths as they stand in `commit`; those it does not have are left out
 * @returns for each path the id of the newest commit that changed it: file or folder
 */
export function lastCommits(store: GitStore, commit: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const queue = createCommitQueue();
  const waiting = new Map<string, Set<string>>();
  const ask = (id: string, asked: readonly string[]) => {
    if (asked.length === 0) return;
    const already = waiting.get(id);
    if (already !== undefined) return asked.forEach((path) => already.add(path));
    waiting.set(id, new Set(asked));
    queue.add({ id, commit: readCommit(store, id) });
  };
  const first = createLookup(store, readCommit(store, commit).tree);
  ask(commit, [...new Set(paths)].filter((path) => first(path) !== undefined));
  for (let next = queue.takeNewest(); next !== undefined; next = queue.takeNewest()) {
    const asked = [...waiting.get(next.id)!];
    waiting.delete(next.id);
    for (const [parent, unchanged] of share(store, next, asked)) {
      if (parent !== undefined) ask(parent, unchanged);
      else for (const path of unchanged) found.set(path, next.id);
    }
  }
  return found;
}

/** Gives each path to the first parent that has the same there; those that differ from all stay with the commit itself (key undefined). */
function share(store: GitStore, { commit }: LoggedCommit, asked: readonly string[]): ReadonlyMap<string | undefined, readonly string[]> {
  const here = createLookup(store, commit.tree);
  const shares = new Map<string | undefined, readonly string[]>();
  let rest = asked;
  for (const parent of commit.parents) {
    const parentTree = readCommit(store, parent).tree;
    const there = createLookup(store, parentTree);
    const same = parentTree === commit.tree ? rest : rest.filter((path) => here(path) === there(path));
    const taken = new Set(same);
    shares.set(parent, [...(shares.get(parent) ?? []), ...same]);
    rest = rest.filter((path) => !taken.has(path));
  }
  return shares.set(undefined, rest);
}

/** From a path to what stands there, mode and id; folders are read once. */
function createLookup(store: GitStore, root: string): (path: string) => string | undefined {
  const folders = new Map<string, ReadonlyMap<string, string>>();
  const folderAt = (path: string): ReadonlyMap<string, string> => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const id = path === "" ? `40000 ${root}` : find(path);
    const entries = id?.startsWith("40000 ") === true ? readTree(store, id.slice(6)) : [];
    const folder = new Map(entries.map((entry) => [entry.name, `${entry.mode} ${entry.id}`]));
    folders.set(path, folder);
    return folder;
  };
  const find = (path: string): string | undefined => {
    const slash = path.lastIndexOf("/");
    return folderAt(slash === -1 ? "" : path.slice(0, slash)).get(path.slice(slash + 1));
  };
  return (path) => (path === "" ? `40000 ${root}` : find(path));
}
