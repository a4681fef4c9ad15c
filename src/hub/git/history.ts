// Walking from commits to their parents, newest first.
import { parseCommit, type Commit } from "./commit.ts";
import { objectInvalid } from "./errors.ts";
import type { GitStore } from "./store.ts";

export interface LoggedCommit {
  readonly id: string;
  readonly commit: Commit;
}

export interface LogOptions {
  /** At most so many. Default all. */
  readonly limit?: number;
  /** Begin behind this commit: the last one of the page before. */
  readonly after?: string;
}

/** A store hands out the same bytes again while it remembers a commit: as long they need not be parsed again. */
const parsed = new WeakMap<Uint8Array, Commit>();

/** @throws `git.object_missing`; `git.object_invalid` when it is no commit */
export function readCommit(store: GitStore, id: string): Commit {
  const { type, bytes } = store.readObject(id);
  if (type !== "commit") throw objectInvalid(type, `${id} stands where a commit is needed`);
  const commit = parsed.get(bytes) ?? parseCommit(bytes);
  parsed.set(bytes, commit);
  return commit;
}

/** Commits ordered by the committer's time; of equal ones the first added comes first. */
export interface CommitQueue {
  readonly size: number;
  add(entry: LoggedCommit): void;
  takeNewest(): LoggedCommit | undefined;
}

/** Kept sorted, oldest first: histories are narrow, and most commits are added near the end they are taken from. */
export function createCommitQueue(): CommitQueue {
  const entries: LoggedCommit[] = [];
  return {
    get size() {
      return entries.length;
    },
    add(entry) {
      let [low, high] = [0, entries.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (entries[middle]!.commit.committer.seconds < entry.commit.committer.seconds) low = middle + 1;
        else high = middle;
      }
      entries.splice(low, 0, entry);
    },
    takeNewest: () => entries.pop(),
  };
}

/** Every commit that any of `from` stands on, those themselves with them, newest first, each once. */
export function* walkCommits(store: GitStore, from: string | readonly string[]): Generator<LoggedCommit> {
  const queue = createCommitQueue();
  const seen = new Set<string>();
  const add = (id: string) => {
    if (seen.has(id)) return;
    seen.add(id);
    queue.add({ id, commit: readCommit(store, id) });
  };
  [from].flat().forEach(add);
  for (let next = queue.takeNewest(); next !== undefined; next = queue.takeNewest()) {
    yield next;
    next.commit.parents.forEach(add);
  }
}

/** A page of {@link walkCommits}. Empty when `after` is not among them. */
export function logCommits(store: GitStore, from: string, options: LogOptions = {}): readonly LoggedCommit[] {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const page: LoggedCommit[] = [];
  let open = options.after === undefined;
  for (const entry of walkCommits(store, from)) {
    if (page.length >= limit) break;
    if (open) page.push(entry);
    else open = entry.id === options.after;
  }
  return page;
}

/** How many commits `from` stands on, itself included. */
export function countCommits(store: GitStore, from: string): number {
  let count = 0;
  for (const _ of walkCommits(store, from)) count += 1;
  return count;
}

/** Whether `descendant` stands on `ancestor`; a commit stands on itself. */
export function isAncestor(store: GitStore, ancestor: string, descendant: string): boolean {
  for (const { id } of walkCommits(store, descendant)) if (id === ancestor) return true;
  return false;
}
