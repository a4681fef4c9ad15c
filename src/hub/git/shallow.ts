// Histories cut off at a depth.
import { readCommit } from "./history.ts";
import { peelToCommit } from "./revisions.ts";
import type { GitStore } from "./store.ts";

export interface ShallowCut {
  /** Commits that the client shall from now on have without their parents. */
  readonly shallow: readonly string[];
  /** Commits that it had without parents and shall have with them. */
  readonly unshallow: readonly string[];
}

/** The depth that stands for the whole history (`git fetch --unshallow`). */
const WHOLE = 0x7fffffff;

/** @param depth how many commits deep the history below each of `from` goes, 1 only those themselves */
export function cutAtDepth(store: GitStore, from: readonly string[], depth: number, theirShallow: ReadonlySet<string>): ShallowCut {
  const shallow: string[] = [];
  const unshallow: string[] = [];
  const seen = new Set<string>();
  let level = from.flatMap((id) => peelToCommit(store, id) ?? []);
  for (let deep = 1; level.length > 0; deep++) {
    const next: string[] = [];
    for (const id of level) {
      if (seen.has(id)) continue;
      seen.add(id);
      const { parents } = readCommit(store, id);
      const isCut = depth < WHOLE && deep >= depth && parents.length > 0;
      if (isCut && !theirShallow.has(id)) shallow.push(id);
      if (!isCut && theirShallow.has(id)) unshallow.push(id);
      if (!isCut) next.push(...parents);
    }
    level = next;
  }
  return { shallow, unshallow };
}
