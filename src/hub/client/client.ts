// The hub as something to write to: repositories, commits, branches, tags. Its reading side for models and datasets is ../resolve.ts.
import { connect, type HubOptions } from "../pull/connect.ts";
import type { Connection } from "../pull/request.ts";
import type { RepositoryAddress } from "./address.ts";
import { commitChanges, type CommitOptions, type MadeCommit } from "./commit.ts";
import { listFiles, readFile, type HubFileEntry, type ListFilesOptions } from "./files.ts";
import { folderChanges, type FolderOptions } from "./folder.ts";
import { connectJobs, type HubJobs } from "./jobs.ts";
import { createBranch, createTag, deleteTag, listReferences, type CreateBranchOptions, type CreatedTag, type CreateTagOptions, type HubReferences } from "./references.ts";
import { createRepository, repositoryInfo, whoami, type CreatedRepository, type CreateRepositoryOptions, type HubIdentity, type RepositoryInfo } from "./repositories.ts";
import { readTags, type HubTag } from "./tag-messages.ts";

/** Options, and how often a call is sent. */
export interface ConnectOptions extends Pick<HubOptions, "endpoint" | "token" | "environment" | "fetch" | "signal" | "wait"> {
  /** Sendings of one call before its failure counts. Default six. */
  readonly attempts?: number;
}

export interface UploadFolderOptions extends FolderOptions, Omit<CommitOptions, "changes"> {
  /** Delete what stands below `pathInRepository` and is not in the directory. Default false. */
  readonly mirror?: boolean;
}

/** A hub and who talks to it. Every method touches the network and throws `hub.…` errors; none prints or returns the token. */
export interface HubClient {
  /** `https://huggingface.co`, without a slash at the end. */
  readonly endpoint: string;
  readonly hasToken: boolean;
  whoami(): Promise<HubIdentity>;
  createRepository(options: CreateRepositoryOptions): Promise<CreatedRepository>;
  /** Without a revision: of `main`. */
  repositoryInfo(address: RepositoryAddress, revision?: string): Promise<RepositoryInfo>;
  commit(options: CommitOptions): Promise<MadeCommit>;
  /** Commits the files of a directory; those that stand there already are not sent. */
  uploadFolder(options: UploadFolderOptions): Promise<MadeCommit>;
  createBranch(options: CreateBranchOptions): Promise<{ readonly created: boolean }>;
  createTag(options: CreateTagOptions): Promise<CreatedTag>;
  deleteTag(options: RepositoryAddress & { readonly tag: string; readonly missingOk?: boolean }): Promise<void>;
  listReferences(address: RepositoryAddress): Promise<HubReferences>;
  /** Tags with their messages. */
  readTags(address: RepositoryAddress): Promise<readonly HubTag[]>;
  readonly jobs: HubJobs;
  listFiles(options: ListFilesOptions): Promise<readonly HubFileEntry[]>;
  readFile(options: RepositoryAddress & { readonly path: string; readonly revision?: string; readonly mostBytes?: number }): Promise<Uint8Array>;
}

/** Opens nothing yet: endpoint and token are found as {@link HubOptions} says. @throws `hub.endpoint_invalid`, `hub.token_invalid` */
export function connectHub(options: ConnectOptions = {}): HubClient {
  const connection: Connection = { ...connect(options.environment ?? process.env, options), ...(options.attempts !== undefined && { attempts: options.attempts }) };
  return {
    endpoint: connection.endpoint,
    hasToken: connection.token !== undefined,
    whoami: () => whoami(connection),
    createRepository: (wanted) => createRepository(connection, wanted),
    repositoryInfo: (address, revision) => repositoryInfo(connection, address, revision),
    commit: (wanted) => commitChanges(connection, wanted),
    uploadFolder: async ({ directory, pathInRepository, include, mirror = false, ...wanted }) => {
      const files = folderChanges({ directory, pathInRepository, include });
      const sent = new Set(files.map(({ path }) => path));
      const prefix = pathInRepository === undefined ? "" : `${pathInRepository.replace(/\/+$/, "")}/`;
      const standing = mirror ? await listFiles(connection, { ...wanted }) : [];
      const surplus = standing.filter(({ path }) => path.startsWith(prefix) && !sent.has(path) && path !== ".gitattributes");
      return commitChanges(connection, { ...wanted, changes: [...surplus.map(({ path }) => ({ delete: path })), ...files] });
    },
    createBranch: (wanted) => createBranch(connection, wanted),
    createTag: (wanted) => createTag(connection, wanted),
    deleteTag: (wanted) => deleteTag(connection, wanted),
    listReferences: (address) => listReferences(connection, address),
    readTags: (address) => readTags(connection, address),
    jobs: connectJobs(connection),
    listFiles: (wanted) => listFiles(connection, wanted),
    readFile: (wanted) => readFile(connection, wanted),
  };
}
