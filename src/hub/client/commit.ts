// A commit from files to its id: large files first, the commit last. The hub's commit is not repeatable; when its answer is lost, the branch is looked
// at before anything is sent again, and what is sent then names the head it was looked at, so that the lost one cannot land beside it.
import { backoffMs, type Connection } from "../pull/request.ts";
import { apiPath, deedOf, requirePath, revisionPart, type RepositoryAddress } from "./address.ts";
import { AnswerLost, call, readJsonObject } from "./call.ts";
import { planUpload, type HubDeletion, type HubFile, type MeasuredFile } from "./changes.ts";
import { encodeCommit } from "./commit-body.ts";
import { answerStrange, commitConflict, unreachableDeed } from "./errors.ts";
import { findOwnCommit } from "./find-commit.ts";
import { sendLargeFiles } from "./large-files.ts";
import { repositoryInfo } from "./repositories.ts";

export interface CommitProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface CommitOptions extends RepositoryAddress {
  /** A branch, or `refs/pr/1`. Default `main`. */
  readonly revision?: string;
  /** The head that the changes were made for. Default: whatever it is. */
  readonly parentCommit?: string;
  /** First line of the message. */
  readonly summary: string;
  readonly description?: string;
  readonly changes: readonly (HubFile | HubDeletion)[];
  readonly signal?: AbortSignal;
  /** Of large files, as they leave. */
  readonly onProgress?: (progress: CommitProgress) => void;
}

/** A file as it was sent. */
export interface SentFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Git's id of the contents as a blob; of a large file, of its pointer. */
  readonly gitId: string;
}

export interface MadeCommit {
  /** The commit that holds the changes: a new one, or the head where nothing was to change. */
  readonly commit: string;
  readonly isNew: boolean;
  /** All files of the changes but the ignored ones. */
  readonly files: readonly SentFile[];
  /** Paths that the repository's `.gitignore` keeps out. */
  readonly ignored: readonly string[];
}

const MOST_SENDINGS = 6;

/** Commits files and deletions in one commit. @throws `hub.commit_conflict`, `hub.path_unfit`, and the errors of every call */
export async function commitChanges(outer: Connection, { revision = "main", parentCommit, summary, description = "", changes, signal, onProgress, ...address }: CommitOptions): Promise<MadeCommit> {
  const connection: Connection = signal === undefined ? outer : { ...outer, signal };
  const files = changes.filter((change) => "path" in change);
  const deletions = changes.filter((change) => "delete" in change);
  for (const deletion of deletions) requirePath(deletion.delete.replace(/\/+$/, ""));
  const plan = await planUpload(connection, address, revision, files);
  const { commit: head } = await repositoryInfo(connection, address, revision);
  if (parentCommit !== undefined && head !== parentCommit) throw commitConflict(address.id, revision, head ?? "no commit", parentCommit);
  const told = { files: [...plan.files, ...plan.unchanged].map(asSent), ignored: plan.ignored };
  if (plan.files.length === 0 && deletions.length === 0 && head !== undefined) return { ...told, commit: head, isNew: false };

  await sendAll(connection, address, revision, plan.files, onProgress);
  const attempt: Attempt = { connection, address, revision, title: summary.split("\n", 1)[0]!, summary, description, files: plan.files, deletions };
  return { ...told, commit: await sendCommit(attempt, head, parentCommit), isNew: true };
}

interface Attempt {
  readonly connection: Connection;
  readonly address: RepositoryAddress;
  readonly revision: string;
  readonly title: string;
  readonly summary: string;
  readonly description: string;
  readonly files: readonly MeasuredFile[];
  readonly deletions: readonly HubDeletion[];
}

async function sendCommit(attempt: Attempt, headBefore: string | undefined, parentCommit: string | undefined): Promise<string> {
  const { connection, address, revision, summary, description, files, deletions } = attempt;
  const deed = deedOf(address, connection.endpoint, `commit to ${address.id}`, revision);
  let expected = parentCommit;
  for (let sending = 1; ; sending += 1) {
    const header = { summary, description, ...(expected !== undefined && { parentCommit: expected }) };
    const body = { type: "application/x-ndjson", open: () => encodeCommit(header, files, deletions) };
    try {
      const response = await call(connection, { method: "POST", path: apiPath(address, `/commit/${revisionPart(revision)}`), body, repeatable: false, accept: sending > 1 ? [412] : [] }, deed);
      if (response.ok) {
        const { commitOid } = await readJsonObject(response, deed);
        if (typeof commitOid !== "string") throw answerStrange(deed, "does not name the commit it made");
        return commitOid;
      }
      await response.body?.cancel();
    } catch (thrown) {
      if (!(thrown instanceof AnswerLost)) throw thrown;
      if (sending === MOST_SENDINGS) throw unreachableDeed(deed, thrown.cause ?? thrown);
      await connection.wait(backoffMs(sending));
    }
    const own = await findOwnCommit(connection, { ...attempt, ...address }, headBefore);
    if (own !== undefined) return own;
    const { commit: head } = await repositoryInfo(connection, address, revision);
    if (parentCommit !== undefined && head !== parentCommit) throw commitConflict(address.id, revision, head ?? "no commit", parentCommit);
    if (sending === MOST_SENDINGS) throw commitConflict(address.id, revision, head ?? "no commit", expected ?? "no commit");
    expected = head;
  }
}

async function sendAll(connection: Connection, address: RepositoryAddress, revision: string, files: readonly MeasuredFile[], onProgress: CommitOptions["onProgress"]): Promise<void> {
  const large = files.filter(({ mode }) => mode === "large");
  if (large.length === 0) return;
  const totalBytes = [...new Map(large.map((file) => [file.sha256, file.sizeBytes])).values()].reduce((total, bytes) => total + bytes, 0);
  let doneBytes = 0;
  await sendLargeFiles(connection, address, revision, large, (_file, bytes) => {
    doneBytes += bytes;
    if (bytes > 0) onProgress?.({ doneBytes, totalBytes });
  });
}

function asSent({ path, sizeBytes, sha256, gitId }: MeasuredFile): SentFile {
  return { path, sizeBytes, sha256, gitId };
}
