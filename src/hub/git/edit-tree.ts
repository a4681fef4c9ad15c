// A new tree out of an old one and a list of changes. Only folders on the way to a change are read and written.
import { pathConflict, pathMissing } from "./errors.ts";
import { splitPath } from "./file-name.ts";
import { readTree } from "./paths.ts";
import type { GitStore } from "./store.ts";
import { encodeTree, type TreeEntry, type TreeMode } from "./tree.ts";

export type TreeChange =
  | { readonly path: string; readonly id: string; /** Default 100644. */ readonly mode?: Exclude<TreeMode, "40000"> }
  | { readonly path: string; readonly delete: "file" | "folder" };

/** What happens to a name in a folder, and to what is below it. */
interface Step {
  deletes?: "file" | "folder";
  puts?: { readonly id: string; readonly mode: TreeMode };
  readonly below: Map<string, Step>;
}

/**
 * Applies changes to a tree: deletions first, then files, so a folder may become a file and the other way round in one edit. Folders come
 * and go with their files. Of two contents for one path the later counts.
 * @param rootTree undefined starts from nothing
 * @returns the id of the new root tree, written
 * @throws `git.path_invalid`; `git.path_missing` for a deletion of what is not there; `git.path_conflict` where a file is to be a folder
 */
export function editTree(store: GitStore, rootTree: string | undefined, changes: readonly TreeChange[]): string {
  const root: Step = { below: new Map() };
  for (const change of changes) {
    const step = splitPath(change.path).reduce((place, name) => findOrAdd(place.below, name), root);
    if ("delete" in change) step.deletes = change.delete;
    else step.puts = { id: change.id, mode: change.mode ?? "100644" };
  }
  return editFolder(store, rootTree, root, "") ?? store.writeObject("tree", new Uint8Array(0));
}

function findOrAdd(steps: Map<string, Step>, name: string): Step {
  const step = steps.get(name) ?? { below: new Map() };
  steps.set(name, step);
  return step;
}

/** @returns the new tree, or undefined when nothing is left in it */
function editFolder(store: GitStore, tree: string | undefined, step: Step, path: string): string | undefined {
  const before = tree === undefined ? [] : readTree(store, tree);
  const entries = new Map(before.map((entry) => [entry.name, entry]));
  let changed = tree === undefined;
  for (const [name, next] of step.below) {
    const old = entries.get(name);
    const edited = editEntry(store, old, name, next, path === "" ? name : `${path}/${name}`);
    if (edited?.id === old?.id && edited?.mode === old?.mode) continue;
    changed = true;
    if (edited === undefined) entries.delete(name);
    else entries.set(name, edited);
  }
  if (entries.size === 0) return undefined;
  return changed ? store.writeObject("tree", encodeTree([...entries.values()])) : tree;
}

function editEntry(store: GitStore, old: TreeEntry | undefined, name: string, step: Step, path: string): TreeEntry | undefined {
  const { deletes, puts, below } = step;
  const wasFolder = old?.mode === "40000";
  if (deletes !== undefined && (old === undefined || wasFolder !== (deletes === "folder"))) throw pathMissing(path, deletes);
  const kept = deletes === undefined ? old : undefined;
  if (puts === undefined && below.size === 0) return kept;
  if (kept !== undefined && kept.mode !== "40000" && below.size > 0 && holdsFile(step)) throw pathConflict(`${path}/${below.keys().next().value}`, `${path} is a file`);
  const folder = below.size === 0 ? undefined : editBelow(store, kept, deletes === "folder" ? old : undefined, step, path);
  if (puts === undefined) return folder === undefined ? undefined : { mode: "40000", name, id: folder };
  if (folder !== undefined || (kept?.mode === "40000" && below.size === 0)) throw pathConflict(path, "a folder of that name is there");
  return { mode: puts.mode, name, id: puts.id };
}

/** Of a folder that goes as a whole nothing is left to delete: only the new files below it count. */
function editBelow(store: GitStore, kept: TreeEntry | undefined, gone: TreeEntry | undefined, step: Step, path: string): string | undefined {
  if (gone === undefined) return editFolder(store, kept?.mode === "40000" ? kept.id : undefined, step, path);
  return editFolder(store, undefined, withoutDeletions(step), path);
}

function withoutDeletions(step: Step): Step {
  return { ...(step.puts === undefined ? {} : { puts: step.puts }), below: new Map([...step.below].map(([name, next]) => [name, withoutDeletions(next)])) };
}

function holdsFile(step: Step): boolean {
  return step.puts !== undefined || [...step.below.values()].some(holdsFile);
}
