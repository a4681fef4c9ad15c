// A run from its first moment to its last: the directory is taken exclusively, run.json is written whole at every change.
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { toErrorRecord } from "../errors.ts";
import { digestJson, ensureDirectory, tryMakeDirectory, withLock, writeFileAtomic } from "../files/index.ts";
import { RUN_SCHEMA_VERSION, type DatasetReference, type MetricBinding, type ModelReference, type RunRecord } from "../records/index.ts";
import { runNamesExhausted, runNotOpen } from "./errors.ts";
import { appendHistory, historyEntryOf, readHistory, type MetricGroups } from "./history.ts";
import { appendMetricRow, readMetrics, type StepMetrics } from "./metrics.ts";
import { formatRunName } from "./names.ts";
import { readGit, readHost, readPackageVersion } from "./provenance.ts";
import { listRuns, readRunRecord } from "./read.ts";
import { nextVersion } from "./version.ts";
import { writeRunRecord } from "./write.ts";
import { CONFIG_FILE, historyLockPath, historyPathFor } from "./workspace.ts";

export interface CreateRunOptions {
  /** The folder of all runs, e.g. `outputs`. */
  readonly outputDir: string;
  /** First part of the name. Default: EXPERIMENT_TAG, else `run`. */
  readonly tag?: string;
  /** Short name of the model. */
  readonly model: string;
  /** Default: `training`. */
  readonly phase?: string;
  /** The resolved configuration; its digest goes into the record. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The same as YAML text, written to config.yaml. Default: not written. */
  readonly configYaml?: string;
  readonly dataset?: DatasetReference;
  readonly baseModel?: ModelReference;
  readonly engine?: Partial<RunRecord["engine"]>;
  readonly notes?: string;
  readonly tags?: readonly string[];
  /** A version asked for by name: checked now, before the work, and reserved at the end. */
  readonly requestedVersion?: string;
  /** Default: `experiment_history.jsonl` beside `outputDir`. */
  readonly historyPath?: string;
  /** Default: the system's clock. */
  readonly now?: () => Date;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** What may change while a run is on its way. */
export type RunPatch = Partial<Pick<RunRecord, "last_step" | "metrics" | "measured_on" | "artifacts" | "notes" | "tags" | "engine" | "dataset" | "base_model">>;

export interface FinishOptions {
  /** Overall scores by name. Default: those of the record. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** What they were measured on. */
  readonly measuredOn?: MetricBinding;
  /** Further groups of scores for the history: `{ per_label: … }`. */
  readonly groups?: MetricGroups;
  readonly artifacts?: Readonly<Record<string, string>>;
  /** Begin a new major version. Default: the next minor. */
  readonly major?: boolean;
  /** A version asked for by name. Default: the one given at creation, else the next free one. */
  readonly requestedVersion?: string;
}

/** A run that this process writes. */
export interface Run {
  readonly directory: string;
  /** The record as last written. */
  readonly record: RunRecord;
  /** Merges `artifacts` and `metrics` member by member, replaces everything else, and writes run.json. */
  update(patch: RunPatch): RunRecord;
  /** Appends a line to metrics.jsonl and flushes it. */
  appendMetrics(metrics: StepMetrics): void;
  /** Reserves the version under the workspace's lock, marks the run finished and appends it to the history. @throws `runs.version_taken`, `runs.not_running` */
  finish(options?: FinishOptions): Promise<RunRecord>;
  /** Marks the run failed with the error's code and message and appends it, without a version, to the history. */
  fail(error: unknown): Promise<RunRecord>;
  /** Marks the run stopped on purpose; it can be opened again. */
  stop(): RunRecord;
}

/** Makes a run directory that no other process has, to the second; a name that is taken yields the next free second. @throws `runs.version_taken`, `runs.version_invalid` */
export function createRun(options: CreateRunOptions): Run {
  const now = options.now ?? (() => new Date());
  const historyPath = options.historyPath ?? historyPathFor(options.outputDir);
  if (options.requestedVersion) chooseVersion(historyPath, options.outputDir, { requestedVersion: options.requestedVersion });
  const tag = options.tag || (options.environment ?? process.env)["EXPERIMENT_TAG"] || "run";
  const phase = options.phase ?? "training";
  const startedAt = now();
  const directory = takeDirectory(options.outputDir, { tag, model: options.model, phase }, startedAt);
  const record: RunRecord = {
    schema_version: RUN_SCHEMA_VERSION,
    id: `run-${randomBytes(8).toString("hex")}`,
    name: basename(directory),
    scheme: "tagged",
    tag,
    model: options.model,
    phase,
    status: "running",
    config: { ...options.config },
    config_digest: digestJson(options.config),
    dataset: options.dataset ?? null,
    base_model: options.baseModel ?? null,
    version: null,
    git: readGit("."),
    host: readHost(),
    engine: { ggml_release: null, backend: null, ...options.engine },
    package_version: readPackageVersion(),
    pid: process.pid,
    started_at: startedAt.toISOString(),
    ended_at: null,
    last_step: 0,
    metrics: {},
    measured_on: null,
    artifacts: {},
    error: null,
    notes: options.notes ?? "",
    tags: [...(options.tags ?? [])],
  };
  writeRunRecord(directory, record);
  if (options.configYaml !== undefined) writeFileAtomic(join(directory, CONFIG_FILE), options.configYaml);
  ensureDirectory(join(directory, "logs"));
  return runHandle(directory, record, { historyPath, now, requestedVersion: options.requestedVersion });
}

/** Takes up a run that was stopped, failed or killed: same directory, same id, this process. @throws `runs.missing`, `runs.not_running` when it is finished */
export function reopenRun(directory: string, options: Pick<CreateRunOptions, "historyPath" | "now" | "requestedVersion"> = {}): Run {
  const record = readRunRecord(directory);
  if (record.status === "finished") throw runNotOpen(record.name, record.status, "reopen");
  const last_step = Math.max(record.last_step, readMetrics(directory).lastStep);
  const reopened: RunRecord = { ...record, status: "running", pid: process.pid, host: readHost(), ended_at: null, error: null, last_step };
  writeRunRecord(directory, reopened);
  return runHandle(directory, reopened, {
    historyPath: options.historyPath ?? historyPathFor(dirname(directory)),
    now: options.now ?? (() => new Date()),
    requestedVersion: options.requestedVersion,
  });
}

interface RunSurroundings {
  readonly historyPath: string;
  readonly now: () => Date;
  readonly requestedVersion: string | undefined;
}

function runHandle(directory: string, opened: RunRecord, { historyPath, now, requestedVersion }: RunSurroundings): Run {
  let record = opened;
  const write = (next: RunRecord): RunRecord => {
    writeRunRecord(directory, next);
    record = next;
    return next;
  };
  const requireRunning = (action: string): void => {
    if (record.status !== "running") throw runNotOpen(record.name, record.status, action);
  };
  const underLock = (act: () => RunRecord): Promise<RunRecord> => withLock(historyLockPath(historyPath), act);
  return {
    directory,
    get record() {
      return record;
    },
    update: (patch) => {
      requireRunning("update");
      return write(merge(record, patch));
    },
    appendMetrics(metrics) {
      requireRunning("log to");
      appendMetricRow(directory, metrics, now());
      record = { ...record, last_step: Math.max(record.last_step, metrics.step) };
    },
    finish: (options = {}) =>
      underLock(() => {
        requireRunning("finish");
        const version = chooseVersion(historyPath, dirname(directory), { ...options, requestedVersion: options.requestedVersion ?? requestedVersion });
        const measured = { metrics: options.metrics ?? {}, artifacts: options.artifacts ?? {}, ...(options.measuredOn && { measured_on: options.measuredOn }) };
        const finished = write({ ...merge(record, measured), status: "finished", version, ended_at: now().toISOString() });
        appendHistory(historyPath, historyEntryOf(finished, options.groups));
        return finished;
      }),
    fail: (error) =>
      underLock(() => {
        requireRunning("fail");
        const { code, message } = toErrorRecord(error);
        const failed = write({ ...record, status: "failed", error: { code, message }, ended_at: now().toISOString() });
        appendHistory(historyPath, historyEntryOf(failed));
        return failed;
      }),
    stop() {
      requireRunning("stop");
      return write({ ...record, status: "stopped", ended_at: now().toISOString() });
    },
  };
}

function merge(record: RunRecord, patch: RunPatch): RunRecord {
  return { ...record, ...patch, metrics: { ...record.metrics, ...patch.metrics }, artifacts: { ...record.artifacts, ...patch.artifacts } };
}

/** The history may be lost and a crash may fall between record and history: both are asked what is taken. */
function chooseVersion(historyPath: string, outputDir: string, options: Pick<FinishOptions, "major" | "requestedVersion">): string {
  return nextVersion({
    history: readHistory(historyPath).entries.map((entry) => entry.version),
    known: listRuns(outputDir).runs.map((run) => run.record.version),
    major: options.major,
    requested: options.requestedVersion,
  });
}

const TRIES = 3600;

function takeDirectory(outputDir: string, parts: { readonly tag: string; readonly model: string; readonly phase: string }, from: Date): string {
  for (let second = 0; second < TRIES; second += 1) {
    const directory = join(outputDir, formatRunName({ ...parts, startedAt: new Date(from.getTime() + 1000 * second) }));
    if (tryMakeDirectory(directory)) return directory;
  }
  throw runNamesExhausted(outputDir, formatRunName({ ...parts, startedAt: from }));
}
