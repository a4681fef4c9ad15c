// One upload: the files of a checkpoint, a commit, and the hub's own digests against those that were sent.
import { join } from "node:path";
import { isDirectory, isFile, listDirectory } from "../../files/index.ts";
import type { CommitProgress, HubClient, HubFile, MadeCommit } from "../../hub/index.ts";
import type { HubUpload, HubUploadedFile } from "../../records/index.ts";
import { uploadDiffers } from "./errors.ts";

export interface SendOptions {
  readonly client: HubClient;
  readonly repository: string;
  readonly runDirectory: string;
  readonly upload: HubUpload;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CommitProgress) => void;
}

export interface SentUpload {
  readonly commit: string;
  readonly files: readonly HubUploadedFile[];
}

/** What goes on with a training, and is of no use to somebody who only wants the model. */
const TRAINING_STATE = /^(optimizer\.safetensors|trainer_state\.json)$/;
/** The record of the run, which stands in `run/` of its repository. */
const RECORD_FILES = ["run.json", "config.yaml", "metrics.jsonl"];
const CARD = "README.md";

/** Uploads, then verifies. @throws `training.upload_differs`, `hub.…`, `files.missing` */
export async function sendUpload({ client, repository, runDirectory, upload, signal, onProgress }: SendOptions): Promise<SentUpload> {
  const address = { kind: "model", id: repository } as const;
  const changes = upload.kind === "model" ? modelFiles(runDirectory, upload) : checkpointFiles(runDirectory, upload);
  const made = await client.commit({ ...address, summary: summaryOf(upload), changes, signal, onProgress });
  const [ignored] = made.ignored;
  if (ignored !== undefined) throw uploadDiffers(repository, ignored, "kept out by .gitignore", "a file");
  await verify(client, repository, upload, made);
  return { commit: made.commit, files: made.files.map(({ path, sizeBytes, sha256 }) => ({ path, size_bytes: sizeBytes, sha256 })) };
}

async function verify(client: HubClient, repository: string, { path_in_repository }: HubUpload, { commit, files }: MadeCommit): Promise<void> {
  const listed = await client.listFiles({ kind: "model", id: repository, revision: commit, ...(path_in_repository !== "" && { folder: path_in_repository }) });
  const found = new Map(listed.map((file) => [file.path, file]));
  for (const { path, sizeBytes, sha256, gitId } of files) {
    const there = found.get(path);
    if (there === undefined) throw uploadDiffers(repository, path, "missing", sha256);
    const [digest, sent] = there.sha256 === undefined ? [there.oid, gitId] : [there.sha256, sha256];
    if (digest !== sent || there.sizeBytes !== sizeBytes) throw uploadDiffers(repository, path, `${digest} with ${there.sizeBytes} bytes`, `${sent} with ${sizeBytes} bytes`);
  }
}

function summaryOf({ kind, path, step }: HubUpload): string {
  if (kind === "checkpoint") return `Checkpoint at step ${step}`;
  return path.includes("/best-") ? `Best model, from step ${step}` : `Final model, from step ${step}`;
}

function checkpointFiles(runDirectory: string, { path, path_in_repository }: HubUpload): readonly HubFile[] {
  return filesOf(join(runDirectory, path), path_in_repository);
}

/** The adapter without the state of its training, the card, and the record of the run. */
function modelFiles(runDirectory: string, { path }: HubUpload): readonly HubFile[] {
  const own = filesOf(join(runDirectory, path)).filter((file) => !TRAINING_STATE.test(file.path));
  const card = [{ path: CARD, source: { file: join(runDirectory, CARD) } }];
  const record = RECORD_FILES.map((name) => ({ path: `run/${name}`, source: { file: join(runDirectory, name) } }));
  return [...own, ...card, ...record].filter(({ source }) => isFile(source.file));
}

function filesOf(directory: string, below = ""): readonly { readonly path: string; readonly source: { readonly file: string } }[] {
  const { files, directories } = listDirectory(directory);
  const prefix = below === "" ? "" : `${below}/`;
  return [
    ...files.map((name) => ({ path: `${prefix}${name}`, source: { file: join(directory, name) } })),
    ...directories.filter((name) => isDirectory(join(directory, name))).flatMap((name) => filesOf(join(directory, name), `${prefix}${name}`)),
  ];
}
