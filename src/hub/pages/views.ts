// What the pages show, read out of a repository.
import { logCommits, readCommit } from "../git/history.ts";
import { lastCommits } from "../git/last-commits.ts";
import { findEntry, listTree } from "../git/paths.ts";
import { peelToCommit } from "../git/revisions.ts";
import { entryMissing } from "../host/errors.ts";
import { fileFacts } from "../host/file-facts.ts";
import { usedStorage } from "../host/info.ts";
import type { Repository } from "../host/repository.ts";
import { splitMessage, type Place } from "../host/revision.ts";
import { readSmall, type Summary } from "../host/summary.ts";
import { diffCommits } from "../host/tree-diff.ts";
import type { CardView } from "./card-page.ts";
import { readEvaluationRows } from "./evaluation-table.ts";
import type { FilesView, FileView } from "./files-page.ts";
import type { RepositoryHead } from "./frame.ts";
import type { ChangedFile, CommitRow, CommitView, HistoryView } from "./history-page.ts";

const MOST_FILES = 500;
const PAGE_COMMITS = 50;
/** Longer texts are offered, not shown. */
const LONGEST_TEXT = 256 * 1024;
/** The last commit of each file is looked for among so many. */
const WITH_COMMITS = 100;

export function viewHead({ kind, id, record }: Repository, summary: Summary | undefined, revision: string): RepositoryHead {
  return { kind, id, isPrivate: record.private, isGated: record.gated !== false, likes: record.liked_by.length, tags: summary?.tags ?? [], revision };
}

export function viewCard({ kind, id, git }: Repository, summary: Summary | undefined, revision: string, origin: string): CardView {
  const card = summary?.card;
  return {
    kind,
    id,
    origin,
    revision,
    readme: summary && readSmall(git, summary.commit, "README.md"),
    license: typeof card?.["license"] === "string" ? card["license"] : undefined,
    library: summary?.library,
    baseModels: summary?.baseModels ?? [],
    datasets: summary?.datasets ?? [],
    fileCount: summary?.files.length ?? 0,
    sizeBytes: usedStorage(git, summary),
    commit: summary && shortCommit(git, summary.commit),
    evaluations: readEvaluationRows(card),
  };
}

/** @throws `hub.entry_missing` */
export function viewFiles({ kind, id, git }: Repository, { revision, commit, path }: Place): FilesView {
  if (path !== "" && findEntry(git, commit, path)?.mode !== "40000") throw entryMissing(path, revision);
  const entries = listTree(git, commit, path);
  const shown = entries.slice(0, MOST_FILES);
  const changed = lastCommits(git, commit, shown.slice(0, WITH_COMMITS).map((entry) => entry.path));
  return {
    kind,
    id,
    revision,
    revisions: git.refs.list().flatMap(({ name }) => /^refs\/(?:heads|tags)\/(.+)$/.exec(name)?.[1] ?? []),
    path,
    entries: shown.map((entry) => {
      const isFolder = entry.type === "tree";
      const facts = entry.type === "blob" ? fileFacts(git, entry.id) : undefined;
      const last = changed.get(entry.path);
      return { path: entry.path, isFolder, sizeBytes: facts?.sizeBytes ?? 0, isLarge: facts?.pointer !== undefined, ...(last === undefined ? {} : { commit: shortCommit(git, last) }) };
    }),
    more: entries.length - shown.length,
  };
}

/** @throws `hub.entry_missing` */
export function viewFile({ kind, id, git }: Repository, { revision, commit, path }: Place): FileView {
  const entry = findEntry(git, commit, path);
  if (entry === undefined || (entry.mode !== "100644" && entry.mode !== "100755")) throw entryMissing(path, revision);
  const { sizeBytes, pointer, blobBytes } = fileFacts(git, entry.id);
  const text = pointer === undefined && blobBytes <= LONGEST_TEXT ? textOf(git.readObject(entry.id).bytes) : undefined;
  return { kind, id, revision, path, sizeBytes, ...(pointer === undefined ? {} : { oid: pointer.oid }), ...(text === undefined ? {} : { text }) };
}

export function viewHistory(repository: Repository, revision: string, from: string, after: string | undefined): HistoryView {
  const { kind, id, git } = repository;
  const page = logCommits(git, from, { limit: PAGE_COMMITS + 1, ...(after === undefined ? {} : { after }) });
  const names = referencesByCommit(git);
  return { kind, id, revision, commits: page.slice(0, PAGE_COMMITS).map((one) => describeCommit(git, one.id, names)), hasMore: page.length > PAGE_COMMITS };
}

/** What a commit changed against its first parent. */
export function viewCommit({ kind, id, git }: Repository, commit: string): CommitView {
  const { parents } = readCommit(git, commit);
  const files = diffCommits(git, parents[0], commit).map(({ path, before, after }): ChangedFile => ({ path, change: before === undefined ? "added" : after === undefined ? "deleted" : "changed" }));
  return { kind, id, commit: describeCommit(git, commit, referencesByCommit(git)), parents, files: files.slice(0, MOST_FILES), more: Math.max(0, files.length - MOST_FILES) };
}

type Git = Repository["git"];

function shortCommit(git: Git, id: string): { readonly id: string; readonly title: string; readonly seconds: number } {
  const { message, committer } = readCommit(git, id);
  return { id, title: splitMessage(message).title, seconds: committer.seconds };
}

function describeCommit(git: Git, id: string, names: ReadonlyMap<string, readonly string[]>): CommitRow {
  const { message, author, committer } = readCommit(git, id);
  return { id, ...splitMessage(message), author: author.name, seconds: committer.seconds, references: names.get(id) ?? [] };
}

/** Branches, and tags by the commit that they stand for. */
function referencesByCommit(git: Git): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { name, id } of git.refs.list()) {
    const short = /^refs\/(?:heads|tags)\/(.+)$/.exec(name)?.[1];
    if (short === undefined) continue;
    const commit = peelToCommit(git, id) ?? id;
    names.set(commit, [...(names.get(commit) ?? []), short]);
  }
  return names;
}

/** UTF-8 without NUL, or undefined. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
