import { join } from "node:path";
import { exists, glance, readJson } from "../files/index.ts";
import { parseRecord, runRecordSchema, runUpgrades, type RunRecord } from "../records/index.ts";
import { withAnnotations } from "./annotations.ts";
import { runMissing } from "./errors.ts";
import { here, type Observer } from "./liveness.ts";
import { readLastStep } from "./metrics.ts";
import { discoverRuns } from "./query/discover.ts";
import { METRICS_FILE, RUN_FILE } from "./workspace.ts";

/** A run as it stands on disk. */
export interface StoredRun {
  readonly directory: string;
  readonly record: RunRecord;
  /** The run is over, but the process that computed for it still lives: it must end before the run is opened again. */
  readonly liveWorkerPid?: number;
}

export interface RunListing {
  /** Newest first. */
  readonly runs: readonly StoredRun[];
  /** Directories whose run.json cannot be used, with the reason. */
  readonly unreadable: readonly { readonly directory: string; readonly message: string }[];
}

/** A run of another host of which nothing was written for so long is taken for dead. */
const SILENT_MS = 24 * 3600 * 1000;

/**
 * Reads a run; one that says it is running although its process is gone is shown as failed with the last step it logged. On this host the
 * process is asked for; on another one, a day without a word counts. Nothing is written. @throws `runs.missing`, `records.invalid`
 */
export function readRun(directory: string, observer: Observer = here): StoredRun {
  const record = readRunRecord(directory);
  if (record.status === "running") return observe(directory, record, observer);
  return { directory, record, ...(record.status !== "finished" && liveWorkerOf(record, observer)) };
}

/** Reads run.json as it is written, with what was said of a running run beside it. @throws `runs.missing`, `records.invalid` */
export function readRunRecord(directory: string): RunRecord {
  const path = join(directory, RUN_FILE);
  if (!exists(path)) throw runMissing(directory);
  return withAnnotations(directory, parseRecord(runRecordSchema, readJson(path), path, runUpgrades));
}

/**
 * Every run in `outputDir`, of every scheme, and in the `multirun` beside it; newest first. A missing directory holds none. One unreadable
 * record does not hide the others.
 */
export function listRuns(outputDir: string, observer: Observer = here): RunListing {
  const runs: StoredRun[] = [];
  const unreadable: { directory: string; message: string }[] = [];
  for (const directory of runDirectories(outputDir)) {
    try {
      runs.push(readRun(directory, observer));
    } catch (cause) {
      unreadable.push({ directory, message: (cause as Error).message });
    }
  }
  runs.sort((a, b) => compareText(b.record.started_at, a.record.started_at) || compareText(b.record.name, a.record.name));
  return { runs, unreadable };
}

/** The directories that hold a run.json, sorted; nothing is opened. */
export function runDirectories(outputDir: string): readonly string[] {
  return discoverRuns(outputDir, Date.now()).directories.map((path) => join(outputDir, path)).filter((directory) => exists(join(directory, RUN_FILE)));
}

function observe(directory: string, record: RunRecord, observer: Observer): StoredRun {
  const last_step = Math.max(record.last_step, readLastStep(directory));
  const fail = (code: string, message: string): RunRecord => ({ ...record, status: "failed", last_step, error: { code, message } });
  if (record.host.hostname !== observer.hostname) {
    const silentMs = (observer.now ?? Date.now)() - lastWordMs(directory, record);
    if (silentMs < SILENT_MS) return { directory, record: { ...record, last_step } };
    return { directory, record: fail("runs.process_silent", `nothing was heard from ${record.host.hostname} for ${Math.floor(silentMs / 3_600_000)} hours, after step ${last_step}`) };
  }
  if (observer.isAlive(record.pid, record.pid_start)) return { directory, record: { ...record, last_step } };
  const worker = liveWorkerOf(record, observer);
  const rest = worker.liveWorkerPid === undefined ? "" : `; its worker, process ${worker.liveWorkerPid}, has not ended yet`;
  return { directory, record: fail("runs.process_gone", `process ${record.pid} ended without a word after step ${last_step}${rest}`), ...worker };
}

function liveWorkerOf({ host, worker_pid, worker_start }: RunRecord, observer: Observer): Pick<StoredRun, "liveWorkerPid"> {
  if (worker_pid === null || host.hostname !== observer.hostname || !observer.isAlive(worker_pid, worker_start)) return {};
  return { liveWorkerPid: worker_pid };
}

function lastWordMs(directory: string, record: RunRecord): number {
  const written = [RUN_FILE, METRICS_FILE].map((name) => glance(join(directory, name))?.modifiedMs ?? 0);
  return Math.max(Date.parse(record.started_at) || 0, ...written);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
