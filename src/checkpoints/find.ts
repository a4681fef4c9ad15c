import { basename, join } from "node:path";
import { isDirectory, listDirectory } from "../files/index.ts";
import { isBetter, type CheckpointKind, type CheckpointMetadata } from "../records/index.ts";
import { checkpointMissing } from "./errors.ts";
import { isCheckpoint, metricOf, readCheckpointMetadata } from "./metadata.ts";
import { parseCheckpointName } from "./names.ts";

/** A complete checkpoint on disk. */
export interface Checkpoint {
  readonly directory: string;
  readonly name: string;
  readonly metadata: CheckpointMetadata;
}

/** Every complete checkpoint of a run or of a checkpoints directory, by step; unfinished directories (no sidecar) are left out. @throws `records.invalid` */
export function listCheckpoints(place: string): readonly Checkpoint[] {
  const parent = checkpointsDirectory(place);
  if (parent === undefined) return [];
  return listDirectory(parent)
    .directories.filter((name) => !name.startsWith(".") && isCheckpoint(join(parent, name)))
    .map((name) => readCheckpoint(join(parent, name)))
    .sort((a, b) => a.metadata.training.global_step - b.metadata.training.global_step || (a.name < b.name ? -1 : 1));
}

/**
 * Finds a checkpoint of a run: `last` (the latest that is complete, so that a crash while `last` was replaced loses nothing),
 * `best` (by the metric in its name), a directory's name, or a path. A place that is itself a checkpoint is found under any of them.
 * @param place a run directory, its checkpoints directory, or a checkpoint
 */
export function findCheckpoint(place: string, wanted = "last"): Checkpoint | undefined {
  if (isCheckpoint(place)) return readCheckpoint(place);
  if (isCheckpoint(wanted)) return readCheckpoint(wanted);
  const all = listCheckpoints(place);
  if (wanted === "last") return all.reduce<Checkpoint | undefined>((last, next) => (last === undefined || isLater(next, last) ? next : last), undefined);
  if (wanted === "best") return bestOf(all)?.checkpoint;
  return all.find((checkpoint) => checkpoint.name === wanted);
}

/** {@link findCheckpoint}, or an error that lists what there is. @throws `checkpoints.missing` */
export function requireCheckpoint(place: string, wanted = "last"): Checkpoint {
  const found = findCheckpoint(place, wanted);
  if (found === undefined) throw checkpointMissing(place, wanted, listCheckpoints(place).map((checkpoint) => checkpoint.name));
  return found;
}

/** The best among the `best-…` checkpoints: by the full value in its sidecar, else by the rounded one in its name. */
export function bestOf(checkpoints: readonly Checkpoint[], metric?: string): { readonly checkpoint: Checkpoint; readonly score: number } | undefined {
  let best: { readonly checkpoint: Checkpoint; readonly score: number } | undefined;
  for (const checkpoint of checkpoints) {
    const parsed = parseCheckpointName(checkpoint.name);
    if (parsed?.kind !== "best" || parsed.metric === undefined || (metric !== undefined && parsed.metric.name !== metric)) continue;
    const score = metricOf(checkpoint.metadata, parsed.metric.name) ?? parsed.metric.value;
    if (best === undefined || isBetter(parsed.metric.name, score, best.score)) best = { checkpoint, score };
  }
  return best;
}

/** `<run>/checkpoints` when there is one, else the place itself; undefined when it is no directory. */
export function checkpointsDirectory(place: string): string | undefined {
  const inside = join(place, "checkpoints");
  return isDirectory(inside) ? inside : isDirectory(place) ? place : undefined;
}

/** By the moment of saving (a training resumed from an early step leaves later steps of its former life behind), then step, then kind. */
function isLater(next: Checkpoint, last: Checkpoint): boolean {
  const [a, b] = [next.metadata, last.metadata];
  if (a.created_at !== b.created_at) return a.created_at > b.created_at;
  if (a.training.global_step !== b.training.global_step) return a.training.global_step > b.training.global_step;
  return KINDS.indexOf(a.kind) > KINDS.indexOf(b.kind);
}

const KINDS: readonly CheckpointKind[] = ["best", "step", "last"];

function readCheckpoint(directory: string): Checkpoint {
  return { directory, name: basename(directory), metadata: readCheckpointMetadata(directory) };
}
