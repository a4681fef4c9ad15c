// A run that goes to a hub while it is trained. The training itself only tells of checkpoints and goes on.
import { join } from "node:path";
import { findCheckpoint, pruneOwn } from "../../checkpoints/index.ts";
import { trainConfigSchema, type TrainConfig } from "../../config/index.ts";
import { toErrorRecord } from "../../errors.ts";
import { isDirectory, withLock, writeFileAtomic } from "../../files/index.ts";
import { connectHub, type HubClient } from "../../hub/index.ts";
import type { HubUpload, RunRecord } from "../../records/index.ts";
import { readRun, type Run, type StoredRun } from "../../runs/index.ts";
import { pinnedCheckpoints } from "../resume.ts";
import { renderRunCard } from "./card.ts";
import { nothingToSync, syncsItself } from "./errors.ts";
import { ensureRepository } from "./repository.ts";
import { createUploader, type UploadEvent } from "./uploader.ts";
import { openUploads, readUploads, unverifiedCheckpoints, type UploadLog } from "./uploads.ts";

export interface PushContext {
  /** Default: the hub and the token of the environment. */
  readonly client?: HubClient;
  readonly onUpload?: (event: UploadEvent) => void;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
}

/** How the uploads of a run stand. */
export interface UploadSummary {
  readonly repository: string;
  /** The page of the repository. */
  readonly url: string;
  readonly done: number;
  /** What `hub sync` has still to send. */
  readonly pending: readonly HubUpload[];
  /** Deleted before they were uploaded. */
  readonly gone: number;
}

export interface Push {
  /** A checkpoint stands at `directory`. Never throws. */
  saved(directory: string): void;
  /** The training ended well: waits for everything, and for the model at the root. */
  finish(record: RunRecord): Promise<UploadSummary>;
  /** The training ended otherwise: nothing is waited for. */
  stop(): Promise<UploadSummary>;
}

/** Takes up the uploads of a run, those that an earlier process left with them. @throws what {@link ensureRepository} throws */
export async function openPush(run: Run, config: TrainConfig, context: PushContext): Promise<Push> {
  const { endpoint, repository, private: isPrivate } = run.record.hub ?? (await ensureRepository(run, config, context.client ?? connectHub()));
  const { directory } = run;
  const log = openUploads(directory);
  const uploader = createUploader({ client: context.client ?? connectHub({ endpoint }), repository, isPrivate, runDirectory: directory, log, onEvent: context.onUpload, signal: context.signal, now: context.now });
  const summary = (): UploadSummary => summarize(endpoint, repository, log);
  /** What cannot even be written down (a full disk) is found again by `hub sync`; the training goes on. */
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (thrown) {
      const upload = log.entries.at(-1);
      if (upload !== undefined) context.onUpload?.({ type: "failed", upload, message: toErrorRecord(thrown).message });
    }
  };
  log.addMissing();
  uploader.start();
  return {
    saved: (checkpoint) =>
      attempt(() => {
        log.addCheckpoint(checkpoint);
        uploader.start();
      }),
    async finish(record) {
      attempt(() => {
        log.addMissing();
        addModel(directory, record, log);
      });
      await uploader.finish();
      attempt(() => prune(directory, record));
      return summary();
    },
    async stop() {
      await uploader.stop();
      return summary();
    },
  };
}

/**
 * Sends what the uploads of a run left over, and lets retention have its way with what has arrived. One process at a time.
 * @throws `training.nothing_to_sync`, `training.still_running`
 */
export async function syncRun(runDirectory: string, context: PushContext = {}): Promise<UploadSummary> {
  const { record, liveWorkerPid } = readRun(runDirectory);
  if (record.hub === undefined) throw nothingToSync(record.name);
  if (record.status === "running" || liveWorkerPid !== undefined) throw syncsItself(record.name, liveWorkerPid ?? record.pid);
  const { endpoint, repository, private: isPrivate } = record.hub;
  return withLock(join(runDirectory, "hub-uploads.lock"), async () => {
    const log = openUploads(runDirectory);
    const client = context.client ?? connectHub({ endpoint, signal: context.signal });
    const uploader = createUploader({ client, repository, isPrivate, runDirectory, log, onEvent: context.onUpload, signal: context.signal, now: context.now });
    log.addMissing();
    if (record.status === "finished") addModel(runDirectory, record, log);
    await uploader.finish();
    if (record.status === "finished") prune(runDirectory, record);
    return summarize(endpoint, repository, log);
  });
}

/** Whether {@link syncRun} would have something to send. */
export function hasUploadsLeft({ directory, record }: StoredRun): boolean {
  if (record.hub === undefined || record.status === "running") return false;
  const { uploads } = readUploads(directory);
  const lacksModel = record.status === "finished" && !uploads.some(({ kind }) => kind === "model");
  return lacksModel || uploads.some(({ status }) => status === "pending") || unverifiedCheckpoints(directory).length > 0;
}

function addModel(runDirectory: string, record: RunRecord, log: UploadLog): void {
  const best = findCheckpoint(runDirectory, "best");
  const chosen = best ?? findCheckpoint(runDirectory, "last");
  if (chosen === undefined) return;
  writeFileAtomic(join(runDirectory, "README.md"), renderRunCard(record, chosen, best !== undefined));
  log.addModel(chosen.directory);
}

/** As the training prunes after each save, now that the hub has what was held for it. */
function prune(runDirectory: string, record: RunRecord): void {
  const place = join(runDirectory, "checkpoints");
  const settings = trainConfigSchema.safeParse(record.config);
  if (!settings.success || !isDirectory(place)) return;
  const { save_total_limit: keepLast, keep_best: keepBest, keep_every: keepEvery, monitor } = settings.data;
  pruneOwn(place, { keepLast, keepBest, keepEvery, monitor, pinned: new Set([...pinnedCheckpoints(runDirectory, record), ...unverifiedCheckpoints(runDirectory)]) });
}

function summarize(endpoint: string, repository: string, { entries }: UploadLog): UploadSummary {
  const having = (status: HubUpload["status"]) => entries.filter((entry) => entry.status === status);
  return { repository, url: `${endpoint}/${repository}`, done: having("done").length, pending: having("pending"), gone: having("gone").length };
}
