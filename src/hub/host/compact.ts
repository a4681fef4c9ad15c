// Keeps series of checkpoints small: from `hub gc`, and while the hub serves, some time after a commit.
import { setImmediate as nextTurn } from "node:timers/promises";
import { logCommits } from "../git/history.ts";
import { readTreeId, walkTree } from "../git/paths.ts";
import { compactSeries } from "../store/compact-series.ts";
import { findSeries, type PlacedFile } from "../store/find-series.ts";
import { fileFacts } from "./file-facts.ts";
import type { Host } from "./host.ts";
import type { Repository } from "./repository.ts";

export interface Compacted {
  /** Large files that are kept as a difference now and were not before. */
  readonly shrunk: number;
  /** Bytes they took less than before. */
  readonly savedBytes: number;
}

export interface CompactOptions {
  /** Of each branch, from its newest. Default 1000. */
  readonly mostCommits?: number;
  readonly signal?: AbortSignal;
}

/** Shrinks what is a series on a branch of a repository. @throws `git.object_missing` where the repository is damaged or gone */
export async function compactRepository({ large }: Host, { git }: Repository, { mostCommits = 1000, signal }: CompactOptions = {}): Promise<Compacted> {
  let [shrunk, savedBytes] = [0, 0];
  for (const { name, id } of git.refs.list()) {
    if (!name.startsWith("refs/heads/")) continue;
    const history: (readonly PlacedFile[])[] = [];
    for (const commit of logCommits(git, id, { limit: mostCommits }).toReversed()) {
      if (signal?.aborted === true) return { shrunk, savedBytes };
      const entries = [...walkTree(git, readTreeId(git, commit.id), "", true)];
      history.push(entries.flatMap(({ path, id: blob, type }) => {
        const pointer = type === "blob" ? fileFacts(git, blob).pointer : undefined;
        return pointer === undefined ? [] : [{ path, oid: pointer.oid }];
      }));
      await nextTurn();
    }
    for (const series of findSeries(history)) {
      for (const { result } of await compactSeries(large, series, signal)) {
        if (!result.done) continue;
        shrunk += 1;
        savedBytes += result.sizeBytes - result.storedBytes;
      }
    }
  }
  return { shrunk, savedBytes };
}

export interface Compactor {
  /** A commit was made. */
  note(repository: Repository): void;
  /** Gives up what is under way, which leaves everything readable, and waits until it has. */
  close(): Promise<void>;
}

export interface CompactorOptions {
  /** After the first commit that was noted. Default 30 s: a training that saves several files does it in several commits. */
  readonly delayMs?: number;
  /** Told what was done, when it was something. */
  readonly onCompacted?: (compacted: Compacted, repository: Repository) => void;
  /** Told what went wrong; the series stays as it is. */
  readonly onError: (thrown: unknown, repository: Repository) => void;
}

const RECENT_COMMITS = 32;

/** Shrinks series in the background, one repository after the other. */
export function startCompactor(host: Host, { delayMs = 30_000, onCompacted = () => {}, onError }: CompactorOptions): Compactor {
  const stop = new AbortController();
  const noted = new Set<Repository>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const isHere = (repository: Repository) => host.repositories.find(repository.kind, repository.id)?.repository === repository;
  const work = async () => {
    for (const repository of noted) {
      noted.delete(repository);
      if (stop.signal.aborted) return;
      if (!isHere(repository)) continue;
      try {
        const compacted = await compactRepository(host, repository, { mostCommits: RECENT_COMMITS, signal: stop.signal });
        if (compacted.shrunk > 0) onCompacted(compacted, repository);
      } catch (thrown) {
        // It was deleted meanwhile: there is nothing left to keep small.
        if (isHere(repository)) onError(thrown, repository);
      }
    }
  };
  return {
    note(repository) {
      if (stop.signal.aborted) return;
      noted.add(repository);
      timer ??= setTimeout(() => {
        timer = undefined;
        running = running.then(work);
      }, delayMs).unref();
    },
    async close() {
      stop.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
