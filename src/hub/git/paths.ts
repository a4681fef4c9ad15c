// Looking into the trees of a revision.
import { parseCommit, parseTag } from "./commit.ts";
import { objectInvalid, pathMissing, treeTooLarge } from "./errors.ts";
import type { ObjectType } from "./object.ts";
import type { GitStore } from "./store.ts";
import { parseTree, type TreeEntry, type TreeMode } from "./tree.ts";

export interface PathEntry {
  /** From the root, with `/`. */
  readonly path: string;
  readonly mode: TreeMode;
  readonly id: string;
  /** `commit` is a submodule. */
  readonly type: "blob" | "tree" | "commit";
}

export interface ListOptions {
  /** All below, folders included, each before what it holds. Default false. */
  readonly recursive?: boolean;
  /** More entries than this are refused: a small pack can stand for a tree of millions. Default 1,000,000. */
  readonly limit?: number;
}

/** The tree of a commit, of an annotated tag of one, or the tree itself. @throws `git.object_missing`, `git.object_invalid` */
export function readTreeId(store: GitStore, id: string): string {
  let [place, seen]: [string, ObjectType | undefined] = [id, undefined];
  for (let depth = 0; depth < 10; depth++) {
    const { type, bytes } = store.readObject(place);
    if (type === "tree") return place;
    if (type === "commit") return parseCommit(bytes).tree;
    if (type === "blob") throw objectInvalid("blob", `${id} stands for a file, needed is a commit`);
    [place, seen] = [parseTag(bytes).object, type];
  }
  throw objectInvalid(seen ?? "tag", `${id} stands for tags of tags`);
}

/** A store hands out the same bytes again while it remembers a tree: as long they need not be parsed again. */
const parsed = new WeakMap<Uint8Array, readonly TreeEntry[]>();

/** The entries of one tree. @throws `git.object_missing`, `git.object_invalid` */
export function readTree(store: GitStore, id: string): readonly TreeEntry[] {
  const { type, bytes } = store.readObject(id);
  if (type !== "tree") throw objectInvalid(type, `${id} stands where a tree is needed`);
  const entries = parsed.get(bytes) ?? parseTree(bytes);
  parsed.set(bytes, entries);
  return entries;
}

/** What is at `path` of a commit or tree; "" is its root. Undefined when there is nothing. */
export function findEntry(store: GitStore, commit: string, path: string): TreeEntry | undefined {
  let entry: TreeEntry | undefined = { mode: "40000", name: "", id: readTreeId(store, commit) };
  for (const part of path === "" ? [] : path.split("/")) {
    if (entry?.mode !== "40000") return undefined;
    entry = readTree(store, entry.id).find(({ name }) => name === part);
  }
  return entry;
}

/** The entries of a folder in git's order; "" is the root. @throws `git.path_missing` when it is no folder; `git.tree_too_large` */
export function listTree(store: GitStore, commit: string, path: string, options: ListOptions = {}): readonly PathEntry[] {
  const folder = findEntry(store, commit, path);
  if (folder?.mode !== "40000") throw pathMissing(path, "folder");
  const limit = options.limit ?? 1_000_000;
  const found: PathEntry[] = [];
  for (const entry of walkTree(store, folder.id, path, options.recursive === true)) {
    if (found.length === limit) throw treeTooLarge(limit);
    found.push(entry);
  }
  return found;
}

/** The entries below a tree, one after the other. */
export function* walkTree(store: GitStore, tree: string, path: string, recursive: boolean): Generator<PathEntry> {
  for (const { name, mode, id } of readTree(store, tree)) {
    const below = path === "" ? name : `${path}/${name}`;
    yield { path: below, mode, id, type: mode === "40000" ? "tree" : mode === "160000" ? "commit" : "blob" };
    if (recursive && mode === "40000") yield* walkTree(store, id, below, true);
  }
}
