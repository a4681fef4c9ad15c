// One repository: a bare git repository and a record beside it. What changes it waits in its queue, so that of two who read and then write the
// second sees what the first did.
import { join } from "node:path";
import { isFile, readJson, writeJson } from "../../files/index.ts";
import { hubRepositorySchema, parseRecord, type HubRepository, type HubRepositoryKind } from "../../records/index.ts";
import { openGitStore, type GitStore } from "../git/store.ts";
import { repositoryMissing } from "./errors.ts";

export interface Repository {
  /** It moves when the repository is renamed. */
  readonly directory: string;
  readonly kind: HubRepositoryKind;
  /** `owner/name` */
  readonly id: string;
  readonly record: HubRepository;
  readonly git: GitStore;
  /** Runs one act after the other; one that fails does not stop the next. @throws `hub.repository_missing` when it was deleted meanwhile */
  exclusively<T>(act: () => Promise<T> | T): Promise<T>;
  /** Writes the record; call it inside `exclusively`. */
  update(changes: Partial<HubRepository>): HubRepository;
}

export interface RepositoryHandle extends Repository {
  /** Tells that it lies elsewhere now. */
  relocate(directory: string, changes: Partial<HubRepository>): void;
  /** Everything in its queue is refused from now on. */
  retire(): void;
}

/** A record lies in the repository, where git does not look. */
export function recordPlace(directory: string): string {
  return join(directory, "tunesmith", "repository.json");
}

/** Opens a repository; its git store when it is first asked for. @throws `records.*` */
export function openRepository(place: string): RepositoryHandle {
  let directory = place;
  let record = parseRecord(hubRepositorySchema, readJson(recordPlace(directory)), recordPlace(directory));
  let git: GitStore | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let retired = false;
  const update = (changes: Partial<HubRepository>): HubRepository => {
    record = { ...record, ...changes };
    writeJson(recordPlace(directory), record);
    return record;
  };
  return {
    get directory() {
      return directory;
    },
    get kind() {
      return record.kind;
    },
    get id() {
      return `${record.owner}/${record.name}`;
    },
    get record() {
      return record;
    },
    get git() {
      git ??= openGitStore(directory);
      return git;
    },
    exclusively<T>(act: () => Promise<T> | T) {
      const turn = queue.then(() => {
        if (retired) throw repositoryMissing(record.kind, `${record.owner}/${record.name}`);
        return act();
      });
      queue = turn.catch(() => {});
      return turn;
    },
    update,
    relocate(to, changes) {
      directory = to;
      git = undefined;
      update(changes);
    },
    retire() {
      retired = true;
    },
  };
}

/** Whether a directory holds one of ours. */
export function isRepository(directory: string): boolean {
  return isFile(recordPlace(directory));
}
