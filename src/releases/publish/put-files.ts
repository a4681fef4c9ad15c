// Brings files into a repository as one commit on the head that was looked at; when somebody else commits meanwhile, it looks again.
import { TunesmithError } from "../../errors.ts";
import { repositoryBusy } from "../errors.ts";
import { COMMIT_CONFLICT, type CommitRequest, type FileChange, type HubPort, type RemoteFile, type RepositoryKind } from "../hub-port.ts";

export interface Repository {
  readonly kind: RepositoryKind;
  readonly id: string;
}

/** What is to be done about a head: nothing, or a commit. */
export type Wish = readonly FileChange[];

const MOST_TRIES = 20;

/**
 * Asks `wish` what the present head lacks, and commits that on exactly this head. @returns the commit that holds all of it
 * @throws `releases.repository_busy` when others keep committing first
 */
export async function commitOnHead(
  hub: HubPort,
  repository: Repository,
  message: Pick<CommitRequest, "summary" | "description">,
  wish: (files: ReadonlyMap<string, RemoteFile>, head: string | undefined) => Promise<Wish>,
): Promise<string> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const head = await hub.head(repository.kind, repository.id);
    const files = head === undefined ? new Map<string, RemoteFile>() : await hub.files(repository.kind, repository.id, head);
    const changes = await wish(files, head);
    if (changes.length === 0 && head !== undefined) return head;
    try {
      return await hub.commit({ ...repository, ...message, parentCommit: head, changes });
    } catch (thrown) {
      if (!(thrown instanceof TunesmithError) || thrown.code !== COMMIT_CONFLICT) throw thrown;
    }
  }
  throw repositoryBusy(repository.id, MOST_TRIES);
}
