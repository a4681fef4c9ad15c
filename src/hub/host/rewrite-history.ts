// Takes files out of every commit, as if they had never been there. Commits that never had one of them keep their ids.
import { openBatch } from "../git/batch.ts";
import { encodeCommit, encodeTag, parseTag } from "../git/commit.ts";
import { readCommit } from "../git/history.ts";
import { readTree } from "../git/paths.ts";
import type { RefUpdate } from "../git/refs.ts";
import type { GitStore } from "../git/store.ts";
import { encodeTree } from "../git/tree.ts";

/** @param blobs ids of the files. @returns how many references lead elsewhere now */
export function dropFromHistory(store: GitStore, blobs: ReadonlySet<string>): number {
  const batch = openBatch(store);
  try {
    const rewritten = createRewriting(batch, blobs);
    const updates = store.refs.list().flatMap(({ name, id }): readonly RefUpdate[] => {
      const to = rewritten(id);
      return to === id ? [] : [{ name, to, expected: id }];
    });
    if (updates.length === 0) return 0;
    batch.publish();
    store.refs.updateAll(updates);
    return updates.length;
  } finally {
    batch.discard();
  }
}

/** From the id of a commit or an annotated tag to that of what stands in its place. */
function createRewriting(git: GitStore, blobs: ReadonlySet<string>): (id: string) => string {
  const trees = new Map<string, string | undefined>();
  const commits = new Map<string, string>();
  /** Undefined when nothing is left in it. */
  const tree = (id: string): string | undefined => {
    if (trees.has(id)) return trees.get(id);
    const before = readTree(git, id);
    const after = before.flatMap((entry) => {
      if (entry.mode !== "40000") return blobs.has(entry.id) ? [] : [entry];
      const inside = tree(entry.id);
      return inside === undefined ? [] : [{ ...entry, id: inside }];
    });
    const isSame = after.length === before.length && after.every((entry, index) => entry.id === before[index]!.id);
    const result = isSame ? id : after.length === 0 ? undefined : git.writeObject("tree", encodeTree(after));
    trees.set(id, result);
    return result;
  };
  /** Parents first; histories are deeper than the stack of calls. */
  const commit = (start: string): string => {
    const stack = [start];
    while (stack.length > 0) {
      const id = stack.at(-1)!;
      const before = readCommit(git, id);
      const waiting = commits.has(id) ? [] : before.parents.filter((parent) => !commits.has(parent));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      if (commits.has(id)) continue;
      const after = { tree: tree(before.tree) ?? git.writeObject("tree", new Uint8Array(0)), parents: before.parents.map((parent) => commits.get(parent)!) };
      const isSame = after.tree === before.tree && after.parents.every((parent, index) => parent === before.parents[index]);
      // A signature would be of another commit.
      commits.set(id, isSame ? id : git.writeObject("commit", encodeCommit({ ...before, ...after, extra: (before.extra ?? []).filter(({ name }) => name !== "gpgsig") })));
    }
    return commits.get(start)!;
  };
  return (id) => {
    const type = git.objectType(id);
    if (type === "commit") return commit(id);
    if (type !== "tag") return id;
    const before = parseTag(git.readObject(id).bytes);
    if (before.type !== "commit") return id;
    const object = commit(before.object);
    return object === before.object ? id : git.writeObject("tag", encodeTag({ ...before, object }));
  };
}
