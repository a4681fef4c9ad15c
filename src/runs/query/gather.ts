// Rows out of what stands on disk: lines of the history and records of runs, joined by the run's id.
import { join } from "node:path";
import { glance } from "../../files/index.ts";
import type { HistoryEntry } from "../../records/index.ts";
import type { BrokenLine } from "../metrics.ts";
import type { Observer } from "../liveness.ts";
import { readRun, type StoredRun } from "../read.ts";
import { RUN_FILE } from "../workspace.ts";
import { createTableBuilder, type Cell, type Table } from "./columns.ts";
import { cellsOfEntry, cellsOfRun } from "./fields.ts";
import { EVALUATION_LINE } from "../history.ts";
import { readHistoryEntry, readHistoryFrom, type HistoryMark, type PlacedEntry } from "./history-lines.ts";

export interface RunPlaces {
  readonly outputDir: string;
  readonly historyPath: string;
}

export interface UnreadableRun {
  readonly directory: string;
  readonly message: string;
}

export type LinePlace = Omit<PlacedEntry, "entry">;

/** What is being put together. `#…` columns are the index's own: the line of the history in whose place it stands, and the file that was read. */
export interface Gathering {
  addEntry(placed: PlacedEntry): void;
  /** Reads a line of the history again; one that is gone is left out. */
  addLine(place: LinePlace): void;
  /** Reads the run at `directory` (relative to the output directory), and the line of the history that is `placeOf` its id. */
  addRun(directory: string, placeOf?: (id: string) => LinePlace | undefined): void;
  finish(): Gathered;
}

export interface Gathered {
  readonly table: Table;
  /** Directories that hold no run.json yet. */
  readonly hollow: readonly string[];
  readonly unreadable: readonly UnreadableRun[];
  /** Ids of the runs and lines that were gathered. */
  readonly ids: ReadonlySet<string>;
}

/** `lineOf` tells the line that a run had in what was read before: an evaluation's line stands in its place. */
export function gather({ outputDir, historyPath }: RunPlaces, observer?: Observer, lineOf: (id: string) => number | undefined = () => undefined): Gathering {
  const builder = createTableBuilder();
  const rowOf = new Map<string, number>();
  const lineOfId = new Map<string, number>();
  const hollow: string[] = [];
  const unreadable: UnreadableRun[] = [];
  const rowFor = (id: string): number => {
    let row = rowOf.get(id);
    if (row === undefined) rowOf.set(id, (row = builder.addRow()));
    return row;
  };
  const setEntry = (row: number, { entry, line, offset, length }: PlacedEntry): void => {
    builder.set(row, cellsOfEntry(entry));
    builder.set(row, new Map([["#line", line], ["#offset", offset], ["#length", length]]));
  };
  const addEntry = (placed: PlacedEntry): void => {
    const id = runIdOf(placed.entry);
    if (id === undefined) return setEntry(builder.addRow(), placed);
    const earlier = placed.entry.metadata["kind"] === EVALUATION_LINE ? (lineOfId.get(id) ?? lineOf(id)) : undefined;
    const line = earlier ?? placed.line;
    lineOfId.set(id, line);
    setEntry(rowFor(id), { ...placed, line });
  };
  const addLine = (place: LinePlace): void => {
    const entry = readHistoryEntry(historyPath, place.offset, place.length);
    if (entry !== undefined) addEntry({ ...place, entry });
  };
  return {
    addEntry,
    addLine,
    addRun(directory, placeOf) {
      const path = join(outputDir, directory);
      const stat = glance(join(path, RUN_FILE));
      if (stat === undefined) {
        hollow.push(directory);
        return;
      }
      const found = tryReadRun(path, observer);
      if ("message" in found) {
        unreadable.push({ directory, message: found.message });
        return;
      }
      const line = placeOf?.(found.record.id);
      if (line !== undefined) addLine(line);
      const row = rowFor(found.record.id);
      builder.set(row, cellsOfRun(directory, found.record));
      builder.set(row, new Map<string, Cell>([["#size", stat.sizeBytes], ["#modified", stat.modifiedMs]]));
    },
    finish: () => ({ table: builder.finish(), hollow, unreadable, ids: new Set(rowOf.keys()) }),
  };
}

export function runIdOf(entry: HistoryEntry): string | undefined {
  const id = entry.metadata["run_id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** The run at a path, or why it cannot be read. */
export function tryReadRun(path: string, observer?: Observer): StoredRun | { readonly message: string } {
  try {
    return readRun(path, observer);
  } catch (cause) {
    return { message: (cause as Error).message };
  }
}

/** How far the gathering is, for whoever waits. */
export type GatherProgress = (done: number, total: number) => void;

/** Everything from the beginning: the history first, so that a run finds its line. */
export function gatherAll(places: RunPlaces, directories: readonly string[], start: HistoryMark, observer?: Observer, onProgress?: GatherProgress): Gathered & { readonly history: HistoryMark; readonly broken: readonly BrokenLine[] } {
  const gathering = gather(places, observer);
  const broken: BrokenLine[] = [];
  const history = readHistoryFrom(places.historyPath, start, gathering.addEntry, (line) => broken.push(line)) ?? start;
  for (const [done, directory] of directories.entries()) {
    gathering.addRun(directory);
    if (done % 500 === 0) onProgress?.(done, directories.length);
  }
  onProgress?.(directories.length, directories.length);
  return { ...gathering.finish(), history, broken };
}
