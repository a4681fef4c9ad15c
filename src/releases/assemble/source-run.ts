// The run that a release is made of, and the words in which commands about it are suggested.
import { join, relative, resolve, sep } from "node:path";
import { findCheckpoint, requireCheckpoint, type Checkpoint } from "../../checkpoints/index.ts";
import type { RunRecord } from "../../records/index.ts";
import { readRun, workspaceOf } from "../../runs/index.ts";
import { noCheckpoint, runNotFinished } from "../errors.ts";

export interface SourceRun {
  readonly directory: string;
  readonly record: RunRecord;
  readonly checkpoint: Checkpoint;
  /** A path as it is written below the workspace; absolute where it lies outside. */
  readonly place: (path: string) => string;
}

/** @param wanted a checkpoint of the run. Default: the best, else the last. @throws `releases.run_not_finished`, `releases.no_checkpoint`, `checkpoints.missing` */
export function openSourceRun(directory: string, wanted?: string): SourceRun {
  const { record } = readRun(directory);
  if (record.status !== "finished") throw runNotFinished(record.name, record.status);
  const checkpoint = wanted === undefined ? (findCheckpoint(directory, "best") ?? findCheckpoint(directory, "last")) : requireCheckpoint(directory, wanted);
  if (checkpoint === undefined) throw noCheckpoint(record.name);
  const workspace = workspaceOf(directory);
  const place = (path: string): string => {
    const inside = relative(workspace, resolve(path));
    return inside.startsWith("..") ? resolve(path) : inside.split(sep).join("/");
  };
  return { directory, record, checkpoint, place };
}

/** `tunesmith merge --model-path …`, each word quoted where a shell would split it. */
export function suggest(...words: readonly string[]): string {
  return ["tunesmith", ...words].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(" ");
}

/** The checkpoint's directory below the run as `findCheckpoint` takes it. */
export function checkpointPlace({ directory, checkpoint, place }: SourceRun): string {
  return place(join(directory, "checkpoints", checkpoint.name));
}
