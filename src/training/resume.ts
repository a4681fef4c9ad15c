import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findCheckpoint, hasArchive, requireCheckpoint, unpackCheckpoints, verifyCheckpoint, type Checkpoint } from "../checkpoints/index.ts";
import { diffConfigs, formatConfigDifferences, type TrainConfig } from "../config/index.ts";
import { exists, isDirectory, listDirectory, remove } from "../files/index.ts";
import type { RunRecord } from "../records/index.ts";
import { listRuns, readRun, reopenRun, withRunLock, type Run, type StoredRun } from "../runs/index.ts";
import { alreadyFinished, configDiffers, neverSaved, nothingToResume, resumeAmbiguous, stillRunning } from "./errors.ts";

export interface ResumePoint {
  readonly runDirectory: string;
  readonly record: RunRecord;
  readonly checkpoint: Checkpoint;
}

interface ResumeContext {
  /** Told when the run's checkpoints were packed and are unpacked now. */
  readonly onUnpack?: (runDirectory: string) => void;
  readonly signal?: AbortSignal;
}

/** Settings that change neither data, arithmetic nor schedule; paths are judged by the digest of what they lead to. */
const FREE_SETTINGS: ReadonlySet<string> = new Set(["threads", "notes", "version", "merge_adapters", "save_total_limit", "keep_best", "keep_every", "logging_steps", "output_dir", "model_name", "dataset_path", "chat_template", "naming", "major", "push_to_hub", "hub_model_id", "hub_owner", "hub_private"]);

/** What runs did that were recorded before there was a setting for it. */
const SETTINGS_SINCE = { monitor: "eval_loss", train_on: "all", packing: false, group_by_length: false } satisfies Partial<TrainConfig>;

/**
 * Finds where to go on: a checkpoint or run directory; or `last` or `best` of the newest unfinished run below `outputDir` that has this
 * configuration, or of the only unfinished run there is. Packed checkpoints are unpacked.
 * @throws `training.nothing_to_resume`, `training.never_saved`, `training.resume_ambiguous`, `training.already_finished`, `training.still_running`,
 * `checkpoints.missing`, `checkpoints.damaged`
 */
export async function findResumePoint(outputDir: string, wanted: string, config: TrainConfig, context: ResumeContext = {}): Promise<ResumePoint> {
  const named = runOfPath(wanted);
  const { directory, record } = named === undefined ? newestMatching(outputDir, wanted, config) : readRun(named);
  if (record.status === "finished") throw alreadyFinished(record.name, record.version);
  if (record.status === "running") throw stillRunning(record.name, record.pid);
  if (isPacked(directory)) {
    context.onUnpack?.(directory);
    await withRunLock(directory, () => unpackCheckpoints(directory, { signal: context.signal }));
  }
  if (findCheckpoint(directory, "last") === undefined) throw neverSaved(record.name, record.status);
  const checkpoint = named === undefined ? requireCheckpoint(directory, wanted) : requireCheckpoint(wanted, "last");
  verifyCheckpoint(checkpoint.directory);
  return { runDirectory: directory, record, checkpoint };
}

/** Names a training that goes on must not prune: all there are of a tagged run, and what its record refers to besides its own best and last. */
export function pinnedCheckpoints(runDirectory: string, { tags, artifacts }: Pick<RunRecord, "tags" | "artifacts">): readonly string[] {
  const place = join(runDirectory, "checkpoints");
  if (tags.length > 0 && isDirectory(place)) return listDirectory(place).directories;
  return Object.entries(artifacts).filter(([role]) => role !== "best_checkpoint" && role !== "last_checkpoint").map(([, path]) => basename(path));
}

/** @throws `training.config_differs` listing every difference that matters */
export function requireSameConfig(record: RunRecord, config: TrainConfig): void {
  const differences = differencesOf(record, config);
  if (differences.length > 0) throw configDiffers(record.name, formatConfigDifferences(differences));
}

/** Deletes what a process was writing into a checkpoints directory when it was killed. */
export function removeUnfinished(checkpointsDirectory: string): void {
  if (!isDirectory(checkpointsDirectory)) return;
  const unfinished = listDirectory(checkpointsDirectory).directories.filter((name) => name.startsWith(".") && name.endsWith(".tmp"));
  for (const name of unfinished) remove(join(checkpointsDirectory, name));
}

interface ReopenContext extends NonNullable<Parameters<typeof reopenRun>[1]> {
  readonly signal?: AbortSignal;
  /** How long the worker of a killed process may take to end. Default 5,000 ms. */
  readonly patienceMs?: number;
}

/**
 * Takes up a run as its only owner: of several processes that try, one gets it. The worker of a killed process ends by itself within a second
 * or two, which is waited for.
 * @throws `training.still_running` when that worker does not end, `runs.occupied` when another process was faster
 */
export async function takeRun(runDirectory: string, { signal, patienceMs = 5000, ...options }: ReopenContext = {}): Promise<Run> {
  return withRunLock(
    runDirectory,
    async () => {
      for (let waitedMs = 0; ; waitedMs += WAIT_MS) {
        const { record, liveWorkerPid } = readRun(runDirectory, options.observer);
        if (liveWorkerPid === undefined) break;
        if (waitedMs >= patienceMs) throw stillRunning(record.name, liveWorkerPid);
        await sleep(WAIT_MS, undefined, { signal });
      }
      return reopenRun(runDirectory, options);
    },
    { timeoutMs: 2 * patienceMs },
  );
}

const WAIT_MS = 100;

function differencesOf(record: RunRecord, config: TrainConfig) {
  return diffConfigs({ ...SETTINGS_SINCE, ...record.config }, config).filter(({ key }) => !FREE_SETTINGS.has(key.split(".")[0]!));
}

/** The run that a directory is, or holds the checkpoint of; undefined for a word such as `last`. */
function runOfPath(path: string): string | undefined {
  const places = [path, dirname(path), dirname(dirname(path))];
  const run = places.find((place) => exists(join(place, "run.json")));
  if (isDirectory(path)) return run ?? (basename(dirname(path)) === "checkpoints" ? dirname(dirname(path)) : dirname(path));
  return run !== undefined && path.includes("/") && isPacked(run) ? run : undefined;
}

function isPacked(runDirectory: string): boolean {
  return hasArchive(runDirectory) && !isDirectory(join(runDirectory, "checkpoints"));
}

function newestMatching(outputDir: string, wanted: string, config: TrainConfig): StoredRun {
  const { runs } = listRuns(outputDir);
  const unfinished = runs.filter(({ record }) => record.status !== "finished" && record.status !== "running");
  const isName = wanted !== "last" && wanted !== "best";
  if (unfinished.length === 0) {
    const [newest] = runs;
    if (newest === undefined || isName) throw nothingToResume(outputDir, wanted);
    return runs.find(({ record }) => record.status === "running") ?? newest;
  }
  const judged = unfinished.map((run) => ({ run, differing: differencesOf(run.record, config).map(({ key }) => key) }));
  const matching = judged.filter(({ differing }) => differing.length === 0);
  if (matching.length === 0 && judged.length > 1) {
    throw resumeAmbiguous(outputDir, judged.map(({ run: { directory, record }, differing }) => ({ directory, status: record.status, step: record.last_step, differing })));
  }
  const candidates = (matching.length === 0 ? judged : matching).map(({ run }) => run);
  const saved = candidates.find(({ directory }) => isPacked(directory) || findCheckpoint(directory, wanted) !== undefined);
  if (saved === undefined && isName) throw nothingToResume(outputDir, wanted);
  return saved ?? candidates[0]!;
}
