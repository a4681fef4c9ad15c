// The columns of a log as a file of `.tunesmith/index/series`, so that a chart does not read the log again. It is a cache: it may be deleted
// at any time, and what is damaged, foreign or out of date is made anew.
//
//   8 bytes  "TSSERIES"     u32 length of the head     head as JSON (see CacheHead), padded to 8 bytes     the columns of every series
import { crc32 } from "node:zlib";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { createFile, exists, isFile, openFile, sha256, type FileReader } from "../../files/index.ts";
import { COLUMNS, type SeriesColumns } from "./columns.ts";

const MAGIC = "TSSERIES";
const FORMAT = 1;

/** How far a log was read, and a check of the bytes before that place. */
export interface LogMark {
  /** Bytes read: whole lines. */
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Of the last 4,096 bytes of them. */
  readonly tailCrc: number;
}

/** What is known of a series without its columns. */
export interface SeriesFacts {
  readonly name: string;
  readonly points: number;
  readonly firstStep: number;
  readonly lastStep: number;
  /** The last value; null for a gap. */
  readonly last: number | null;
  /** Over the values that are numbers; null when there is none. */
  readonly min: number | null;
  readonly max: number | null;
}

export interface CacheHead {
  readonly format: number;
  /** The whole file, so that a cut one is noticed. */
  readonly fileBytes: number;
  readonly mark: LogMark;
  readonly broken: number;
  /** In the order of their columns. */
  readonly series: readonly SeriesFacts[];
}

export interface SeriesCache {
  readonly head: CacheHead;
  read(name: string): SeriesColumns;
  close(): void;
}

/** Where the cache of a run's log lies: in the index of the workspace the run belongs to; undefined when it belongs to none. */
export function seriesCachePath(runDirectory: string): string | undefined {
  const place = resolve(runDirectory);
  for (let workspace = dirname(place), level = 0; level < 5; workspace = dirname(workspace), level += 1) {
    const below = relative(workspace, place).split(sep);
    if (below[0] !== "outputs" && below[0] !== "multirun" && !exists(join(workspace, ".tunesmith"))) continue;
    const name = `${basename(place).replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, 60)}-${sha256(below.join("/")).slice(0, 16)}`;
    return join(workspace, ".tunesmith", "index", "series", `${name}.columns`);
  }
  return undefined;
}

/** Opens a cache that can be used; undefined otherwise. */
export function openSeriesCache(path: string): SeriesCache | undefined {
  if (!isFile(path)) return undefined;
  let file: FileReader | undefined;
  try {
    file = openFile(path);
    const opened = file;
    const prefix = Buffer.from(opened.read(0, 12));
    const headBytes = prefix.readUInt32LE(8);
    const head = JSON.parse(Buffer.from(opened.read(12, headBytes)).toString("utf8")) as CacheHead;
    if (prefix.toString("latin1", 0, 8) !== MAGIC || head.format !== FORMAT || head.fileBytes !== opened.sizeBytes) throw new SyntaxError("another file");
    let offset = 12 + headBytes;
    const places = new Map<string, { readonly offset: number; readonly points: number }>();
    for (const { name, points } of head.series) {
      places.set(name, { offset, points });
      offset += points * 8 * COLUMNS.length;
    }
    return {
      head,
      read(name) {
        const { offset: from, points } = places.get(name) ?? { offset: 0, points: 0 };
        const bytes = opened.read(from, points * 8 * COLUMNS.length);
        const column = (place: number) => new Float64Array(bytes.buffer, place * points * 8, points);
        return { steps: column(0), times: column(1), values: column(2) };
      },
      close: () => opened.close(),
    };
  } catch {
    // Whatever is wrong with a cache, the log says the same: it is read again.
    file?.close();
    return undefined;
  }
}

/** Writes the cache of a log that was read up to `mark`. A tree that cannot be written has none. */
export function writeSeriesCache(path: string, columns: ReadonlyMap<string, SeriesColumns>, mark: LogMark, broken: number): void {
  const series = [...columns].map(([name, column]) => describeSeries(name, column));
  const bodyBytes = series.reduce((sum, { points }) => sum + points * 8 * COLUMNS.length, 0);
  const head = encodeHead({ format: FORMAT, mark, broken, series }, bodyBytes);
  try {
    const file = createFile(path);
    try {
      file.write(head);
      for (const { steps, times, values } of columns.values()) {
        for (const column of [steps, times, values]) file.write(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
      }
      file.commit();
    } finally {
      file.abort();
    }
  } catch (cause) {
    if (!REFUSALS.has((cause as NodeJS.ErrnoException).code)) throw cause;
  }
}

const REFUSALS: ReadonlySet<unknown> = new Set(["EACCES", "EROFS", "EPERM", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST"]);

/** The size of the file stands in the head, whose own size must then not depend on its digits. */
function encodeHead(head: Omit<CacheHead, "fileBytes">, bodyBytes: number): Uint8Array {
  const longest = Buffer.byteLength(JSON.stringify({ ...head, fileBytes: Number.MAX_SAFE_INTEGER }));
  const headBytes = Math.ceil((12 + longest) / 8) * 8 - 12;
  const text = Buffer.from(JSON.stringify({ ...head, fileBytes: 12 + headBytes + bodyBytes }));
  const bytes = Buffer.alloc(12 + headBytes, " ");
  bytes.write(MAGIC, 0, "latin1");
  bytes.writeUInt32LE(headBytes, 8);
  text.copy(bytes, 12);
  return bytes;
}

export function describeSeries(name: string, { steps, values }: SeriesColumns): SeriesFacts {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const last = values.at(-1)!;
  return { name, points: steps.length, firstStep: steps[0]!, lastStep: steps.at(-1)!, last: Number.isNaN(last) ? null : last, min: min === Infinity ? null : min, max: max === -Infinity ? null : max };
}

const TAIL = 4096;

export function tailCrc(log: FileReader, end: number): number {
  return crc32(log.read(Math.max(0, end - TAIL), Math.min(TAIL, end)));
}
