// A run's curves from its metrics.jsonl: what was read before comes from a cache of columns, what was appended since from the log.
import { join } from "node:path";
import { isFile, openFile, statFile, type FileReader } from "../../files/index.ts";
import { seriesUnknown } from "../errors.ts";
import { METRICS_FILE } from "../workspace.ts";
import { describeSeries, openSeriesCache, seriesCachePath, tailCrc, writeSeriesCache, type SeriesCache, type SeriesFacts } from "./cache.ts";
import type { SeriesColumns } from "./columns.ts";
import { chooseRows, rowAfter } from "./downsample.ts";
import { createSeriesTable } from "./table.ts";

/** What part of a series to read, and how finely. */
export interface SeriesRequest {
  readonly name: string;
  /** What `from` and `to` count, and what the buckets of a shortened series are made of. Default `step`. */
  readonly by?: "step" | "time";
  /** First step, or ms since 1970, included. Default: the beginning. */
  readonly from?: number;
  /** Last step, or ms since 1970, included. Default: the end. */
  readonly to?: number;
  /** At most so many points, at least 2: the first, the last, and of each bucket the lowest, the highest and a gap. Default: all. */
  readonly points?: number;
}

export interface SeriesPoint {
  readonly step: number;
  /** ms since 1970; NaN where the log does not say. */
  readonly time: number;
  /** NaN where the number was not finite. */
  readonly value: number;
}

export interface Series {
  readonly name: string;
  /** Points between `from` and `to` before they were made fewer. */
  readonly total: number;
  /** Ordered by step (or time). */
  readonly points: readonly SeriesPoint[];
}

export interface SeriesList {
  /** In order of appearance. */
  readonly series: readonly SeriesFacts[];
  /** Lines of the log that could not be used. */
  readonly broken: number;
}

/** The series of a run; a run without a log has none. Touches disk; may write a cache in the workspace's index. */
export function listSeries(runDirectory: string): SeriesList {
  return withLog(runDirectory, (log) => {
    if (log === undefined) return { series: [], broken: 0 };
    const { cache } = log;
    if (cache !== undefined && !log.hasMore) return { series: cache.head.series, broken: cache.head.broken };
    const { columns, broken } = log.readAll();
    return { series: [...columns].map(([name, column]) => describeSeries(name, column)), broken };
  });
}

/** One series, or a part of it. Touches disk; may write a cache in the workspace's index. @throws `runs.series_unknown`, RangeError for fewer than 2 points */
export function readSeries(runDirectory: string, request: SeriesRequest): Series {
  const columns = withLog(runDirectory, (log) => log?.readOne(request.name));
  if (columns === undefined) throw seriesUnknown(request.name, runDirectory, listSeries(runDirectory).series.map(({ name }) => name));
  return takePart(columns, request);
}

/** Keeps the columns of a log that is closed, so that its first chart reads no text either. Touches disk; short logs are not kept. */
export function keepColumns(runDirectory: string): void {
  withLog(runDirectory, (log) => {
    if (log?.hasMore === true && log.isWorthKeeping) log.readAll();
  });
}

function takePart(columns: SeriesColumns, { name, by = "step", from = -Infinity, to = Infinity, points }: SeriesRequest): Series {
  const ordered = by === "time" ? orderByTime(columns) : columns;
  const x = by === "time" ? ordered.times : ordered.steps;
  const first = rowAfter(x, 0, x.length, from);
  const end = firstAbove(x, first, to);
  const rows = chooseRows(ordered, x, first, end, points ?? Math.max(2, end - first));
  return { name, total: end - first, points: rows.map((row) => ({ step: ordered.steps[row]!, time: ordered.times[row]!, value: ordered.values[row]! })) };
}

function firstAbove(x: Float64Array, from: number, bound: number): number {
  let end = rowAfter(x, from, x.length, bound);
  while (end < x.length && x[end]! <= bound) end += 1;
  return end;
}

/** Points without a time are left out; steps logged again may have later times than those behind them. */
function orderByTime(columns: SeriesColumns): SeriesColumns {
  const { times } = columns;
  let ordered = times.length === 0 || !Number.isNaN(times[0]!);
  for (let row = 1; ordered && row < times.length; row += 1) ordered = times[row]! >= times[row - 1]!;
  if (ordered) return columns;
  const rows = Array.from(times.keys()).filter((row) => !Number.isNaN(times[row]!)).sort((a, b) => times[a]! - times[b]! || a - b);
  const pick = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  return { steps: pick(columns.steps), times: pick(times), values: pick(columns.values) };
}

/** A log that is being read. */
interface OpenLog {
  readonly cache: SeriesCache | undefined;
  /** Whether the log holds bytes that the cache does not know. */
  readonly hasMore: boolean;
  /** Whether so much is new that reading all of it writes the cache. */
  readonly isWorthKeeping: boolean;
  readAll(): { readonly columns: ReadonlyMap<string, SeriesColumns>; readonly broken: number };
  readOne(name: string): SeriesColumns | undefined;
}

/** The cache is written again when this much of the log, or this share of what it knows, is new: then all the writing together stays linear. */
const REWRITE_BYTES = 1 << 18;
const REWRITE_SHARE = 0.25;
const PIECE = 1 << 22;

function withLog<T>(runDirectory: string, use: (log: OpenLog | undefined) => T): T {
  const path = join(runDirectory, METRICS_FILE);
  if (!isFile(path)) return use(undefined);
  const { modifiedMs } = statFile(path);
  const file = openFile(path);
  const cachePath = seriesCachePath(runDirectory);
  const cache = cachePath === undefined ? undefined : openFreshCache(cachePath, file, modifiedMs);
  try {
    const known = cache?.head.mark.sizeBytes ?? 0;
    const more = file.sizeBytes - known;
    const isWorthKeeping = more >= Math.max(REWRITE_BYTES, REWRITE_SHARE * known);
    const readAll = (): ReturnType<OpenLog["readAll"]> => {
      const initial = new Map(cache?.head.series.map(({ name }) => [name, cache.read(name)] as const));
      const table = createSeriesTable(initial, cache?.head.broken);
      readWholeLines(file, known, table.read, (end) => {
        if (cachePath === undefined || end - known < Math.max(REWRITE_BYTES, REWRITE_SHARE * known)) return;
        writeSeriesCache(cachePath, table.columns(), { sizeBytes: end, modifiedMs, tailCrc: tailCrc(file, end) }, table.broken);
      });
      return { columns: table.columns(), broken: table.broken };
    };
    const readOne = (name: string): SeriesColumns | undefined => {
      const isKnown = cache?.head.series.some((series) => series.name === name) ?? false;
      if (more === 0) return isKnown ? cache?.read(name) : undefined;
      if (cache === undefined || isWorthKeeping) return readAll().columns.get(name);
      const table = createSeriesTable(isKnown ? new Map([[name, cache.read(name)]]) : undefined, 0, new Set([name]));
      readWholeLines(file, known, table.read, () => {});
      return table.columns().get(name);
    };
    return use({ cache, hasMore: more > 0, isWorthKeeping, readAll, readOne });
  } finally {
    cache?.close();
    file.close();
  }
}

/** Hands on the bytes from `start`, cut after newlines; calls `onWhole` with the end of the last whole line, then hands on what follows it. */
function readWholeLines(file: FileReader, start: number, read: (bytes: Uint8Array) => void, onWhole: (end: number) => void): void {
  let rest = new Uint8Array(0);
  let whole = start;
  for (let at = start; at < file.sizeBytes; at += PIECE) {
    const piece = file.read(at, Math.min(PIECE, file.sizeBytes - at));
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const cut = bytes.lastIndexOf(10) + 1;
    read(bytes.subarray(0, cut));
    whole += cut;
    rest = bytes.slice(cut);
  }
  onWhole(whole);
  if (rest.length > 0) read(rest);
}

/** The cache of this very log: not of one that was cut, replaced or changed. */
function openFreshCache(path: string, log: FileReader, modifiedMs: number): SeriesCache | undefined {
  const cache = openSeriesCache(path);
  if (cache === undefined) return undefined;
  const { mark } = cache.head;
  const isSame = log.sizeBytes === mark.sizeBytes ? modifiedMs === mark.modifiedMs : log.sizeBytes > mark.sizeBytes && tailCrc(log, mark.sizeBytes) === mark.tailCrc;
  if (isSame) return cache;
  cache.close();
  return undefined;
}
