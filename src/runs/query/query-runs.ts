// The runs that match a filter, in order, with everything known of each: a row is chosen from columns and then read from where it stands.
import { join } from "node:path";
import { glance } from "../../files/index.ts";
import type { HistoryEntry } from "../../records/index.ts";
import type { BrokenLine } from "../metrics.ts";
import type { Observer } from "../liveness.ts";
import type { StoredRun } from "../read.ts";
import { RUN_FILE } from "../workspace.ts";
import { BrokenIndex } from "./columns-file.ts";
import { cellAt, type Cell, type Table } from "./columns.ts";
import { cellsOfEntry, cellsOfRun, requireFields, requireSortKey, requireTimes } from "./fields.ts";
import { tryReadRun, type RunPlaces, type UnreadableRun } from "./gather.ts";
import { readHistoryEntry } from "./history-lines.ts";
import type { Filter } from "./filter.ts";
import { compileFilter } from "./match.ts";
import { parseFilter } from "./parse-filter.ts";
import { loadRuns, type IndexOptions, type LoadedRuns } from "./run-index.ts";
import { defaultOrder, firstRows, orderBy, parseSortKey } from "./sort.ts";

export interface RunQuery {
  /** `tag = x and metrics.f1_micro > 0.8`, or such a filter as it was read. Default: every run. */
  readonly filter?: string | Filter;
  /** A field, `-` before it for falling order. Default: the newest first. */
  readonly sort?: string;
  /** Default: all. */
  readonly limit?: number;
  /** Only runs with a line in the history, or only those without. Default: both, those with a line first. */
  readonly recorded?: boolean;
  /** Archived runs too. Default false. */
  readonly archived?: boolean;
}

/** A run and its line in the history; one of the two may be missing. */
export interface RunRow {
  readonly run: StoredRun | undefined;
  readonly entry: HistoryEntry | undefined;
  /** The values of its fields by name, as a filter sees them. */
  readonly fields: ReadonlyMap<string, Cell>;
}

export interface RunSelection {
  /** How many match, without the limit. */
  readonly matched: number;
  readonly rows: readonly RunRow[];
}

export interface QueriedRuns {
  /** One for each query. */
  readonly selections: readonly RunSelection[];
  /** All fields that some run has. */
  readonly fieldNames: readonly string[];
  /** All runs, matching or not. */
  readonly total: number;
  readonly unreadable: readonly UnreadableRun[];
  readonly broken: readonly BrokenLine[];
}

const TRIES = 3;

/**
 * Answers queries about the runs of an output directory and its history. A row whose run.json changed behind the index is read and judged again.
 * @throws `runs.filter_invalid`, `runs.sort_key_unknown`
 */
export async function queryRuns(places: RunPlaces, queries: readonly RunQuery[], options: IndexOptions = {}): Promise<QueriedRuns> {
  const now = (options.now ?? (() => new Date()))();
  const stale: string[] = [];
  let ignoreIndex = options.ignoreIndex ?? false;
  for (let attempt = 1; ; attempt += 1) {
    const loaded = await loadRuns(places, { ...options, ignoreIndex }, stale);
    try {
      const answered = answer(places, loaded, queries, now, options.observer, attempt === TRIES);
      if (answered.stale.length === 0 || attempt === TRIES) return answered;
      stale.push(...answered.stale);
    } catch (cause) {
      if (!(cause instanceof BrokenIndex) || ignoreIndex) throw cause;
      ignoreIndex = true;
    } finally {
      loaded.close();
    }
  }
}

interface ChosenRow {
  readonly table: Table;
  readonly row: number;
}

function answer(places: RunPlaces, loaded: LoadedRuns, queries: readonly RunQuery[], now: Date, observer: Observer | undefined, isLast: boolean): QueriedRuns & { readonly stale: readonly string[] } {
  const { base, recent, keeps, unreadable, broken } = loaded;
  const fieldNames = [...new Set([...base.names, ...recent.names])].filter((name) => !name.startsWith("#")).sort();
  const known = new Set(fieldNames);
  let total = recent.rowCount;
  for (let row = 0; row < base.rowCount; row += 1) if (keeps(row)) total += 1;
  const chosen = queries.map((query) => select(loaded, query, known, now));
  const stale = [...new Set(chosen.flatMap(({ rows }) => rows.flatMap((row) => staleDirectory(places.outputDir, row))))];
  const selections = stale.length > 0 && !isLast ? [] : chosen.map(({ matched, rows }) => ({ matched, rows: rows.map((row) => readRow(places, row, observer)) }));
  return { selections, fieldNames, total, unreadable, broken, stale };
}

function select({ base, recent, keeps }: LoadedRuns, query: RunQuery, known: ReadonlySet<string>, now: Date): { readonly matched: number; readonly rows: readonly ChosenRow[] } {
  const filter = typeof query.filter === "string" ? readFilter(query.filter, known, now) : query.filter;
  const key = query.sort === undefined ? undefined : parseSortKey(query.sort);
  if (key !== undefined) requireSortKey(key.field, known);
  const matching: number[] = [];
  for (const [start, table, isThere] of [[0, base, keeps], [base.rowCount, recent, () => true]] as const) {
    const test = filter === undefined ? () => true : compileFilter(filter, table, now);
    const [lines, archived] = [table.column("#line")?.numbers?.values, table.column("archived")?.numbers?.values];
    for (let row = 0; row < table.rowCount; row += 1) {
      if (!isThere(row)) continue;
      if (query.recorded !== undefined && query.recorded !== (lines !== undefined && !Number.isNaN(lines[row]!))) continue;
      if (query.archived !== true && archived !== undefined && !Number.isNaN(archived[row]!)) continue;
      if (test(row)) matching.push(start + row);
    }
  }
  const tables = [base, recent];
  const first = firstRows(matching, key === undefined ? defaultOrder(tables) : orderBy(tables, key), query.limit ?? matching.length);
  const rows = Array.from(first, (row) => (row < base.rowCount ? { table: base, row } : { table: recent, row: row - base.rowCount }));
  return { matched: matching.length, rows };
}

function readFilter(source: string, known: ReadonlySet<string>, now: Date): Filter | undefined {
  if (source.trim() === "") return undefined;
  const parsed = parseFilter(source);
  requireFields(parsed, known);
  requireTimes(parsed, now);
  return parsed.filter;
}

/** The directory of a row whose run.json is not the one that was indexed. */
function staleDirectory(outputDir: string, { table, row }: ChosenRow): readonly string[] {
  const directory = cellAt(table.column("directory"), row);
  if (typeof directory !== "string") return [];
  const stat = glance(join(outputDir, directory, RUN_FILE));
  const isSame = stat?.sizeBytes === cellAt(table.column("#size"), row) && stat?.modifiedMs === cellAt(table.column("#modified"), row);
  return isSame ? [] : [directory];
}

function readRow({ outputDir, historyPath }: RunPlaces, { table, row }: ChosenRow, observer: Observer | undefined): RunRow {
  const [directory, offset, length] = ["directory", "#offset", "#length"].map((name) => cellAt(table.column(name), row));
  const entry = typeof offset === "number" && typeof length === "number" ? readHistoryEntry(historyPath, offset, length) : undefined;
  const run = typeof directory === "string" ? readStanding(join(outputDir, directory), observer) : undefined;
  const fields = new Map([...(entry === undefined ? [] : cellsOfEntry(entry)), ...(run === undefined ? [] : cellsOfRun(String(directory), run.record))]);
  return { run, entry, fields };
}

/** A run that went away or broke a moment ago is no run. */
function readStanding(directory: string, observer: Observer | undefined): StoredRun | undefined {
  const found = tryReadRun(directory, observer);
  return "message" in found ? undefined : found;
}
