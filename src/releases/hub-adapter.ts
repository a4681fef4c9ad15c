import { TunesmithError } from "../errors.ts";
import type { HubClient } from "../hub/index.ts";
import type { HubPort, RemoteFile } from "./hub-port.ts";

export interface HubPortOptions {
  readonly signal?: AbortSignal;
  /** Of the large files of one commit, as they leave. */
  readonly onProgress?: (progress: { readonly doneBytes: number; readonly totalBytes: number }) => void;
}

/** A hub as publishing needs it. */
export function hubPort(client: HubClient, { signal, onProgress }: HubPortOptions = {}): HubPort {
  return {
    endpoint: client.endpoint,
    async createRepository(kind, id, { private: isPrivate }) {
      await client.createRepository({ kind, id, private: isPrivate, existOk: true });
    },
    head: (kind, id) => unlessAbsent(async () => (await client.repositoryInfo({ kind, id }, "main")).commit, undefined),
    files: (kind, id, commit) =>
      unlessAbsent(async () => {
        const entries = await client.listFiles({ kind, id, revision: commit, recursive: true });
        return new Map(entries.map(({ path, sizeBytes, oid, sha256 }) => [path, { sizeBytes, gitId: oid, ...(sha256 !== undefined && { sha256 }) }]));
      }, new Map<string, RemoteFile>()),
    read: (kind, id, commit, path) => client.readFile({ kind, id, revision: commit, path }),
    async commit({ kind, id, parentCommit, summary, description, changes }) {
      const { commit } = await client.commit({
        kind,
        id,
        summary,
        changes: changes.map(({ path, source }) => (source === undefined ? { delete: path } : { path, source })),
        ...(parentCommit !== undefined && { parentCommit }),
        ...(description !== undefined && { description }),
        ...(signal !== undefined && { signal }),
        ...(onProgress !== undefined && { onProgress }),
      });
      return commit;
    },
    tags: (kind, id) => unlessAbsent(async () => new Map((await client.listReferences({ kind, id })).tags.map(({ name, commit }) => [name, commit])), new Map<string, string>()),
    async createTag(kind, id, { name, commit, message }) {
      await client.createTag({ kind, id, tag: name, revision: commit, message, existOk: true });
    },
  };
}

/** No repository, no commit and no file are answers here; a hub that refuses or does not answer is none. */
async function unlessAbsent<T>(ask: () => Promise<T>, absent: T): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof TunesmithError && ABSENT.has(thrown.code)) return absent;
    throw thrown;
  }
}

const ABSENT: ReadonlySet<string> = new Set(["hub.model_not_found", "hub.dataset_not_found", "hub.revision_not_found", "hub.file_not_found"]);
