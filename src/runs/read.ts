import { join } from "node:path";
import { hostname } from "node:os";
import { exists, isDirectory, listDirectory, readJson } from "../files/index.ts";
import { parseRecord, runRecordSchema, type RunRecord } from "../records/index.ts";
import { runMissing } from "./errors.ts";
import { readMetrics } from "./metrics.ts";
import { isProcessAlive } from "./provenance.ts";
import { RUN_FILE } from "./workspace.ts";

/** A run as it stands on disk. */
export interface StoredRun {
  readonly directory: string;
  readonly record: RunRecord;
}

export interface RunListing {
  /** Newest first. */
  readonly runs: readonly StoredRun[];
  /** Directories whose run.json cannot be used, with the reason. */
  readonly unreadable: readonly { readonly directory: string; readonly message: string }[];
}

/** Who is asked whether the process of a running run still lives; injected in tests. */
export interface Observer {
  readonly hostname: string;
  readonly isAlive: (pid: number) => boolean;
}

const here: Observer = { hostname: hostname(), isAlive: isProcessAlive };

/**
 * Reads a run; one that says it is running although its process is gone on this host is shown as failed with the last step it logged.
 * Nothing is written. @throws `runs.missing`, `records.invalid`
 */
export function readRun(directory: string, observer: Observer = here): StoredRun {
  return { directory, record: observe(directory, readRunRecord(directory), observer) };
}

/** Reads run.json as it is written. @throws `runs.missing`, `records.invalid` */
export function readRunRecord(directory: string): RunRecord {
  const path = join(directory, RUN_FILE);
  if (!exists(path)) throw runMissing(directory);
  return parseRecord(runRecordSchema, readJson(path), path);
}

/** Every run in `outputDir`, newest first; a missing directory holds none. One unreadable record does not hide the others. */
export function listRuns(outputDir: string, observer: Observer = here): RunListing {
  if (!isDirectory(outputDir)) return { runs: [], unreadable: [] };
  const runs: StoredRun[] = [];
  const unreadable: { directory: string; message: string }[] = [];
  for (const name of listDirectory(outputDir).directories) {
    const directory = join(outputDir, name);
    if (name.startsWith(".") || !exists(join(directory, RUN_FILE))) continue;
    try {
      runs.push(readRun(directory, observer));
    } catch (cause) {
      unreadable.push({ directory, message: (cause as Error).message });
    }
  }
  runs.sort((a, b) => compareText(b.record.started_at, a.record.started_at) || compareText(b.record.name, a.record.name));
  return { runs, unreadable };
}

function observe(directory: string, record: RunRecord, observer: Observer): RunRecord {
  if (record.status !== "running") return record;
  const last_step = Math.max(record.last_step, readMetrics(directory).lastStep);
  if (record.host.hostname !== observer.hostname || observer.isAlive(record.pid)) return { ...record, last_step };
  const message = `process ${record.pid} ended without a word after step ${last_step}`;
  return { ...record, status: "failed", last_step, error: { code: "runs.process_gone", message } };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
