// What a journal deleted waits in `.tunesmith/trash/<id>/` under its former path until it is restored or the trash is emptied: the only place
// of this project where something is deleted for good.
import { mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { restoreBlocked, trashMissing } from "./errors.ts";
import { observePath } from "./facts.ts";
import { journalsDirectory, readJournalRecord, readProgress, stateOf, trashDirectory, type JournalRecord } from "./journal-plan.ts";
import { withLock } from "./lock.ts";
import { movePath } from "./move.ts";
import { exists, readJson } from "./read.ts";
import { scanDirectory } from "./scan.ts";
import { treeBytes } from "./tree-size.ts";
import { writeJson } from "./write.ts";

/** Something in the trash. */
export interface TrashEntry {
  /** Of the journal that put it there. */
  readonly id: string;
  /** Where it stood, relative to the workspace. */
  readonly path: string;
  readonly reason?: string;
  readonly trashed_at: string;
  /** Hard links inside it are counted once. */
  readonly size_bytes: number;
}

const manifestSchema = z.object({
  id: z.string(),
  created_at: z.string(),
  entries: z.array(z.object({ path: z.string(), reason: z.string().optional() })),
});

/** Says what will be in the trash before it is there. Nothing is written for a plan that deletes nothing. */
export function writeTrashManifest(workspace: string, { id, created_at, steps }: Pick<JournalRecord, "id" | "created_at" | "steps">): void {
  const entries = steps.flatMap((step) => (step.action === "trash" ? [{ path: step.path, ...(step.reason === undefined ? {} : { reason: step.reason }) }] : []));
  if (entries.length > 0) writeJson(manifestPath(workspace, id), { schema_version: 1, id, created_at, entries });
}

/** What is in the trash of a workspace, newest deletion first, then by path. */
export function listTrash(workspace: string): readonly TrashEntry[] {
  const found = scanDirectory(join(workspace, ".tunesmith", "trash"));
  if ("refused" in found) return [];
  const ids = found.filter(({ name, kind }) => kind === "file" && name.endsWith(".json") && !name.startsWith(".")).map(({ name }) => basename(name, ".json"));
  return ids.sort().reverse().flatMap((id) => entriesOf(workspace, id));
}

interface RestoreOptions {
  /** Restores under `<path>.restored` (`.restored-2`, …) where something stands again, instead of refusing. Default false. */
  readonly suffix?: boolean;
  /** How long to wait for another process at work in this workspace. Default 5,000 ms. */
  readonly timeoutMs?: number;
}

/**
 * Brings back what one journal deleted: all of it, or what stood at `path` or below. All or nothing is decided before the first move.
 * @returns where each now stands, relative to the workspace
 * @throws `files.trash_missing`, `files.restore_blocked`
 */
export async function restoreTrash(workspace: string, id: string, path?: string, options: RestoreOptions = {}): Promise<readonly { readonly path: string; readonly restored_to: string }[]> {
  const root = resolve(workspace);
  return withTrash(root, options.timeoutMs, () => {
    const wanted = entriesOf(root, id).filter((entry) => path === undefined || entry.path === path || entry.path.startsWith(`${path}/`));
    if (wanted.length === 0) throw trashMissing(id, path);
    const taken = wanted.filter((entry) => observePath(join(root, entry.path)) !== undefined).map((entry) => entry.path);
    if (taken.length > 0 && options.suffix !== true) throw restoreBlocked(taken);
    const restored = wanted.map((entry) => {
      const to = freePath(root, entry.path);
      const from = join(trashDirectory(root, id), entry.path);
      mkdirSync(dirname(join(root, to)), { recursive: true });
      movePath(from, join(root, to), id);
      removeEmptyParents(from, dirname(trashDirectory(root, id)));
      return { path: entry.path, restored_to: to };
    });
    dropEmptyManifest(root, id);
    return restored;
  });
}

/** What emptying the trash would delete, or deleted. */
export interface EmptiedTrash {
  readonly entries: readonly TrashEntry[];
  /** Hard links that live on elsewhere are not freed and not counted. */
  readonly freedBytes: number;
}

interface EmptyOptions {
  /** Only what has been in the trash for at least so many days. Default 0: everything. */
  readonly olderThanDays?: number;
  /** Only says what would go. Default false. */
  readonly dryRun?: boolean;
  /** Default 5,000 ms. */
  readonly timeoutMs?: number;
}

/** Deletes for good. Journals that are interrupted keep what they need. @throws RangeError for a negative number of days */
export async function emptyTrash(workspace: string, now: Date, options: EmptyOptions = {}): Promise<EmptiedTrash> {
  const { olderThanDays = 0, dryRun = false } = options;
  if (!(olderThanDays >= 0)) throw new RangeError(`Cannot empty the trash: olderThanDays must be >= 0, current value is ${olderThanDays}`);
  const root = resolve(workspace);
  return withTrash(root, options.timeoutMs, () => {
    const latest = now.getTime() - olderThanDays * 86_400_000;
    const entries = listTrash(root).filter((entry) => Date.parse(entry.trashed_at) <= latest && !isInterrupted(root, entry.id));
    const freedBytes = treeBytes(entries.map((entry) => join(trashDirectory(root, entry.id), entry.path))).freedBytes;
    if (!dryRun) {
      for (const id of new Set(entries.map((entry) => entry.id))) {
        rmSync(trashDirectory(root, id), { recursive: true, force: true });
        rmSync(manifestPath(root, id), { force: true });
      }
    }
    return { entries, freedBytes };
  });
}

function isInterrupted(root: string, id: string): boolean {
  const directory = join(journalsDirectory(root), id);
  return exists(join(directory, "plan.json")) && stateOf(readProgress(directory), readJournalRecord(directory).steps.length) === "open";
}

function entriesOf(workspace: string, id: string): readonly TrashEntry[] {
  const path = manifestPath(workspace, id);
  const manifest = exists(path) ? manifestSchema.safeParse(readJson(path)).data : undefined;
  return (manifest?.entries ?? [])
    .filter((entry) => observePath(join(trashDirectory(workspace, id), entry.path)) !== undefined)
    .map((entry) => ({ id, path: entry.path, ...(entry.reason === undefined ? {} : { reason: entry.reason }), trashed_at: manifest!.created_at, size_bytes: treeBytes([join(trashDirectory(workspace, id), entry.path)]).sizeBytes }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function manifestPath(workspace: string, id: string): string {
  return `${trashDirectory(workspace, id)}.json`;
}

function freePath(root: string, path: string): string {
  let candidate = path;
  for (let count = 1; observePath(join(root, candidate)) !== undefined; count += 1) candidate = `${path}.restored${count === 1 ? "" : `-${count}`}`;
  return candidate;
}

function removeEmptyParents(path: string, stop: string): void {
  for (let place = dirname(path); place !== stop && readdirSync(place).length === 0; place = dirname(place)) rmdirSync(place);
}

function dropEmptyManifest(workspace: string, id: string): void {
  if (entriesOf(workspace, id).length === 0) rmSync(manifestPath(workspace, id), { force: true });
}

/** The journal's lock: nothing is restored or emptied while a plan is being carried out. */
async function withTrash<T>(root: string, timeoutMs: number | undefined, act: () => T): Promise<T> {
  return withLock(join(journalsDirectory(root), "lock"), act, { timeoutMs: timeoutMs ?? 5_000 });
}
