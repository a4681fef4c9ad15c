// Which large files nobody refers to any more: what no branch, tag, pull request or other reference of any repository leads to. A client that
// was told that a file is here may still be about to commit it, and clients believe for weeks that chunks are here, so what came lately stays.
import { compactRepository, type Compacted } from "./compact.ts";
import { fileFacts } from "./file-facts.ts";
import { walkObjects } from "../git/reachable.ts";
import { repackStore } from "../git/repack.ts";
import { sweepXorbs } from "../xet/sweep-xorbs.ts";
import type { Host } from "./host.ts";

export interface Collected {
  /** Large files, by their SHA-256. */
  readonly removed: readonly string[];
  readonly freedBytes: number;
  readonly uploads: number;
  /** Chunks went: clients were given another address for them. */
  readonly isNewGeneration: boolean;
  readonly kept: number;
  /** What keeping checkpoints as differences has saved. */
  readonly compacted: Compacted;
}

export interface CollectOptions {
  /** What is younger stays. Default 24 h. */
  readonly olderThanMs?: number;
  /** Only count: nothing is deleted. */
  readonly dryRun?: boolean;
}

/** Deletes large files that are not referred to, and keeps series of checkpoints as differences. Nobody else may have the directory open. @throws `git.object_missing` where a repository is damaged: nothing is deleted then */
export async function collectGarbage(host: Host, { olderThanMs = 24 * 3600 * 1000, dryRun = false }: CollectOptions = {}): Promise<Collected> {
  const live = findLive(host);
  const now = host.now().getTime();
  if (dryRun) {
    const removed = [...host.large.list()].filter((oid) => !live.has(oid));
    return { removed, freedBytes: removed.reduce((sum, oid) => sum + (host.large.size(oid) ?? 0), 0), uploads: 0, isNewGeneration: false, kept: live.size, compacted: { shrunk: 0, savedBytes: 0 } };
  }
  const { removed, freedBytes, uploads } = await host.large.sweep(live, { olderThanMs, now });
  // Before the chunks are swept: what came as chunks and is a difference now needs them no more.
  const compacted = { shrunk: 0, savedBytes: 0 };
  for (const repository of host.repositories.all()) {
    const { shrunk, savedBytes } = await compactRepository(host, repository);
    compacted.shrunk += shrunk;
    compacted.savedBytes += savedBytes;
  }
  for (const { git } of host.repositories.all()) repackStore(git, { keepSince: now - olderThanMs });
  await host.large.release();
  const chunkBytes = sweepXorbs(host.directory, now - olderThanMs);
  if (chunkBytes > 0) host.renewGeneration();
  return { removed, freedBytes: freedBytes + chunkBytes, uploads, isNewGeneration: chunkBytes > 0, kept: live.size, compacted };
}

function findLive(host: Host): ReadonlySet<string> {
  const live = new Set<string>();
  for (const { git } of host.repositories.all()) {
    const roots = git.refs.list().map(({ id }) => id);
    for (const { id, type } of walkObjects(git, roots, [])) {
      const pointer = type === "blob" ? fileFacts(git, id).pointer : undefined;
      if (pointer !== undefined) live.add(pointer.oid);
    }
  }
  return live;
}
