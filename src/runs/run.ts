// A run from its first moment to its last: the directory is taken exclusively, run.json is written whole at every change.
import { randomBytes } from "node:crypto";
import { dirname, join, relative, resolve, sep } from "node:path";
import { toErrorRecord } from "../errors.ts";
import { digestJson, ensureDirectory, withLock, writeFileAtomic } from "../files/index.ts";
import { RUN_SCHEMA_VERSION, type DatasetReference, type MetricBinding, type ModelReference, type RunRecord } from "../records/index.ts";
import { dropAnnotations, withAnnotations } from "./annotations.ts";
import { artifactPath } from "./artifacts.ts";
import { chooseVersion } from "./choose-version.ts";
import { runNotOpen, runOccupied } from "./errors.ts";
import { appendHistory, historyEntryOf, type MetricGroups } from "./history.ts";
import { here, processStart, type Observer } from "./liveness.ts";
import { withRunLock } from "./lock.ts";
import { appendMetricRow, readLastStep, type StepMetrics } from "./metrics.ts";
import { mintMember, mintRunName, type Naming } from "./mint.ts";
import { readGit, readHost, readPackageVersion } from "./provenance.ts";
import { readRun, readRunRecord } from "./read.ts";
import { writeRunRecord } from "./write.ts";
import { CONFIG_FILE, historyLockPath, historyPathFor, outputDirOf } from "./workspace.ts";

export interface CreateRunOptions {
  /** The folder of all runs, e.g. `outputs`; with `sweep`, the folder of all sweeps. */
  readonly outputDir: string;
  /** How the directory is called. */
  readonly naming?: Naming;
  /** The run is a member of a sweep: it is made as `<directory>/<member>`. */
  readonly sweep?: { readonly directory: string; readonly member: number; readonly id: string };
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
  /** The chat template, where it is not the base model's own. */
  readonly chatTemplate?: RunRecord["chat_template"];
  readonly engine?: Partial<RunRecord["engine"]>;
  readonly notes?: string;
  readonly tags?: readonly string[];
  /** A version asked for by name: checked now, before the work, and reserved at the end. */
  readonly requestedVersion?: string;
  /** Begin a new major version. Default: the next minor. */
  readonly major?: boolean;
  /** Versions that are taken elsewhere, such as tags on the Hub. */
  readonly knownVersions?: readonly string[];
  /** Default: `experiment_history.jsonl` beside `outputDir`. */
  readonly historyPath?: string;
  /** Default: the system's clock. */
  readonly now?: () => Date;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Many runs may end at once, and each waits for those before it. */
const patient = { timeoutMs: 180_000 };

/** In every run directory, of either scheme. */
const RUN_FOLDERS = ["checkpoints", "logs", "submissions"] as const;

/** What may change while a run is on its way. */
export type RunPatch = Partial<Pick<RunRecord, "last_step" | "metrics" | "measured_on" | "artifacts" | "engine" | "dataset" | "base_model" | "worker_pid" | "hub">>;

export interface FinishOptions {
  /** Overall scores by name. Default: those of the record. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** What they were measured on. */
  readonly measuredOn?: MetricBinding;
  /** Further groups of scores for the history: `{ per_label: … }`. */
  readonly groups?: MetricGroups;
  readonly artifacts?: Readonly<Record<string, string>>;
  /** Begin a new major version. Default: what was said at creation. */
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

/**
 * Makes a run directory that no other process has; a name that is taken yields the next free second. The clock is read once.
 * @throws `runs.version_taken`, `runs.version_invalid`, `runs.member_taken`
 */
export function createRun(options: CreateRunOptions): Run {
  const now = options.now ?? (() => new Date());
  const historyPath = options.historyPath ?? historyPathFor(options.outputDir);
  const { outputDir, naming = {}, sweep, requestedVersion, major, knownVersions } = options;
  if (requestedVersion) chooseVersion({ historyPath, outputDir, tags: knownVersions, requested: requestedVersion });
  const tag = options.tag || (options.environment ?? process.env)["EXPERIMENT_TAG"] || "run";
  const phase = options.phase ?? "training";
  const startedAt = now();
  const directory = sweep === undefined ? join(outputDir, mintRunName(outputDir, { tag, model: options.model, phase, startedAt }, naming)) : mintMember(sweep.directory, sweep.member);
  const record: RunRecord = {
    schema_version: RUN_SCHEMA_VERSION,
    id: `run-${randomBytes(8).toString("hex")}`,
    name: runNameOf(directory),
    scheme: sweep === undefined ? (naming.scheme ?? "hierarchical") : "dated",
    time_zone: naming.time_zone ?? "utc",
    tag,
    model: options.model,
    phase,
    status: "running",
    config: { ...options.config },
    config_digest: digestJson(options.config),
    dataset: options.dataset ?? null,
    base_model: options.baseModel ?? null,
    ...(options.chatTemplate !== undefined && { chat_template: options.chatTemplate }),
    version: null,
    git: readGit("."),
    host: readHost(),
    engine: { ggml_release: null, backend: null, ...options.engine },
    package_version: readPackageVersion(),
    node_version: process.version,
    pid: process.pid,
    pid_start: processStart(process.pid),
    worker_pid: null,
    worker_start: null,
    parent: sweep?.id ?? null,
    started_at: startedAt.toISOString(),
    ended_at: null,
    last_step: 0,
    metrics: {},
    measured_on: null,
    artifacts: {},
    error: null,
    notes: options.notes ?? "",
    tags: [...(options.tags ?? [])],
    archived_at: null,
  };
  writeRunRecord(directory, record);
  if (options.configYaml !== undefined) writeFileAtomic(join(directory, CONFIG_FILE), options.configYaml);
  for (const name of RUN_FOLDERS) ensureDirectory(join(directory, name));
  return runHandle(directory, record, { historyPath, now, requestedVersion, major, knownVersions });
}

/**
 * Takes up a run that was stopped, failed or killed: same directory, same id, this process.
 * @throws `runs.missing`, `runs.not_running` when it is finished, `runs.occupied` while another process, or its worker, is at work in it
 */
export function reopenRun(directory: string, options: ReopenOptions = {}): Run {
  const { record: seen, liveWorkerPid } = readRun(directory, options.observer ?? here);
  if (seen.status === "finished") throw runNotOpen(seen.name, seen.status, "reopen");
  if (seen.status === "running") throw runOccupied(seen.name, seen.pid, seen.host.hostname, false);
  if (liveWorkerPid !== undefined) throw runOccupied(seen.name, liveWorkerPid, seen.host.hostname, true);
  const record = readRunRecord(directory);
  const last_step = Math.max(record.last_step, readLastStep(directory));
  const owner = { pid: process.pid, pid_start: processStart(process.pid), worker_pid: null, worker_start: null, host: readHost() };
  const reopened: RunRecord = { ...record, ...owner, status: "running", ended_at: null, error: null, last_step };
  writeRunRecord(directory, reopened);
  dropAnnotations(directory);
  return runHandle(directory, reopened, {
    historyPath: options.historyPath ?? historyPathFor(outputDirOf(directory)),
    now: options.now ?? (() => new Date()),
    requestedVersion: options.requestedVersion,
    major: options.major,
    knownVersions: options.knownVersions,
  });
}

interface ReopenOptions extends Pick<CreateRunOptions, "historyPath" | "now" | "requestedVersion" | "major" | "knownVersions"> {
  /** Who is asked whether its processes still live. Default: this host. */
  readonly observer?: Observer;
}

/** The run's directory below the output directory. */
function runNameOf(directory: string): string {
  const above = outputDirOf(directory);
  return relative(above, resolve(directory)).split(sep).join("/");
}

interface RunSurroundings {
  readonly historyPath: string;
  readonly now: () => Date;
  readonly requestedVersion: string | undefined;
  readonly major: boolean | undefined;
  readonly knownVersions: readonly string[] | undefined;
}

function runHandle(directory: string, opened: RunRecord, surroundings: RunSurroundings): Run {
  const { historyPath, now } = surroundings;
  let record = opened;
  const write = (next: RunRecord): RunRecord => {
    writeRunRecord(directory, next);
    record = next;
    return next;
  };
  const requireRunning = (action: string): void => {
    if (record.status !== "running") throw runNotOpen(record.name, record.status, action);
  };
  const relativeArtifacts = <T extends { readonly artifacts?: Readonly<Record<string, string>> }>({ artifacts, ...rest }: T) => ({
    ...rest,
    ...(artifacts && { artifacts: Object.fromEntries(Object.entries(artifacts).map(([role, path]) => [role, artifactPath(path, directory, dirname(historyPath))])) }),
  });
  const underLock = (act: () => RunRecord): Promise<RunRecord> => withLock(historyLockPath(historyPath), () => withRunLock(directory, act, patient), patient);
  /** Writes the last record with the tags and notes that others gave meanwhile. */
  const writeEnd = (end: RunRecord): RunRecord => {
    const ended = write({ ...end, ...pickAnnotations(withAnnotations(directory, record)) });
    dropAnnotations(directory);
    return ended;
  };
  return {
    directory,
    get record() {
      return record;
    },
    update: (patch) => {
      requireRunning("update");
      return write(merge(record, relativeArtifacts(patch)));
    },
    appendMetrics(metrics) {
      requireRunning("log to");
      appendMetricRow(directory, metrics, now());
      record = { ...record, last_step: Math.max(record.last_step, metrics.step) };
    },
    finish: (options = {}) =>
      underLock(() => {
        requireRunning("finish");
        const requested = options.requestedVersion ?? surroundings.requestedVersion;
        const version = chooseVersion({ historyPath, outputDir: outputDirOf(directory), tags: surroundings.knownVersions, major: options.major ?? surroundings.major, requested });
        const measured = { metrics: options.metrics ?? {}, artifacts: relativeArtifacts(options).artifacts ?? {}, ...(options.measuredOn && { measured_on: options.measuredOn }) };
        const finished = writeEnd({ ...merge(record, measured), status: "finished", version, ended_at: now().toISOString() });
        appendHistory(historyPath, historyEntryOf(finished, options.groups));
        return finished;
      }),
    fail: (error) =>
      underLock(() => {
        requireRunning("fail");
        const { code, message } = toErrorRecord(error);
        const failed = writeEnd({ ...record, status: "failed", error: { code, message }, ended_at: now().toISOString() });
        appendHistory(historyPath, historyEntryOf(failed));
        return failed;
      }),
    stop() {
      requireRunning("stop");
      return write({ ...record, status: "stopped", ended_at: now().toISOString() });
    },
  };
}

function pickAnnotations({ tags, notes }: RunRecord): Pick<RunRecord, "tags" | "notes"> {
  return { tags, notes };
}

function merge(record: RunRecord, patch: RunPatch): RunRecord {
  const worker = patch.worker_pid === undefined ? {} : { worker_start: patch.worker_pid === null ? null : processStart(patch.worker_pid) };
  return { ...record, ...patch, ...worker, metrics: { ...record.metrics, ...patch.metrics }, artifacts: { ...record.artifacts, ...patch.artifacts } };
}
