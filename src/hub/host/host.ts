// A data directory and everything in it. One process has it open at a time (the caller holds its lock).
import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { ensureDirectory, freeBytes, isFile, listDirectory, readJson, writeJson } from "../../files/index.ts";
import { HUB_HOST_SCHEMA_VERSION, hubHostSchema, parseRecord, type HubDiscussion, type HubHost } from "../../records/index.ts";
import { openLargeFiles, type LargeFiles } from "../store/large-files.ts";
import { openAccounts, type Accounts, type Minting } from "./accounts.ts";
import { dataForeign, diskFull, quotaExceeded } from "./errors.ts";
import { createPossession, type Possession } from "./possession.ts";
import { openRepositories, type Repositories } from "./repositories.ts";
import type { Repository } from "./repository.ts";

export interface HostOptions extends Minting {
  /** Turns the YAML at the head of a README into a value, or throws. */
  readonly parseYaml: (text: string) => unknown;
  /** How many bytes of large files may be here. Default: no bound but the disk. */
  readonly quotaBytes?: number;
  /** Is left free on the disk. Default 64 MiB. */
  readonly reservedBytes?: number;
  /** Users may have the hub send requests to addresses of theirs. Default false. */
  readonly allowsWebhooks?: boolean;
}

/** What happened to a discussion. */
export interface Discussed {
  readonly action: "create" | "update";
  readonly scope: "discussion" | "discussion.comment";
}

export interface Host extends Minting {
  readonly directory: string;
  readonly record: HubHost;
  readonly accounts: Accounts;
  readonly repositories: Repositories;
  readonly large: LargeFiles;
  readonly possession: Possession;
  readonly parseYaml: (text: string) => unknown;
  readonly allowsWebhooks: boolean;
  /** Another generation: clients forget which chunks are here. */
  renewGeneration(): void;
  /** Says no before bytes are taken that there is no room for. @throws `hub.quota_exceeded`, `hub.disk_full` */
  requireRoom(sizeBytes: number): void;
  /** Tells how many bytes of large files came. */
  noteStored(sizeBytes: number): void;
  /** Tells that a reference of a repository has moved. */
  noteCommitted(repository: Repository): void;
  /** Whom that is told to from now on. */
  onCommitted(listener: (repository: Repository) => void): void;
  /** Tells that something happened to a discussion or pull request. */
  noteDiscussed(repository: Repository, discussion: HubDiscussion, event: Discussed): void;
  /** Whom that is told to from now on. */
  onDiscussed(listener: (repository: Repository, discussion: HubDiscussion, event: Discussed) => void): void;
}

/** Opens a data directory, or makes one of an empty directory. @throws `hub.data_foreign`, `records.*` */
export function openHost(directory: string, options: HostOptions): Host {
  const { now, newId, parseYaml, quotaBytes = Infinity, reservedBytes = 64 * 2 ** 20, allowsWebhooks = false } = options;
  let record = prepareData(directory, now);
  const large = openLargeFiles(directory, { now: () => now().getTime() });
  const listeners: ((repository: Repository) => void)[] = [];
  const discussed: Parameters<Host["onDiscussed"]>[0][] = [];
  let storedBytes = quotaBytes === Infinity ? 0 : totalBytes(large);
  return {
    directory,
    get record() {
      return record;
    },
    accounts: openAccounts(directory, options),
    repositories: openRepositories(directory, options),
    large,
    possession: createPossession(),
    parseYaml,
    allowsWebhooks,
    now,
    newId,
    renewGeneration() {
      record = { ...record, store_generation: randomUUID() };
      writeJson(join(directory, "hub.json"), record);
    },
    requireRoom(sizeBytes) {
      if (storedBytes + sizeBytes > quotaBytes) throw quotaExceeded(sizeBytes, quotaBytes - storedBytes);
      if (freeBytes(directory) < sizeBytes + reservedBytes) throw diskFull();
    },
    noteStored(sizeBytes) {
      storedBytes += sizeBytes;
    },
    noteCommitted(repository) {
      for (const listener of listeners) listener(repository);
    },
    onCommitted(listener) {
      listeners.push(listener);
    },
    noteDiscussed(repository, discussion, event) {
      for (const listener of discussed) listener(repository, discussion, event);
    },
    onDiscussed(listener) {
      discussed.push(listener);
    },
  };
}

/** Reads `hub.json`; makes it in a directory that is empty but for locks. @throws `hub.data_foreign`, `records.*` */
export function prepareData(directory: string, now: () => Date): HubHost {
  const place = join(directory, "hub.json");
  if (isFile(place)) return parseRecord(hubHostSchema, readJson(place), place);
  ensureDirectory(directory);
  const { files, directories } = listDirectory(directory);
  // The lock of who opens it may be there already.
  if ([...files.filter((file) => !file.endsWith(".lock")), ...directories].length > 0) throw dataForeign(directory);
  const record: HubHost = { schema_version: HUB_HOST_SCHEMA_VERSION, store_generation: randomUUID(), secret: randomBytes(32).toString("hex"), created_at: now().toISOString() };
  writeJson(place, record);
  return record;
}

function totalBytes(large: LargeFiles): number {
  let total = 0;
  for (const oid of large.list()) total += large.size(oid) ?? 0;
  return total;
}
