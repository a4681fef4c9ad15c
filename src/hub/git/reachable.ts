// Which objects somebody who has some commits lacks of others: what a pack has to hold.
import { parseTag } from "./commit.ts";
import { createCommitQueue, readCommit, type LoggedCommit } from "./history.ts";
import type { ObjectType } from "./object.ts";
import { readTree } from "./paths.ts";
import type { GitStore } from "./store.ts";

export interface ReachableObject {
  readonly id: string;
  readonly type: ObjectType;
}

export interface ReachOptions {
  /** The receiver has these commits without their parents. */
  readonly theirShallow?: ReadonlySet<string>;
  /** The receiver shall have these without their parents afterwards. Default: as before. */
  readonly shallow?: ReadonlySet<string>;
}

/** The ids of {@link walkObjects}. */
export function* objectsBetween(store: GitStore, wants: Iterable<string>, haves: Iterable<string>, options: ReachOptions = {}): Generator<string> {
  for (const { id } of walkObjects(store, wants, haves, options)) yield id;
}

/**
 * What is reachable from `wants` and not from `haves`: commits newest first, tags, then trees and files. A file that a want and an old commit
 * of the haves share may come although it is known. Haves that the repository lacks are passed over. Files are not looked at.
 * @throws `git.object_missing` where a commit, tag or tree is missing
 */
export function* walkObjects(store: GitStore, wants: Iterable<string>, haves: Iterable<string>, options: ReachOptions = {}): Generator<ReachableObject> {
  const known = new Set<string>();
  const roots = gather(store, wants);
  const theirs = gather(store, [...haves].filter((id) => store.hasObject(id)));
  for (const { id } of theirs.tags) known.add(id);
  for (const { id, type } of theirs.others) markKnown(store, id, type, known);
  const { lacking, edges } = walkHistory(store, roots.commits, theirs.commits, options);
  for (const edge of edges) markKnown(store, readCommit(store, edge).tree, "tree", known);
  for (const { id } of lacking) yield { id, type: "commit" };
  const all = function* (): Generator<ReachableObject> {
    yield* roots.tags;
    for (const { commit } of lacking) yield { id: commit.tree, type: "tree" };
    yield* roots.others;
  };
  for (const { id, type } of all()) yield* walkUnknown(store, id, type, known);
}

interface Roots {
  readonly tags: readonly ReachableObject[];
  readonly commits: readonly string[];
  /** Trees and files that somebody asks for by id or tag. */
  readonly others: readonly ReachableObject[];
}

function gather(store: GitStore, ids: Iterable<string>): Roots {
  const tags = new Map<string, ReachableObject>();
  const commits = new Set<string>();
  const others: ReachableObject[] = [];
  for (const start of ids) {
    for (let id: string | undefined = start; id !== undefined; ) {
      const type = store.objectType(id);
      if (type === "commit") commits.add(id);
      else if (type !== "tag") others.push({ id, type });
      if (type !== "tag" || tags.has(id)) break;
      tags.set(id, { id, type });
      id = parseTag(store.readObject(id).bytes).object;
    }
  }
  return { tags: [...tags.values()], commits: [...commits], others };
}

interface Seen {
  readonly entry: LoggedCommit;
  isKnown: boolean;
  isDone: boolean;
}

/**
 * Walks from both sides at once, newest first, until only known commits are left to walk: an update costs what is new, not the history.
 * Clocks that go wrong can make it end early; then too much is sent, never too little.
 * @returns the commits that are lacking, and the known ones that they stand on or that were named
 */
function walkHistory(store: GitStore, wants: readonly string[], haves: readonly string[], options: ReachOptions): { readonly lacking: readonly LoggedCommit[]; readonly edges: ReadonlySet<string> } {
  const theirShallow = options.theirShallow ?? new Set<string>();
  const shallow = options.shallow ?? theirShallow;
  const seen = new Map<string, Seen>();
  const queue = createCommitQueue();
  const found: LoggedCommit[] = [];
  let open = 0;
  const parentsOf = ({ entry: { id, commit }, isKnown }: Seen) => ((isKnown ? theirShallow : shallow).has(id) ? [] : commit.parents);
  const add = (start: string, isKnown: boolean) => {
    for (const stack = [start]; stack.length > 0; ) {
      const id = stack.pop()!;
      const before = seen.get(id);
      if (before === undefined) {
        const entry = { id, commit: readCommit(store, id) };
        seen.set(id, { entry, isKnown, isDone: false });
        queue.add(entry);
        if (!isKnown) open += 1;
      } else if (isKnown && !before.isKnown) {
        before.isKnown = true;
        if (before.isDone) stack.push(...parentsOf(before));
        else open -= 1;
      }
    }
  };
  for (const id of haves) add(id, true);
  for (const id of wants) add(id, false);
  while (open > 0) {
    const next = seen.get(queue.takeNewest()!.id)!;
    next.isDone = true;
    if (!next.isKnown) {
      open -= 1;
      found.push(next.entry);
    }
    for (const parent of parentsOf(next)) add(parent, next.isKnown);
  }
  const lacking = found.filter(({ id }) => !seen.get(id)!.isKnown);
  const below = lacking.flatMap(({ commit }) => commit.parents.filter((parent) => seen.get(parent)?.isKnown === true));
  return { lacking, edges: new Set([...haves, ...below]) };
}

function markKnown(store: GitStore, id: string, type: ObjectType, known: Set<string>): void {
  for (const _ of walkUnknown(store, id, type, known)) continue;
}

/** An object and all below it, each once; what is in `known` is left out with all below, and everything yielded is added to it. */
function* walkUnknown(store: GitStore, id: string, type: ObjectType, known: Set<string>): Generator<ReachableObject> {
  if (known.has(id)) return;
  known.add(id);
  yield { id, type };
  if (type !== "tree") return;
  for (const entry of readTree(store, id)) {
    if (entry.mode !== "160000") yield* walkUnknown(store, entry.id, entry.mode === "40000" ? "tree" : "blob", known);
  }
}
