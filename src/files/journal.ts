// Plan, then carry out: the whole plan stands on disk before anything is touched, and each step is recorded when it is done. After a crash at
// any moment the journal is finished by `resumeJournal` or taken back by `undoJournal`, which brings back the exact former tree.
import { randomBytes } from "node:crypto";
import { rmSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { scanDirectory } from "./scan.ts";
import { tryMakeDirectory } from "./directory.ts";
import { directoryTaken, journalClosed, journalMissing, journalOpen, journalStale, journalStopped } from "./errors.ts";
import { doStep, undoStep, type PlacedStep } from "./journal-step.ts";
import { journalsDirectory, readJournalRecord, readProgress, stateOf, trashDirectory, writeJournalRecord, writeProgress, type JournalPlan, type JournalRecord } from "./journal-plan.ts";
import { withLock } from "./lock.ts";
import type { Rename } from "./move.ts";
import { exists, isDirectory } from "./read.ts";
import { rehearse } from "./rehearsal.ts";
import { writeTrashManifest } from "./trash.ts";

export interface JournalOptions {
  /** Told after each step how many are done of how many. What it throws stops the work, as a crash would. */
  readonly onStep?: (done: number, total: number) => void;
  /** Stops between two steps with `files.journal_stopped`. */
  readonly signal?: AbortSignal;
  /** How long to wait for another process at work in this workspace. Default 5,000 ms. */
  readonly timeoutMs?: number;
  /** How a rename is done. Default: by the file system. */
  readonly rename?: Rename;
}

/** A journal and where it stands. */
export interface Journal {
  readonly id: string;
  readonly purpose: string;
  readonly created_at: string;
  /** `open`: interrupted on the way there or back. */
  readonly state: "open" | "finished" | "undone";
  readonly position: number;
  readonly total: number;
  readonly steps: JournalRecord["steps"];
}

/**
 * Writes the plan to `<workspace>/.tunesmith/journal/<id>/` and carries it out, one journal at a time in a workspace.
 * @param now becomes part of the id
 * @throws `files.plan_stale` when the tree is not as the plan expects (nothing is touched), `files.journal_open` when another is unfinished,
 * `files.journal_blocked` when a step cannot be done, `files.locked`
 */
export async function runJournal(workspace: string, plan: JournalPlan, now: Date, options: JournalOptions = {}): Promise<Journal> {
  return withJournals(workspace, options, (root) => {
    const open = listJournals(root).find(({ state }) => state === "open");
    if (open !== undefined) throw journalOpen(open.id, open.purpose, open.position, open.total);
    const { problems, directories } = rehearse(root, plan.steps);
    if (problems.length > 0) throw journalStale(plan.purpose, problems);
    const id = mintId(plan.purpose, now);
    if (!tryMakeDirectory(join(journalsDirectory(root), id))) throw directoryTaken(join(journalsDirectory(root), id));
    const record: JournalRecord = { schema_version: 1, id, purpose: plan.purpose, created_at: now.toISOString(), steps: [...plan.steps], directories: [...directories] };
    writeTrashManifest(root, record);
    writeJournalRecord(join(journalsDirectory(root), id), record);
    goForward(root, record, options);
    return describe(root, record);
  });
}

/** Finishes an interrupted journal, whichever way it was going. Default: the one that is open. @throws `files.journal_missing`, `files.journal_closed`, `files.journal_blocked` */
export async function resumeJournal(workspace: string, id?: string, options: JournalOptions = {}): Promise<Journal> {
  return withJournals(workspace, options, (root) => {
    const found = pick(root, id, ({ state }) => state === "open");
    if (found.state !== "open") throw journalClosed(found.id, found.state);
    const record = readJournalRecord(join(journalsDirectory(root), found.id));
    goForward(root, record, options);
    return describe(root, record);
  });
}

/**
 * Takes a journal back, finished or not: names, contents, times, permissions and empty directories are as before.
 * What was restored from the trash meanwhile is left as it is. Default: the open one, else the newest finished one.
 * @throws `files.journal_missing`, `files.journal_blocked` when something stands in the way or was changed since
 */
export async function undoJournal(workspace: string, id?: string, options: JournalOptions = {}): Promise<Journal> {
  return withJournals(workspace, options, (root) => {
    const found = pick(root, id, ({ state }) => state === "open", ({ state }) => state === "finished");
    const record = readJournalRecord(join(journalsDirectory(root), found.id));
    if (found.state !== "undone") goBack(root, record, options);
    return describe(root, record);
  });
}

/** Every journal of a workspace that is still kept, newest first. A plan that cannot be read is left out. */
export function listJournals(workspace: string): readonly Journal[] {
  const found = scanDirectory(journalsDirectory(workspace));
  if ("refused" in found) return [];
  const ids = found.filter(({ kind, name }) => kind === "directory" && exists(join(journalsDirectory(workspace), name, "plan.json"))).map(({ name }) => name);
  return ids.sort().reverse().map((id) => describe(workspace, readJournalRecord(join(journalsDirectory(workspace), id))));
}

/** Deletes the journal of a finished or undone plan: it cannot be undone any more. @throws `files.journal_missing`, `files.journal_open` */
export async function forgetJournal(workspace: string, id: string, options: JournalOptions = {}): Promise<void> {
  await withJournals(workspace, options, (root) => {
    const found = pick(root, id);
    if (found.state === "open") throw journalOpen(found.id, found.purpose, found.position, found.total);
    rmSync(join(journalsDirectory(root), id), { recursive: true, force: true });
  });
}

function goForward(root: string, record: JournalRecord, options: JournalOptions): void {
  const directory = join(journalsDirectory(root), record.id);
  const progress = readProgress(directory);
  const total = record.steps.length;
  const start = progress.direction === "undo" ? Math.max(0, progress.position - 1) : progress.position;
  writeProgress(directory, { position: start, direction: "forward" });
  for (let index = start; index < total; index += 1) {
    if (options.signal?.aborted === true) throw journalStopped(record.id, index, total);
    doStep(place(root, record, index, options), (making) => writeProgress(directory, { step: index, making }));
    writeProgress(directory, { position: index + 1, direction: "forward" });
    options.onStep?.(index + 1, total);
  }
}

function goBack(root: string, record: JournalRecord, options: JournalOptions): void {
  const directory = join(journalsDirectory(root), record.id);
  const progress = readProgress(directory);
  const total = record.steps.length;
  const start = progress.direction === "forward" ? Math.min(total, progress.position + 1) : progress.position;
  if (start > 0) writeProgress(directory, { position: start, direction: "undo" });
  for (let index = start - 1; index >= 0; index -= 1) {
    if (options.signal?.aborted === true) throw journalStopped(record.id, index + 1, total);
    undoStep(place(root, record, index, options), progress.made.get(index) ?? []);
    if (index === 0) bringBackTimes(root, record);
    writeProgress(directory, { position: index, direction: "undo" });
    options.onStep?.(total - index, total);
  }
  if (start === 0) writeProgress(directory, { position: 0, direction: "undo" });
  if (!isDirectory(trashDirectory(root, record.id))) rmSync(`${trashDirectory(root, record.id)}.json`, { force: true });
}

function bringBackTimes(root: string, { directories }: JournalRecord): void {
  for (const { path, modified_ms } of directories) {
    if (isDirectory(join(root, path))) utimesSync(join(root, path), modified_ms / 1000, modified_ms / 1000);
  }
}

function place(workspace: string, record: JournalRecord, index: number, { rename }: JournalOptions): PlacedStep {
  return { workspace, id: record.id, index, step: record.steps[index]!, ...(rename === undefined ? {} : { rename }) };
}

function describe(workspace: string, { id, purpose, created_at, steps }: JournalRecord): Journal {
  const progress = readProgress(join(journalsDirectory(workspace), id));
  return { id, purpose, created_at, state: stateOf(progress, steps.length), position: progress.position, total: steps.length, steps };
}

/** The journal of that id; without one, the newest that answers the first question, else the second. */
function pick(workspace: string, id: string | undefined, ...questions: readonly ((journal: Journal) => boolean)[]): Journal {
  const all = listJournals(workspace);
  const found = id === undefined ? questions.map((fits) => all.find(fits)).find((journal) => journal !== undefined) : all.find((journal) => journal.id === id);
  if (found === undefined) throw journalMissing(workspace, id);
  return found;
}

/** `20260301_120000-prune-checkpoints-4f3a9c`: sorts by time. */
function mintId(purpose: string, now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]|\..*$/g, "").replace("T", "_");
  const words = purpose.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "").slice(0, 40);
  return [stamp, words, randomBytes(3).toString("hex")].filter((part) => part !== "").join("-");
}

async function withJournals<T>(workspace: string, { timeoutMs = 5_000 }: JournalOptions, act: (root: string) => T): Promise<T> {
  const root = resolve(workspace);
  return withLock(join(journalsDirectory(root), "lock"), () => act(root), { timeoutMs });
}
