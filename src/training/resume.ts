import { basename, dirname, join } from "node:path";
import { findCheckpoint, requireCheckpoint, verifyCheckpoint, type Checkpoint } from "../checkpoints/index.ts";
import { diffConfigs, formatConfigDifferences, type TrainConfig } from "../config/index.ts";
import { isDirectory, listDirectory, remove } from "../files/index.ts";
import type { RunRecord } from "../records/index.ts";
import { listRuns, readRun } from "../runs/index.ts";
import { alreadyFinished, configDiffers, nothingToResume, stillRunning } from "./errors.ts";

export interface ResumePoint {
  readonly runDirectory: string;
  readonly record: RunRecord;
  readonly checkpoint: Checkpoint;
}

/** Settings that change neither data, arithmetic nor schedule; paths are judged by the digest of what they lead to. */
const FREE_SETTINGS: ReadonlySet<string> = new Set(["threads", "notes", "version", "major", "naming", "merge_adapters", "save_total_limit", "logging_steps", "output_dir", "model_name", "dataset_path"]);

/**
 * Finds where to go on: `last` or `best` of the newest unfinished run below `outputDir`, or a checkpoint or run directory.
 * @throws `training.nothing_to_resume`, `training.already_finished`, `training.still_running`, `checkpoints.missing`, `checkpoints.damaged`
 */
export function findResumePoint(outputDir: string, wanted: string): ResumePoint {
  const point = isDirectory(wanted) ? pointOfPath(wanted) : pointOfNewest(outputDir, wanted);
  if (point.record.status === "finished") throw alreadyFinished(point.record.name);
  if (point.record.status === "running") throw stillRunning(point.record.name, point.record.pid);
  verifyCheckpoint(point.checkpoint.directory);
  return point;
}

/** @throws `training.config_differs` listing every difference that matters */
export function requireSameConfig(record: RunRecord, config: TrainConfig): void {
  const differences = diffConfigs(record.config, config).filter(({ key }) => !FREE_SETTINGS.has(key.split(".")[0]!));
  if (differences.length > 0) throw configDiffers(record.name, formatConfigDifferences(differences));
}

/** Deletes what a process was writing into a checkpoints directory when it was killed. */
export function removeUnfinished(checkpointsDirectory: string): void {
  if (!isDirectory(checkpointsDirectory)) return;
  const unfinished = listDirectory(checkpointsDirectory).directories.filter((name) => name.startsWith(".") && name.endsWith(".tmp"));
  for (const name of unfinished) remove(join(checkpointsDirectory, name));
}

function pointOfPath(path: string): ResumePoint {
  const checkpoint = requireCheckpoint(path, "last");
  const parent = dirname(checkpoint.directory);
  const runDirectory = basename(parent) === "checkpoints" ? dirname(parent) : parent;
  return { runDirectory, record: readRun(runDirectory).record, checkpoint };
}

function pointOfNewest(outputDir: string, wanted: string): ResumePoint {
  for (const { directory, record } of listRuns(outputDir).runs) {
    if (record.status === "finished") continue;
    const checkpoint = findCheckpoint(directory, wanted);
    if (checkpoint !== undefined) return { runDirectory: directory, record, checkpoint };
  }
  throw nothingToResume(outputDir, wanted);
}
