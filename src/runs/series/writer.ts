// Many points into metrics.jsonl. Rows wait in memory for at most a moment, reach the file as whole lines in one write, and the disk once a
// second: a process that dies loses what waited, a machine that loses power the last second, and what was there stays whole.
import { join } from "node:path";
import { openAppender, openFile, type FileAppender } from "../../files/index.ts";
import type { StepMetrics } from "../metrics.ts";
import { seriesNameInvalid } from "../errors.ts";
import { keepColumns } from "./read.ts";
import { METRICS_FILE } from "../workspace.ts";

export interface MetricsLogOptions {
  /** Rows that wait at most. Default 1,000. */
  readonly flushRows?: number;
  /** How long a row waits at most, in ms. Default 1,000. */
  readonly flushMs?: number;
  /** Default: the system's clock. */
  readonly now?: () => Date;
}

/** A run's metrics.jsonl, open for writing. */
export interface MetricsLog {
  /** Takes one row: a step and numbers by name. A number that is not finite is written as null and read as a gap. @throws `runs.series_name_invalid`, RangeError for a step that is no whole number >= 0 */
  append(metrics: StepMetrics): void;
  /** From here on the run goes on after `step`: what was logged behind it no longer counts. */
  resumeAfter(step: number): void;
  /** Writes what waits and makes sure that it is on the disk. */
  flush(): void;
  /** Flushes, closes, and keeps the columns of a long log in the workspace's index. Harmless when closed. */
  close(): void;
}

const WRITE_ROWS = 1000;
const SYNC_MS = 1000;

/** Opens a run's log to append to it; several processes may, each writes whole lines. Rows in waiting are written by a timer too. */
export function openMetricsLog(runDirectory: string, options: MetricsLogOptions = {}): MetricsLog {
  const { flushRows = WRITE_ROWS, flushMs = SYNC_MS, now = () => new Date() } = options;
  const path = join(runDirectory, METRICS_FILE);
  const file = openAppender(path);
  if (endsTorn(path, file)) file.append(Buffer.from("\n"));
  const format = createRowFormat();
  let waiting: string[] = [];
  let waitingSince = 0;
  let timer: NodeJS.Timeout | undefined;
  let syncedAt = now().getTime();
  let open = true;

  const write = (): void => {
    if (waiting.length === 0) return;
    const text = waiting.join("");
    waiting = [];
    file.append(Buffer.from(text));
  };
  const sync = (at: number): void => {
    file.sync();
    syncedAt = at;
  };
  const tick = (): void => {
    timer = undefined;
    write();
    sync(now().getTime());
  };
  const take = (metrics: StepMetrics): void => {
    if (!open) throw new TypeError(`Cannot append to ${path}: the log is closed`);
    const time = now();
    const line = format(metrics, time);
    if (waiting.length === 0) waitingSince = time.getTime();
    waiting.push(line);
    if (waiting.length >= flushRows || time.getTime() - waitingSince >= flushMs) {
      write();
      if (time.getTime() - syncedAt >= flushMs) sync(time.getTime());
    }
    timer ??= setTimeout(tick, flushMs).unref();
  };
  return {
    append: take,
    resumeAfter: (step) => take({ step, resumed_from: step }),
    flush() {
      write();
      sync(now().getTime());
    },
    close() {
      if (!open) return;
      open = false;
      clearTimeout(timer);
      write();
      file.close();
      keepColumns(runDirectory);
    },
  };
}

/** Makes one line of a row, with its newline. Names are checked and quoted once. */
export function createRowFormat(): (metrics: StepMetrics, time: Date) => string {
  const quoted = new Map<string, string>();
  const quote = (name: string): string => {
    let text = quoted.get(name);
    if (text === undefined) {
      if (/\p{Cc}/u.test(name) || name === "") throw seriesNameInvalid(name);
      text = `,${JSON.stringify(name)}:`;
      quoted.set(name, text);
    }
    return text;
  };
  return (metrics, time) => {
    const { step } = metrics;
    if (!Number.isSafeInteger(step) || step < 0) throw new RangeError(`Cannot log step ${step}: it must be a whole number >= 0`);
    let line = `{"step":${step}`;
    for (const name of Object.keys(metrics)) {
      const value = metrics[name];
      if (name === "step" || name === "time" || value === undefined) continue;
      line += quote(name) + (typeof value === "number" ? (Number.isFinite(value) ? String(value) : "null") : JSON.stringify(value));
    }
    return `${line},"time":"${time.toISOString()}"}\n`;
  };
}

function endsTorn(path: string, { sizeBytes }: FileAppender): boolean {
  if (sizeBytes === 0) return false;
  const file = openFile(path);
  try {
    return file.read(file.sizeBytes - 1, 1)[0] !== 10;
  } finally {
    file.close();
  }
}
