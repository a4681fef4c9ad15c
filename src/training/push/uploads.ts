// hub-uploads.json: one entry for each thing that goes up. Written by the process that trains, or by `hub sync` when none does.
import { basename, join } from "node:path";
import { listCheckpoints, parseCheckpointName, readCheckpointMetadata, type Checkpoint } from "../../checkpoints/index.ts";
import { exists, readJson, writeJson } from "../../files/index.ts";
import { HUB_UPLOADS_SCHEMA_VERSION, hubUploadsSchema, parseRecord, type HubUpload, type HubUploads } from "../../records/index.ts";

const UPLOADS_FILE = "hub-uploads.json";

/** The uploads of a run, kept on disk at every change. */
export interface UploadLog {
  readonly entries: readonly HubUpload[];
  /** The first that is not done, in order. */
  next(): HubUpload | undefined;
  /** Takes up a checkpoint of `<run>/checkpoints`; one that was saved anew under its name goes up again. */
  addCheckpoint(directory: string): void;
  /** Takes up what becomes the root of the repository; replaces an earlier one. */
  addModel(directory: string): void;
  /** Takes up every checkpoint on disk that nobody told of: a process may be killed between saving and telling. */
  addMissing(): void;
  replace(entry: HubUpload, change: Partial<HubUpload>): HubUpload;
}

export function readUploads(runDirectory: string): HubUploads {
  const path = join(runDirectory, UPLOADS_FILE);
  if (!exists(path)) return { schema_version: HUB_UPLOADS_SCHEMA_VERSION, uploads: [] };
  return parseRecord(hubUploadsSchema, readJson(path), path);
}

export function openUploads(runDirectory: string): UploadLog {
  let entries = [...readUploads(runDirectory).uploads];
  const write = (next: readonly HubUpload[]): void => {
    entries = next.toSorted((a, b) => Number(a.kind === "model") - Number(b.kind === "model") || a.step - b.step);
    writeJson(join(runDirectory, UPLOADS_FILE), { schema_version: HUB_UPLOADS_SCHEMA_VERSION, uploads: entries } satisfies HubUploads);
  };
  const add = (kind: HubUpload["kind"], directory: string): void => {
    const { id, training } = readCheckpointMetadata(directory);
    const entry = newEntry(kind, `checkpoints/${basename(directory)}`, id, training.global_step);
    const standing = entries.find((one) => one.kind === kind && one.checkpoint_id === id && one.path === entry.path);
    if (standing !== undefined && standing.status !== "gone") return;
    write([...entries.filter((one) => (kind === "model" ? one.kind !== "model" : one.path_in_repository !== entry.path_in_repository || one.kind === "model")), entry]);
  };
  return {
    get entries() {
      return entries;
    },
    next: () => entries.find(({ status }) => status === "pending"),
    addCheckpoint: (directory) => add("checkpoint", directory),
    addModel: (directory) => add("model", directory),
    addMissing() {
      for (const checkpoint of stepsOf(runDirectory)) if (!isKnown(entries, checkpoint)) add("checkpoint", checkpoint.directory);
    },
    replace(entry, change) {
      const changed = { ...entry, ...change };
      write(entries.map((one) => (one.kind === entry.kind && one.checkpoint_id === entry.checkpoint_id ? changed : one)));
      return changed;
    },
  };
}

/** Names of checkpoints in a run that the hub does not have for certain. */
export function unverifiedCheckpoints(runDirectory: string): readonly string[] {
  const done = readUploads(runDirectory).uploads.filter(({ status }) => status === "done");
  return stepsOf(runDirectory)
    .filter((checkpoint) => !isKnown(done, checkpoint))
    .map(({ name }) => name);
}

function stepsOf(runDirectory: string): readonly Checkpoint[] {
  return listCheckpoints(runDirectory).filter(({ name }) => parseCheckpointName(name)?.kind === "step");
}

function isKnown(entries: readonly HubUpload[], { name, metadata: { id } }: Checkpoint): boolean {
  return entries.some((entry) => entry.kind === "checkpoint" && entry.path === `checkpoints/${name}` && entry.checkpoint_id === id);
}

function newEntry(kind: HubUpload["kind"], path: string, checkpoint_id: string, step: number): HubUpload {
  return { kind, path, checkpoint_id, step, path_in_repository: kind === "model" ? "" : `checkpoint-${step}`, status: "pending", attempts: 0, error: null, commit: null, files: [], uploaded_at: null };
}
