// Discussions and pull requests: one small file each. The commits of a pull request are at `refs/pr/<number>`; its number is not given again.
import { join } from "node:path";
import { isDirectory, isFile, listDirectory, readJson, writeJson } from "../../files/index.ts";
import { HUB_DISCUSSION_SCHEMA_VERSION, hubDiscussionSchema, parseRecord, type HubDiscussion, type HubDiscussionEvent } from "../../records/index.ts";
import { isAncestor, readCommit } from "../git/history.ts";
import type { GitStore } from "../git/store.ts";
import { writeCommit, type Author, type Target } from "./commit.ts";
import { editTree, type TreeChange } from "../git/edit-tree.ts";
import { discussionMissing, mergeRefused } from "./errors.ts";
import type { Host } from "./host.ts";
import type { Repository } from "./repository.ts";
import { splitMessage } from "./revision.ts";
import { diffCommits, type Difference } from "./tree-diff.ts";

export interface NewDiscussion {
  readonly title: string;
  readonly description: string;
  readonly author: string;
}

function placeOf({ directory }: Repository, number: number): string {
  return join(directory, "tunesmith", "discussions", `${number}.json`);
}

/** The newest first. @throws `records.*` */
export function listDiscussions(repository: Repository): readonly HubDiscussion[] {
  return numbersIn(repository).sort((a, b) => b - a).map((number) => readDiscussion(repository, String(number)));
}

/** @throws `hub.discussion_missing`, `records.*` */
export function readDiscussion(repository: Repository, text: string): HubDiscussion {
  const path = /^[1-9]\d{0,8}$/.test(text) ? placeOf(repository, Number(text)) : undefined;
  if (path === undefined || !isFile(path)) throw discussionMissing(text);
  return parseRecord(hubDiscussionSchema, readJson(path), path);
}

/** Call it inside the queue, as everything below. @returns its number */
export function openDiscussion(host: Host, repository: Repository, wanted: NewDiscussion): number {
  return write(host, repository, nextNumber(repository), wanted, { status: "open" });
}

/** @param commit what it proposes; the base itself when it is to be filled later */
export function openPullRequest(host: Host, repository: Repository, { base, commit, ...wanted }: NewDiscussion & { readonly base: Target; readonly commit: string }): number {
  const number = nextNumber(repository);
  repository.git.refs.update(`refs/pr/${number}`, commit, undefined);
  const isEmpty = commit === base.head;
  const events = isEmpty ? [] : [commitEvent(host, repository.git, commit, wanted.author)];
  return write(host, repository, number, wanted, { status: isEmpty ? "draft" : "open", pull_request: { base: base.ref, base_commit: base.head ?? commit } }, events);
}

/** Tells a pull request of a commit to it; commits elsewhere are nothing to tell. */
export function noteCommit(host: Host, repository: Repository, ref: string, commit: string, author: string): void {
  const number = /^refs\/pr\/(\d+)$/.exec(ref)?.[1];
  if (number === undefined || !isFile(placeOf(repository, Number(number)))) return;
  addEvent(repository, readDiscussion(repository, number), commitEvent(host, repository.git, commit, author));
}

export function addEvent(repository: Repository, discussion: HubDiscussion, event: HubDiscussionEvent, changes: Partial<HubDiscussion> = {}): HubDiscussion {
  const changed = { ...discussion, ...changes, events: [...discussion.events, event] };
  writeJson(placeOf(repository, discussion.number), changed);
  return changed;
}

export function replaceEvent(repository: Repository, discussion: HubDiscussion, event: HubDiscussionEvent): void {
  writeJson(placeOf(repository, discussion.number), { ...discussion, events: discussion.events.map((old) => (old.id === event.id ? event : old)) });
}

/** What every event has. */
export function eventHead({ now, newId }: Host, author: string): { readonly id: string; readonly author: string; readonly created_at: string } {
  return { id: newId(), author, created_at: now().toISOString() };
}

/** What a pull request changes, and which of these files its base has changed otherwise since. */
export function examine(git: GitStore, { number, pull_request }: HubDiscussion): { readonly differences: readonly Difference[]; readonly conflicts: readonly string[] } {
  const head = git.refs.read(`refs/pr/${number}`);
  const base = pull_request && git.refs.read(pull_request.base);
  if (pull_request === undefined || head === undefined) return { differences: [], conflicts: [] };
  const from = base !== undefined && isAncestor(git, base, head) ? base : pull_request.base_commit;
  const differences = diffCommits(git, from, head);
  const theirs = new Map((base === undefined || base === from ? [] : diffCommits(git, from, base)).map((other) => [other.path, other.after?.id]));
  const conflicts = differences.filter(({ path, after }) => theirs.has(path) && theirs.get(path) !== after?.id).map(({ path }) => path);
  return { differences, conflicts };
}

/** Puts what a pull request changes on top of its base, as one commit. @throws `hub.merge_refused` */
export function mergePullRequest(host: Host, repository: Repository, discussion: HubDiscussion, author: Author): HubDiscussion {
  const { git } = repository;
  const { number, title, pull_request, status } = discussion;
  if (pull_request === undefined) throw mergeRefused(number, "it is a discussion");
  if (status === "merged" || status === "closed") throw mergeRefused(number, `it is ${status}`);
  const base = git.refs.read(pull_request.base);
  if (base === undefined) throw mergeRefused(number, `${pull_request.base} is no more`);
  const { differences, conflicts } = examine(git, discussion);
  if (conflicts.length > 0) throw mergeRefused(number, `both sides changed ${conflicts.slice(0, 5).join(", ")}`);
  const changes = differences.map(({ path, after }): TreeChange => (after === undefined ? { path, delete: "file" } : { path, id: after.id, mode: after.mode as Exclude<typeof after.mode, "40000"> }));
  const tree = editTree(git, readCommit(git, base).tree, changes);
  const commit = writeCommit(git, { tree, parents: [base], message: `${title} (#${number})`, author, seconds: Math.floor(host.now().getTime() / 1000) });
  git.refs.update(pull_request.base, commit, base);
  return addEvent(repository, discussion, { ...eventHead(host, author.name), type: "status-change", status: "merged" }, { status: "merged", pull_request: { ...pull_request, merge_commit: commit } });
}

function commitEvent(host: Host, git: GitStore, commit: string, author: string): HubDiscussionEvent {
  return { ...eventHead(host, author), type: "commit", oid: commit, subject: splitMessage(readCommit(git, commit).message).title };
}

function write(host: Host, repository: Repository, number: number, { title, description, author }: NewDiscussion, rest: Pick<HubDiscussion, "status" | "pull_request">, events: readonly HubDiscussionEvent[] = []): number {
  const head = eventHead(host, author);
  const first: HubDiscussionEvent = { ...head, type: "comment", text: description, edited: false, hidden: false };
  const record: HubDiscussion = { schema_version: HUB_DISCUSSION_SCHEMA_VERSION, number, title, author, created_at: head.created_at, ...rest, events: [first, ...events] };
  writeJson(placeOf(repository, number), record);
  host.noteDiscussed(repository, record, { action: "create", scope: "discussion" });
  return number;
}

function numbersIn({ directory }: Repository): number[] {
  const folder = join(directory, "tunesmith", "discussions");
  return isDirectory(folder) ? listDirectory(folder).files.flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number) : [];
}

/** A pull request whose file was not written any more still has its commits. */
function nextNumber(repository: Repository): number {
  const refs = repository.git.refs.list("refs/pr/").map(({ name }) => Number(name.slice("refs/pr/".length)));
  return Math.max(0, ...numbersIn(repository), ...refs.filter(Number.isSafeInteger)) + 1;
}
