// All runs, through an index of columns under `.tunesmith/index` where there are many. What is noticed when:
// - a run that came or went: always, by the times of change of the directories that hold runs;
// - a run that was running when it was indexed, and one that our own code wrote since: always, by reading it again (marks: changed.ts);
// - a line of the history: always, by its size and the bytes before the place where reading stopped;
// - a run.json that somebody else wrote: by its size and time of change; of up to 20,000 runs always, above that for the rows that are shown,
//   and for all of them when `verify` is set.
import { join, relative, resolve, sep } from "node:path";
import { ensureDirectory, glance } from "../../files/index.ts";
import type { BrokenLine } from "../metrics.ts";
import type { Observer } from "../liveness.ts";
import { MULTIRUN, RUN_FILE } from "../workspace.ts";
import { changedFolder, dropChangeMarks, readChangeMarks, takeChangeMarks, type ChangeMark } from "./changed.ts";
import { BrokenIndex } from "./columns-file.ts";
import { cellAt, createTableBuilder, joinTables, type Table } from "./columns.ts";
import { discoverRuns, isUnchanged, type Discovery } from "./discover.ts";
import { gather, gatherAll, runIdOf, type GatherProgress, type LinePlace, type RunPlaces, type UnreadableRun } from "./gather.ts";
import { HISTORY_START, readHistoryFrom, type HistoryMark, type PlacedEntry } from "./history-lines.ts";
import { indexFiles, openIndex, readListing, withIndexLock, writeIndex, writeListing, type IndexFiles, type OpenIndex } from "./index-file.ts";

/** With fewer rows everything is read each time: that is quick, and leaves no trace. */
const INDEX_FROM_ROWS = 500;
const FULL_CHECK_ROWS = 20_000;
/** So many changes are read again at each look; with more, the index is written anew. */
const REWRITE_AFTER = 300;
const HOLLOW_CHECKED = 2000;

export interface IndexOptions {
  /** Check every run.json by size and time of change. Default: when there are at most 20,000 rows. */
  readonly verify?: boolean;
  /** Read everything and write the index anew. Default false. */
  readonly ignoreIndex?: boolean;
  /** From how many runs on an index is kept. Default 500. */
  readonly indexFrom?: number;
  readonly observer?: Observer;
  /** Default: the system's clock. */
  readonly now?: () => Date;
  readonly onProgress?: GatherProgress;
}

/** All runs as they stand: the rows of `base` that `keeps` says, then those of `recent`. */
export interface LoadedRuns {
  readonly base: Table;
  readonly keeps: (row: number) => boolean;
  readonly recent: Table;
  readonly unreadable: readonly UnreadableRun[];
  readonly broken: readonly BrokenLine[];
  close(): void;
}

/** Loads all runs. The directories in `stale` are read again whatever the index says. */
export async function loadRuns(places: RunPlaces, options: IndexOptions = {}, stale: readonly string[] = []): Promise<LoadedRuns> {
  const files = indexFiles(places);
  const index = options.ignoreIndex === true ? undefined : openIndex(files);
  if (index === undefined) return buildIndex(places, files, options);
  const refreshed = orBroken(() => refresh(places, files, index, options, stale));
  if (refreshed === undefined) {
    index.close();
    return buildIndex(places, files, options);
  }
  if (refreshed.changes > REWRITE_AFTER) await rewriteIndex(places, files, options);
  return refreshed;
}

/** What an index gives that turns out to be damaged: nothing. */
function orBroken<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof BrokenIndex) return undefined;
    throw cause;
  }
}

async function buildIndex(places: RunPlaces, files: IndexFiles, options: IndexOptions): Promise<LoadedRuns> {
  const now = (options.now ?? (() => new Date()))().getTime();
  const discovery = discoverRuns(places.outputDir, now);
  const build = () => gatherAll(places, discovery.directories, HISTORY_START, options.observer, options.onProgress);
  const rowsAbout = Math.max(discovery.directories.length, Math.floor((glance(places.historyPath)?.sizeBytes ?? 0) / 1024));
  const worthKeeping = rowsAbout >= (options.indexFrom ?? INDEX_FROM_ROWS);
  const kept = !worthKeeping ? undefined : await withIndexLock(files, () => {
    ensureDirectory(changedFolder(files.workspace));
    const marks = takeChangeMarks(files.workspace, process.pid);
    const gathered = build();
    const { hollow, history, broken } = gathered;
    writeIndex(files, gathered.table, { containers: discovery.containers, history, broken, hollow, unreadable: gathered.unreadable.map(({ directory }) => directory) }, `${process.pid} ${now}`);
    dropChangeMarks(marks);
    return gathered;
  });
  const { table, unreadable, broken } = kept ?? build();
  return { base: table, keeps: () => true, recent: createTableBuilder().finish(), unreadable, broken, close: () => undefined };
}

/** Joins the index with what came after it. */
async function rewriteIndex(places: RunPlaces, files: IndexFiles, options: IndexOptions): Promise<void> {
  const now = (options.now ?? (() => new Date()))().getTime();
  await withIndexLock(files, () => {
    const index = openIndex(files);
    if (index === undefined) return;
    const marks = takeChangeMarks(files.workspace, process.pid);
    orBroken(() => {
      const refreshed = refresh(places, files, index, options, []);
      if (refreshed === undefined) return;
      const { base, keeps, recent, broken, hollow, history, containers, unreadable } = refreshed;
      writeIndex(files, joinTables(base, keeps, recent), { containers, history, broken, hollow, unreadable: unreadable.map(({ directory }) => directory) }, `${process.pid} ${now}`);
      dropChangeMarks(marks);
    });
    index.close();
  });
}

interface Refreshed extends LoadedRuns {
  /** How much is read beside the index each time. */
  readonly changes: number;
  readonly containers: Discovery["containers"];
  readonly history: HistoryMark;
  readonly hollow: readonly string[];
}

/** The index and what came after it; undefined when the history is not the one that was indexed. */
function refresh(places: RunPlaces, files: IndexFiles, index: OpenIndex, options: IndexOptions, stale: readonly string[]): Refreshed | undefined {
  const { table: base, note } = index;
  const entries: PlacedEntry[] = [];
  const broken = [...note.broken];
  const history = readHistoryFrom(places.historyPath, note.history, (placed) => entries.push(placed), (line) => broken.push(line));
  if (history === undefined) return undefined;
  const { containers, added, removed } = listAgain(places, files, index, options);
  const gone = new Set(removed);

  const verify = options.verify ?? base.rowCount <= FULL_CHECK_ROWS;
  const changed = [...stale, ...added, ...markedRuns(places, readChangeMarks(files.workspace)), ...(verify ? alteredRuns(places.outputDir, base) : [])];
  const open = [...note.unreadable, ...(verify ? note.hollow : note.hollow.slice(-HOLLOW_CHECKED)), ...runningRuns(base)];
  const again = new Set([...changed, ...open].filter((directory) => !gone.has(directory)));
  const isIdle = again.size + gone.size + entries.length === 0;
  const rowOfDirectory = isIdle ? new Map<string, number>() : rowsBy(base, "directory");
  const rowOfId = isIdle ? new Map<string, number>() : rowsBy(base, "id");

  const dropped = new Set<number>();
  const gathering = gather(places, options.observer, (id) => linePlace(base, rowOfId.get(id))?.line);
  for (const placed of entries) {
    gathering.addEntry(placed);
    const row = rowOfId.get(runIdOf(placed.entry) ?? "");
    const directory = row === undefined ? undefined : cellAt(base.column("directory"), row);
    if (row !== undefined) dropped.add(row);
    if (typeof directory === "string" && !gone.has(directory)) again.add(directory);
  }
  const hasNewLine = new Set(entries.map(({ entry }) => runIdOf(entry)));
  const lineOf = (id: string): LinePlace | undefined => (hasNewLine.has(id) ? undefined : linePlace(base, rowOfId.get(id)));
  for (const directory of gone) {
    const row = rowOfDirectory.get(directory);
    const line = row === undefined || dropped.has(row) ? undefined : linePlace(base, row);
    if (line !== undefined) gathering.addLine(line);
    if (row !== undefined) dropped.add(row);
  }
  for (const directory of again) {
    gathering.addRun(directory, lineOf);
    const row = rowOfDirectory.get(directory);
    if (row !== undefined) dropped.add(row);
  }
  const { table: recent, hollow, unreadable, ids } = gathering.finish();
  for (const id of ids) if (rowOfId.has(id)) dropped.add(rowOfId.get(id)!);
  const keeps = dropped.size === 0 ? () => true : (row: number) => !dropped.has(row);
  const unlooked = verify ? [] : note.hollow.slice(0, -HOLLOW_CHECKED);
  return { base, keeps, recent, unreadable, broken, close: index.close, changes: changed.length + gone.size + entries.length, containers, history, hollow: [...unlooked, ...hollow] };
}

/** What came and went since the index was made. A listing that found something is kept, so that the next look need not list again. */
function listAgain(places: RunPlaces, files: IndexFiles, { table, note }: OpenIndex, options: IndexOptions): Pick<Discovery, "containers"> & { readonly added: readonly string[]; readonly removed: readonly string[] } {
  if (options.verify !== true && isUnchanged(places.outputDir, note.containers)) return { containers: note.containers, added: [], removed: [] };
  const kept = readListing(files, note.id);
  if (options.verify !== true && kept !== undefined && isUnchanged(places.outputDir, kept.containers)) return kept;
  const { directories, containers } = discoverRuns(places.outputDir, (options.now ?? (() => new Date()))().getTime());
  const present = new Set(directories);
  const indexed = rowsBy(table, "directory");
  const known = new Set([...indexed.keys(), ...note.hollow, ...note.unreadable]);
  const listing = { id: note.id, containers, added: directories.filter((directory) => !known.has(directory)), removed: [...known].filter((directory) => !present.has(directory)) };
  writeListing(files, listing);
  return listing;
}

function markedRuns({ outputDir }: RunPlaces, marks: readonly ChangeMark[]): readonly string[] {
  const place = resolve(outputDir);
  return marks.flatMap(({ workspace, directory }) => {
    const path = relative(place, resolve(workspace, directory)).split(sep).join("/");
    return path.startsWith("..") && !path.startsWith(`../${MULTIRUN}/`) ? [] : [path];
  });
}

/** Runs whose run.json has another size or time of change than when it was read, or is gone. */
function alteredRuns(outputDir: string, base: Table): readonly string[] {
  const [sizes, times] = [base.column("#size")?.numbers?.values, base.column("#modified")?.numbers?.values];
  return [...rowsBy(base, "directory")].flatMap(([directory, row]) => {
    const stat = glance(join(outputDir, directory, RUN_FILE));
    return stat !== undefined && stat.sizeBytes === sizes?.[row] && stat.modifiedMs === times?.[row] ? [] : [directory];
  });
}

function runningRuns(base: Table): readonly string[] {
  const status = base.column("status")?.texts;
  const code = (status?.texts.indexOf("running") ?? -1) + 1;
  if (status === undefined || code === 0) return [];
  const directories = base.column("directory");
  return [...status.codes.keys()].filter((row) => status.codes[row] === code).flatMap((row) => cellAt(directories, row) as string | undefined ?? []);
}

function linePlace(base: Table, row: number | undefined): LinePlace | undefined {
  if (row === undefined) return undefined;
  const [offset, length, line] = ["#offset", "#length", "#line"].map((name) => cellAt(base.column(name), row));
  return typeof offset === "number" && typeof length === "number" && typeof line === "number" ? { offset, length, line } : undefined;
}

function rowsBy(table: Table, name: "directory" | "id"): Map<string, number> {
  const texts = table.column(name)?.texts;
  const rows = new Map<string, number>();
  texts?.codes.forEach((code, row) => {
    if (code > 0) rows.set(texts.texts[code - 1]!, row);
  });
  return rows;
}
