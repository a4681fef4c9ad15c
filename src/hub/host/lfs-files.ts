// The large files that a repository refers to, in any commit of its branches, tags and pull requests.
import { walkCommits } from "../git/history.ts";
import { readTree } from "../git/paths.ts";
import { peelToCommit } from "../git/revisions.ts";
import { fileFacts } from "./file-facts.ts";
import type { Repository } from "./repository.ts";

export interface ReferredFile {
  /** SHA-256 of the content. */
  readonly oid: string;
  readonly sizeBytes: number;
  /** Of the pointer, in git. */
  readonly blob: string;
  /** Where it was found first, newest commits before older ones. */
  readonly path: string;
  readonly ref: string;
  /** Of that commit, since 1970. */
  readonly seconds: number;
}

interface Known {
  readonly stamp: string;
  readonly files: ReadonlyMap<string, ReferredFile>;
}

const known = new WeakMap<Repository, Known>();

/** By their SHA-256. Walks the whole history, once for each state of the references. @throws `git.object_missing` */
export function referredFiles(repository: Repository): ReadonlyMap<string, ReferredFile> {
  const refs = repository.git.refs.list();
  const stamp = refs.map(({ name, id }) => `${name} ${id}`).join("\n");
  const cached = known.get(repository);
  if (cached?.stamp === stamp) return cached.files;
  const files = new Map<string, ReferredFile>();
  const seen = new Set<string>();
  for (const { name, id } of refs) {
    const head = peelToCommit(repository.git, id);
    if (head === undefined) continue;
    for (const { id: commit, commit: { tree, committer } } of walkCommits(repository.git, head)) {
      if (seen.has(commit)) continue;
      seen.add(commit);
      gather(repository, { tree, below: "", ref: name, seconds: committer.seconds }, seen, files);
    }
  }
  known.set(repository, { stamp, files });
  return files;
}

interface Place {
  readonly tree: string;
  readonly below: string;
  readonly ref: string;
  readonly seconds: number;
}

function gather(repository: Repository, place: Place, seen: Set<string>, files: Map<string, ReferredFile>): void {
  if (seen.has(place.tree)) return;
  seen.add(place.tree);
  for (const { name, mode, id } of readTree(repository.git, place.tree)) {
    const path = place.below === "" ? name : `${place.below}/${name}`;
    if (mode === "40000") gather(repository, { ...place, tree: id, below: path }, seen, files);
    else if (mode !== "160000" && !seen.has(id)) {
      seen.add(id);
      const pointer = fileFacts(repository.git, id).pointer;
      if (pointer !== undefined && !files.has(pointer.oid)) files.set(pointer.oid, { oid: pointer.oid, sizeBytes: pointer.sizeBytes, blob: id, path, ref: place.ref, seconds: place.seconds });
    }
  }
}
