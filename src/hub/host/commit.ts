// One commit: files are written first, in any order and by many at once; then, in the repository's queue, the trees, the commit, and the
// reference last. Whoever dies in between leaves objects that nobody refers to.
import { readCommit } from "../git/history.ts";
import { encodeCommit } from "../git/commit.ts";
import { editTree, type TreeChange } from "../git/edit-tree.ts";
import { splitPath } from "../git/file-name.ts";
import { findEntry } from "../git/paths.ts";
import { resolveRevision } from "../git/revisions.ts";
import type { GitStore } from "../git/store.ts";
import type { TokenHolder } from "./accounts.ts";
import { readCard } from "./card.ts";
import { readCommitLines } from "./commit-lines.ts";
import { bodyInvalid, cardInvalid, commitPathInvalid, deletionMissing, parentMoved, pointerSizeWrong, pointerUnknown, revisionMissing } from "./errors.ts";
import { encodePointer, fileFacts } from "./file-facts.ts";
import type { Host } from "./host.ts";
import { largeFileLine, readLargeFileRule } from "./patterns.ts";
import type { Repository } from "./repository.ts";
import { readSmall } from "./summary.ts";

export interface Author {
  readonly name: string;
  readonly email: string;
}

/** How the commits of an account are signed. */
export function authorOf({ account }: TokenHolder): Author {
  return { name: account.name, email: account.email ?? `${account.name}@users.noreply.localhost` };
}

/** What a commit is to do; every content is in the stores already. */
export interface CommitPlan {
  readonly message: string;
  readonly parentCommit?: string;
  readonly changes: readonly TreeChange[];
  /** Paths that are pointers now: git's own clients must see them as such. */
  readonly largePaths: readonly string[];
}

const MOST_CHANGES = 100_000;
const LARGEST_CARD = 1 << 20;

/** Reads the body of a commit and stores its files as they come. @throws `hub.body_invalid`, `hub.path_invalid`, `hub.upload_missing`, `hub.card_invalid`, `git.path_invalid` */
export async function receiveCommit(host: Host, repository: Repository, git: GitStore, body: AsyncIterable<Uint8Array>): Promise<CommitPlan> {
  const changes: TreeChange[] = [];
  const largePaths: string[] = [];
  let header: { readonly message: string; readonly parentCommit?: string } | undefined;
  for await (const line of readCommitLines(body)) {
    if (line.key === "header") {
      const { summary, description, parentCommit } = line;
      if (summary.trim() === "" || summary.includes("\0") || description.includes("\0")) throw bodyInvalid("a commit needs a summary, without NUL");
      header = { message: withNewline(description === "" ? summary : `${summary}\n\n${description}`), ...(parentCommit === undefined ? {} : { parentCommit }) };
      continue;
    }
    const path = checkPath(line.path);
    if (changes.length >= MOST_CHANGES) throw bodyInvalid(`it has more than ${MOST_CHANGES} changes`);
    if (line.key === "deletedFile") changes.push({ path, delete: "file" });
    else if (line.key === "deletedFolder") changes.push({ path: path.replace(/\/$/, ""), delete: "folder" });
    else if (line.key === "lfsFile") {
      changes.push({ path, id: writePointer({ host, repository, git }, path, line) });
      largePaths.push(path);
    } else {
      host.requireRoom(line.bytes.byteLength);
      if (path === "README.md") checkCard(host, line.bytes);
      changes.push({ path, id: git.writeObject("blob", line.bytes) });
    }
  }
  if (header === undefined) throw bodyInvalid("it has no header");
  return { ...header, changes, largePaths };
}

interface Writing {
  readonly host: Host;
  readonly repository: Repository;
  readonly git: GitStore;
}

/** @throws `hub.body_invalid`, `hub.upload_missing` */
function writePointer({ host, repository, git }: Writing, path: string, { oid, sizeBytes }: { readonly oid: string; readonly sizeBytes?: number }): string {
  const found = host.possession.has(repository, oid) && host.large.touch(oid) ? host.large.size(oid) : undefined;
  if (found === undefined) throw pointerUnknown(path, oid);
  if (sizeBytes !== undefined && sizeBytes !== found) throw pointerSizeWrong(path, sizeBytes, found);
  return git.writeObject("blob", encodePointer({ oid, sizeBytes: found }));
}

function checkPath(path: string): string {
  if (path.includes("\\")) throw commitPathInvalid(path, "a backslash is in it");
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) throw commitPathInvalid(path, "a control character is in it");
  splitPath(path.replace(/\/$/, ""));
  return path;
}

function checkCard(host: Host, bytes: Uint8Array): void {
  if (bytes.byteLength > LARGEST_CARD) return;
  const read = readCard(Buffer.from(bytes).toString("utf8"), host.parseYaml);
  if ("fault" in read) throw cardInvalid(read.fault);
}

export interface Target {
  readonly ref: string;
  /** Undefined for a branch that has no commit yet. */
  readonly head: string | undefined;
}

/** The branch or pull request that commits to `revision` go to. @throws `hub.revision_missing` for tags and commits, too */
export function requireTarget(git: GitStore, revision: string): Target {
  const found = resolveRevision(git, revision);
  if (found?.ref !== undefined && /^refs\/(heads|pr|convert)\//.test(found.ref)) return { ref: found.ref, head: found.commit };
  if (found === undefined && (revision === "HEAD" || `refs/heads/${revision}` === git.head() || revision === git.head())) return { ref: git.head(), head: undefined };
  throw revisionMissing(revision);
}

export interface MadeCommit {
  readonly oid: string;
  /** The same commit stood there already: a client that lost an answer sent it again. */
  readonly isRepeated: boolean;
}

/**
 * Writes trees and commit on top of `target`; no reference is touched. Call it inside the queue.
 * @throws `hub.parent_moved`, `hub.entry_missing`, `git.path_conflict`
 */
export function makeCommit(git: GitStore, target: Target, plan: CommitPlan, author: Author, seconds: number): MadeCommit {
  const { head } = target;
  if (plan.parentCommit !== undefined && !isSameCommit(plan.parentCommit, head)) {
    if (head !== undefined && isRepeat(git, head, plan, author)) return { oid: head, isRepeated: true };
    throw parentMoved(plan.parentCommit, head ?? "none");
  }
  const before = head === undefined ? undefined : readCommit(git, head);
  const changes = plan.changes.map((change) => ("delete" in change ? findDeletion(git, head, change.path, change.delete) : change));
  const attributes = changeAttributes(git, head, plan);
  const tree = editTree(git, before?.tree, attributes === undefined ? changes : [...changes.filter(({ path }) => path !== ".gitattributes"), attributes]);
  if (head !== undefined && before?.tree === tree && before.message === plan.message && before.author.name === author.name) return { oid: head, isRepeated: true };
  return { oid: writeCommit(git, { tree, parents: head === undefined ? [] : [head], message: plan.message, author, seconds }), isRepeated: false };
}

export interface CommitParts {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Author;
  readonly seconds: number;
}

export function writeCommit(git: GitStore, { tree, parents, message, author, seconds }: CommitParts): string {
  const person = { ...author, seconds, zone: "+0000" };
  return git.writeObject("commit", encodeCommit({ tree, parents, author: person, committer: person, message: withNewline(message) }));
}

/** As git ends every message. */
function withNewline(message: string): string {
  return message.endsWith("\n") ? message : `${message}\n`;
}

/** Whether the head is what this plan, applied to its own parent, made. */
function isRepeat(git: GitStore, head: string, plan: CommitPlan, author: Author): boolean {
  const commit = readCommit(git, head);
  if (!isSameCommit(plan.parentCommit!, commit.parents[0]) || commit.message !== plan.message || commit.author.name !== author.name) return false;
  return plan.changes.every((change) => {
    const entry = findEntry(git, head, change.path.replace(/\/$/, ""));
    return "delete" in change ? entry === undefined : entry?.id === change.id;
  });
}

function isSameCommit(wanted: string, commit: string | undefined): boolean {
  return commit !== undefined && wanted.length >= 7 && commit.startsWith(wanted.toLowerCase());
}

/** A folder may be deleted under the name of a file: clients that only know its path take it for one. @throws `hub.entry_missing` */
function findDeletion(git: GitStore, head: string | undefined, path: string, what: "file" | "folder"): TreeChange {
  const entry = head === undefined ? undefined : findEntry(git, head, path);
  const isFolder = entry?.mode === "40000";
  if (entry === undefined || (what === "folder" && !isFolder)) throw deletionMissing(path);
  return { path, delete: isFolder ? "folder" : "file" };
}

/** Lines for large files that no line names yet; undefined when all are named. */
function changeAttributes(git: GitStore, head: string | undefined, { changes, largePaths }: CommitPlan): TreeChange | undefined {
  if (largePaths.length === 0) return undefined;
  const own = changes.findLast(({ path }) => path === ".gitattributes");
  const sent = own === undefined || "delete" in own || fileFacts(git, own.id).blobBytes > LARGEST_CARD ? undefined : Buffer.from(git.readObject(own.id).bytes).toString("utf8");
  const text = sent ?? (head === undefined || own !== undefined ? "" : (readSmall(git, head, ".gitattributes") ?? ""));
  const isLarge = readLargeFileRule(text);
  const missing = [...new Set(largePaths)].filter((path) => !isLarge(path));
  if (missing.length === 0) return undefined;
  const lines = [...(text === "" || text.endsWith("\n") ? [text] : [`${text}\n`]), ...missing.map((path) => `${largeFileLine(path)}\n`)];
  return { path: ".gitattributes", id: git.writeObject("blob", Buffer.from(lines.join(""))) };
}
