// Large files are kept once for all repositories, so their digest alone must not open them: who names a digest shows first that the bytes
// are theirs, by sending them, or by having them in the same repository already. Otherwise a digest read in a log would fetch a private file.
import { referredFiles } from "./lfs-files.ts";
import type { Repository } from "./repository.ts";

export interface Possession {
  /** The bytes came for this repository, or from one whose owner may give them. */
  note(repository: Repository, oid: string): void;
  /** Whether a commit to this repository may refer to a content. */
  has(repository: Repository, oid: string): boolean;
}

/** What is forgotten, and at every start all is, is sent again: no content is lost by it. */
const MOST = 200_000;

export function createPossession(): Possession {
  const noted = new Set<string>();
  return {
    note({ record }, oid) {
      if (noted.size >= MOST) noted.delete(noted.values().next().value!);
      noted.add(`${record.id} ${oid}`);
    },
    has: (repository, oid) => noted.has(`${repository.record.id} ${oid}`) || referredFiles(repository).has(oid),
  };
}
