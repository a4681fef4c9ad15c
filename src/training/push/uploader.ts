// The uploads of a run, one at a time and in order, beside whatever else the process does. A failure is written down and told, and tried again with the
// next checkpoint, at the end, and by `hub sync`; nothing here ever throws into a training.
import { join } from "node:path";
import { toErrorRecord } from "../../errors.ts";
import { isDirectory } from "../../files/index.ts";
import type { HubClient } from "../../hub/index.ts";
import type { HubUpload } from "../../records/index.ts";
import { sendUpload } from "./send.ts";
import type { UploadLog } from "./uploads.ts";

export type UploadEvent =
  | { readonly type: "started"; readonly upload: HubUpload }
  | { readonly type: "progress"; readonly upload: HubUpload; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly type: "done"; readonly upload: HubUpload; readonly sizeBytes: number }
  | { readonly type: "failed"; readonly upload: HubUpload; readonly message: string };

export interface UploaderOptions {
  readonly client: HubClient;
  readonly repository: string;
  readonly isPrivate: boolean;
  readonly runDirectory: string;
  readonly log: UploadLog;
  readonly onEvent?: (event: UploadEvent) => void;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
}

export interface Uploader {
  /** Begins with what is pending, unless it is at it already. Returns at once. */
  start(): void;
  /** Waits for what is under way, then sends what is left once more. */
  finish(): Promise<void>;
  /** Lets go of what is under way; it stays pending. */
  stop(): Promise<void>;
}

export function createUploader(options: UploaderOptions): Uploader {
  const stopped = new AbortController();
  const signal = options.signal === undefined ? stopped.signal : AbortSignal.any([stopped.signal, options.signal]);
  let work: Promise<void> | undefined;
  let isEnsured = false;

  const ensure = async (): Promise<void> => {
    if (isEnsured) return;
    const { client, repository, isPrivate } = options;
    await client.createRepository({ kind: "model", id: repository, private: isPrivate, existOk: true });
    isEnsured = true;
  };
  const drain = async (): Promise<void> => {
    let upload = options.log.next();
    try {
      for (; upload !== undefined && !signal.aborted; upload = options.log.next()) {
        if (!(await attempt({ ...options, signal }, upload, ensure))) return;
      }
    } catch (thrown) {
      // Not even the failure could be written down (a full disk): it stays pending.
      if (upload !== undefined) options.onEvent?.({ type: "failed", upload, message: toErrorRecord(thrown).message });
    }
  };
  const start = (): Promise<void> => {
    if (work === undefined) {
      // Begins in a later turn, so that whoever told of a checkpoint goes on first.
      const current = Promise.resolve().then(drain).finally(() => {
        if (work === current) work = undefined;
      });
      work = current;
    }
    return work;
  };
  return {
    start: () => void start(),
    async finish() {
      await work;
      if (options.log.next() !== undefined) await start();
    },
    async stop() {
      stopped.abort();
      await work;
    },
  };
}

/** @returns whether the next one may follow */
async function attempt(options: UploaderOptions & { readonly signal: AbortSignal }, upload: HubUpload, ensure: () => Promise<void>): Promise<boolean> {
  const { client, repository, runDirectory, log, onEvent, signal, now = () => new Date() } = options;
  if (!isDirectory(join(runDirectory, upload.path))) {
    const error = { code: "files.missing", message: `${upload.path} was deleted before it was uploaded` };
    const gone = log.replace(upload, { status: "gone", error });
    onEvent?.({ type: "failed", upload: gone, message: error.message });
    return true;
  }
  try {
    await ensure();
    onEvent?.({ type: "started", upload });
    const { commit, files } = await sendUpload({ client, repository, runDirectory, upload, signal, onProgress: (progress) => onEvent?.({ type: "progress", upload, ...progress }) });
    const done = log.replace(upload, { status: "done", attempts: upload.attempts + 1, error: null, commit, files: [...files], uploaded_at: now().toISOString() });
    onEvent?.({ type: "done", upload: done, sizeBytes: files.reduce((total, { size_bytes }) => total + size_bytes, 0) });
    return true;
  } catch (thrown) {
    if (signal.aborted) return false;
    const { code, message } = toErrorRecord(thrown);
    const failed = log.replace(upload, { attempts: upload.attempts + 1, error: { code, message } });
    onEvent?.({ type: "failed", upload: failed, message });
    return false;
  }
}
