// Where the index of runs lies, and what is written beside its columns. It is a cache: damaged, cut, foreign or not to be read, it is made anew.
import { basename, dirname, join, relative, resolve } from "node:path";
import { glance, readJson, sha256, withLock, writeJson } from "../../files/index.ts";
import type { BrokenLine } from "../metrics.ts";
import { openTable, writeTable } from "./columns-file.ts";
import type { Table } from "./columns.ts";
import type { Discovery } from "./discover.ts";
import type { RunPlaces } from "./gather.ts";
import type { HistoryMark } from "./history-lines.ts";

const FORMAT = 1;

export interface IndexFiles {
  readonly workspace: string;
  readonly table: string;
  readonly listing: string;
  readonly lock: string;
}

/** What the columns were made of. */
export interface IndexNote {
  readonly format: number;
  /** Other for every index that is written. */
  readonly id: string;
  readonly containers: Discovery["containers"];
  readonly history: HistoryMark;
  readonly broken: readonly BrokenLine[];
  /** Directories without a run.json. */
  readonly hollow: readonly string[];
  /** Directories whose run.json cannot be used. */
  readonly unreadable: readonly string[];
}

/** What a listing of the directories found that is newer than the index. */
export interface ListingNote {
  /** Of the index it belongs to. */
  readonly id: string;
  readonly containers: Discovery["containers"];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface OpenIndex {
  readonly table: Table;
  readonly note: IndexNote;
  close(): void;
}

/** One index for each pair of output directory and history. */
export function indexFiles({ outputDir, historyPath }: RunPlaces): IndexFiles {
  const workspace = dirname(resolve(outputDir));
  const folder = join(workspace, ".tunesmith", "index");
  const pair = sha256([outputDir, historyPath].map((path) => relative(workspace, resolve(path))).join("\n"));
  const name = `runs-${basename(resolve(outputDir)).replaceAll(/[^A-Za-z0-9_-]/g, "_")}-${pair.slice(0, 8)}`;
  return { workspace, table: join(folder, `${name}.columns`), listing: join(folder, `${name}.listing.json`), lock: join(workspace, ".tunesmith", "locks", `${name}.lock`) };
}

/** The index, unless there is none that can be used. */
export function openIndex(files: IndexFiles): OpenIndex | undefined {
  if (glance(files.table) === undefined) return undefined;
  try {
    const opened = openTable(files.table);
    const note = opened.note as IndexNote;
    if (note.format === FORMAT) return { table: opened.table, note, close: opened.close };
    opened.close();
    return undefined;
  } catch {
    // A cache that cannot be used is no fault: it is made anew.
    return undefined;
  }
}

export function writeIndex(files: IndexFiles, table: Table, note: Omit<IndexNote, "format" | "id">, salt: string): void {
  writeTable(files.table, table, { format: FORMAT, id: sha256(`${salt} ${table.rowCount} ${note.history.sizeBytes}`).slice(0, 16), ...note } satisfies IndexNote);
}

/** The listing that belongs to this index; undefined when there is none. */
export function readListing(files: IndexFiles, id: string): ListingNote | undefined {
  if (glance(files.listing) === undefined) return undefined;
  try {
    const listing = readJson(files.listing) as ListingNote;
    return listing.id === id && Array.isArray(listing.containers) && Array.isArray(listing.added) && Array.isArray(listing.removed) ? listing : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a listing where something may be written. */
export function writeListing(files: IndexFiles, listing: ListingNote): void {
  try {
    writeJson(files.listing, listing);
  } catch (cause) {
    if (!isRefused(cause)) throw cause;
  }
}

/** Runs `act` alone; undefined when another process is at it or nothing may be written here: the answer is right all the same, only slower. */
export async function withIndexLock<T>(files: IndexFiles, act: () => T): Promise<T | undefined> {
  try {
    return await withLock(files.lock, act, { timeoutMs: 0 });
  } catch (cause) {
    if (isRefused(cause)) return undefined;
    throw cause;
  }
}

const REFUSALS: ReadonlySet<unknown> = new Set(["files.locked", "EACCES", "EROFS", "EPERM", "ENOSPC", "EDQUOT"]);

function isRefused(cause: unknown): boolean {
  return REFUSALS.has((cause as { readonly code?: unknown }).code);
}
