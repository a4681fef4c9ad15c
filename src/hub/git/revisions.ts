// From what a client writes for a revision to a commit.
import { parseTag } from "./commit.ts";
import { isObjectId } from "./object.ts";
import { findRefNameFault } from "./ref-name.ts";
import type { GitStore } from "./store.ts";

export interface Revision {
  readonly commit: string;
  /** The reference that was named, if it was one: `refs/heads/main`. */
  readonly ref?: string;
}

const MAX_TAG_DEPTH = 10;

/**
 * Resolves a commit id of 4 hex digits or more, `HEAD`, a branch, a tag (to the commit it stands for), or a full name such as `refs/pr/1`.
 * A whole id comes first, then names, then short ids; a branch comes before a tag of the same name, because commits to that name go to the
 * branch. Undefined for what stands for no commit or for several.
 */
export function resolveRevision(store: GitStore, text: string): Revision | undefined {
  if (isObjectId(text)) {
    const commit = store.hasObject(text) ? peelToCommit(store, text) : undefined;
    if (commit !== undefined) return { commit };
  }
  for (const ref of text === "HEAD" ? [store.head()] : [text, `refs/heads/${text}`, `refs/tags/${text}`, `refs/${text}`]) {
    if (findRefNameFault(ref) !== undefined) continue;
    const id = store.refs.read(ref);
    const commit = id === undefined ? undefined : peelToCommit(store, id);
    if (commit !== undefined) return { commit, ref };
  }
  if (!/^[0-9a-f]{4,39}$/i.test(text)) return undefined;
  const commits = store.findObjects(text.toLowerCase()).filter((id) => store.objectType(id) === "commit");
  return commits.length === 1 ? { commit: commits[0]! } : undefined;
}

/** The commit that an id stands for, through annotated tags; undefined when it is a tree or a file. @throws `git.object_missing` */
export function peelToCommit(store: GitStore, id: string): string | undefined {
  let place = id;
  for (let depth = 0; depth < MAX_TAG_DEPTH; depth++) {
    const type = store.objectType(place);
    if (type === "commit") return place;
    if (type !== "tag") return undefined;
    place = parseTag(store.readObject(place).bytes).object;
  }
  return undefined;
}

/** A revision that is followed by a path is looked for up to this length. */
const MAX_REVISION_LENGTH = 255;

/**
 * Parts `feat/x/dir/file` into the longest revision that it begins with and the rest, as clients need who do not encode the slashes of a
 * branch. `path` is "" when nothing is left. Undefined when no beginning is a revision.
 */
export function splitRevision(store: GitStore, text: string): (Revision & { readonly revision: string; readonly path: string }) | undefined {
  for (let end = text.length; end > 0; end = text.lastIndexOf("/", end - 1)) {
    const revision = text.slice(0, end);
    const found = end > MAX_REVISION_LENGTH ? undefined : resolveRevision(store, revision);
    if (found !== undefined) return { ...found, revision, path: text.slice(end + 1) };
  }
  return undefined;
}
