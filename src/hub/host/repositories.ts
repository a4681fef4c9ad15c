// All repositories of a host, found by their names whatever the case of the letters. The directory is the truth: where a record says another
// name than its place, a rename was cut off after the move, and is finished.
import { join } from "node:path";
import { ensureDirectory, isDirectory, listDirectory, remove, removeEmpty, rename, writeJson } from "../../files/index.ts";
import { HUB_REPOSITORY_SCHEMA_VERSION, type HubRepository, type HubRepositoryKind } from "../../records/index.ts";
import { createGitStore, type GitStore } from "../git/store.ts";
import type { Minting } from "./accounts.ts";
import { moveTargetTaken, repositoryTaken } from "./errors.ts";
import { requireRepositoryName } from "./names.ts";
import { isRepository, openRepository, recordPlace, type Repository, type RepositoryHandle } from "./repository.ts";

export const KINDS: readonly HubRepositoryKind[] = ["model", "dataset", "space"];

export interface NewRepository {
  readonly kind: HubRepositoryKind;
  readonly owner: string;
  readonly name: string;
  readonly private: boolean;
  readonly sdk?: string;
}

export interface FoundRepository {
  readonly repository: Repository;
  /** It was asked for by a name it had before. */
  readonly isFormer: boolean;
}

export interface Repositories {
  find(kind: HubRepositoryKind, id: string): FoundRepository | undefined;
  /** In no order. */
  all(): readonly Repository[];
  /** In no order. */
  list(kind: HubRepositoryKind): readonly Repository[];
  /** `fill` writes the first commit; the repository appears when it has returned. @throws `hub.repository_taken`, `hub.name_invalid` */
  create(wanted: NewRepository, fill: (git: GitStore) => void | Promise<void>): Promise<Repository>;
  /** @throws `hub.repository_taken` */
  move(repository: Repository, owner: string, name: string): Promise<void>;
  delete(repository: Repository): Promise<void>;
}

/** Reads the record of every repository of a data directory. @throws `records.*` */
export function openRepositories(dataDirectory: string, { now, newId }: Minting): Repositories {
  const current = new Map<string, RepositoryHandle>();
  const former = new Map<string, RepositoryHandle>();
  const reserved = new Set<string>();
  for (const repository of readAll(dataDirectory)) {
    current.set(keyOf(repository.kind, repository.id), repository);
    for (const id of repository.record.formerly) former.set(keyOf(repository.kind, id), repository);
  }
  const placeOf = (kind: HubRepositoryKind, owner: string, name: string) => join(dataDirectory, "repositories", `${kind}s`, owner, name);
  /** A name that is about to be taken is taken. */
  const reserving = async <T>(key: string, taken: () => Error, act: () => Promise<T>): Promise<T> => {
    if (current.has(key) || reserved.has(key)) throw taken();
    reserved.add(key);
    return act().finally(() => reserved.delete(key));
  };
  return {
    find(kind, id) {
      const key = keyOf(kind, id);
      const repository = current.get(key);
      if (repository !== undefined) return { repository, isFormer: false };
      const moved = former.get(key);
      return moved && { repository: moved, isFormer: true };
    },
    all: () => [...current.values()],
    list: (kind) => [...current.values()].filter((repository) => repository.kind === kind),
    create({ kind, owner, name, sdk, ...wanted }, fill) {
      const id = `${owner}/${requireRepositoryName(name)}`;
      return reserving(keyOf(kind, id), () => repositoryTaken(kind, id), async () => {
        const temporary = join(dataDirectory, "uploads", `new-${newId()}`);
        const record: HubRepository = { schema_version: HUB_REPOSITORY_SCHEMA_VERSION, id: newId(), kind, owner, name, private: wanted.private, gated: false, access_requests: [], discussions_disabled: false, ...(sdk === undefined ? {} : { sdk }), formerly: [], liked_by: [], created_at: now().toISOString() };
        try {
          ensureDirectory(join(dataDirectory, "uploads"));
          await fill(createGitStore(temporary));
          writeJson(recordPlace(temporary), record);
          rename(temporary, clearPlace(placeOf(kind, owner, name)));
        } finally {
          remove(temporary);
        }
        const repository = openRepository(placeOf(kind, owner, name));
        current.set(keyOf(kind, id), repository);
        return repository;
      });
    },
    move(repository, owner, name) {
      const [before, id] = [repository.id, `${owner}/${requireRepositoryName(name)}`];
      const [oldKey, newKey] = [keyOf(repository.kind, before), keyOf(repository.kind, id)];
      const act = () =>
        repository.exclusively(() => {
          const handle = current.get(oldKey)!;
          const place = placeOf(handle.kind, owner, name);
          if (place.toLowerCase() !== handle.directory.toLowerCase()) clearPlace(place);
          rename(handle.directory, place);
          handle.relocate(place, { owner, name, formerly: [...new Set([...handle.record.formerly, before])].filter((former) => former !== id) });
          removeEmpty(join(dataDirectory, "repositories", `${handle.kind}s`, before.split("/")[0]!), join(dataDirectory, "repositories"));
          current.delete(oldKey);
          current.set(newKey, handle);
          former.set(oldKey, handle);
        });
      return oldKey === newKey ? act() : reserving(newKey, () => moveTargetTaken(repository.kind, id), act);
    },
    delete: (repository) =>
      repository.exclusively(() => {
        const handle = current.get(keyOf(repository.kind, repository.id))!;
        const grave = join(dataDirectory, "uploads", `deleted-${newId()}`);
        rename(handle.directory, grave);
        handle.retire();
        current.delete(keyOf(handle.kind, handle.id));
        for (const [key, other] of former) if (other === handle) former.delete(key);
        remove(grave);
        removeEmpty(join(dataDirectory, "repositories", `${handle.kind}s`, handle.record.owner), join(dataDirectory, "repositories"));
      }),
  };
}

/** Who was still writing to a repository when it was deleted or moved leaves folders at its old place, and nothing in them that counts. */
function clearPlace(place: string): string {
  if (!isRepository(place)) remove(place);
  return place;
}

function keyOf(kind: HubRepositoryKind, id: string): string {
  return `${kind} ${id.toLowerCase()}`;
}

function readAll(dataDirectory: string): readonly RepositoryHandle[] {
  const foldersIn = (path: string) => (isDirectory(path) ? listDirectory(path).directories.map((name) => ({ name, path: join(path, name) })) : []);
  return KINDS.flatMap((kind) =>
    foldersIn(join(dataDirectory, "repositories", `${kind}s`)).flatMap((owner) =>
      foldersIn(owner.path)
        .filter(({ path }) => isRepository(path))
        .map(({ name, path }) => finishRename(openRepository(path), owner.name, name)),
    ),
  );
}

function finishRename(repository: RepositoryHandle, owner: string, name: string): RepositoryHandle {
  const { record, id } = repository;
  if (record.owner !== owner || record.name !== name) repository.update({ owner, name, formerly: [...record.formerly, id] });
  return repository;
}
