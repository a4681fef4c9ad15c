import { exists, requireFreeBytes } from "../../files/index.ts";
import { linkIntoSnapshot, type RepositoryCache } from "./cache.ts";
import { downloadBlob, partialBytes } from "./download.ts";
import type { Question } from "../errors.ts";
import type { RemoteFile } from "./metadata.ts";
import type { Connection } from "./request.ts";

export interface DownloadProgress {
  /** The file being downloaded. */
  readonly file: string;
  /** Of all files together, what an earlier attempt left included. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

interface FetchParts {
  readonly connection: Connection;
  readonly question: Question;
  readonly repository: RepositoryCache;
  readonly commit: string;
  readonly files: readonly RemoteFile[];
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** Downloads what of these files the cache lacks, and shows each in the snapshot of its commit. @throws `hub.…` errors, `files.disk_too_small` before the first byte */
export async function fetchFiles({ connection, question, repository, commit, files, onProgress }: FetchParts): Promise<void> {
  const present = new Map(files.map((file) => [file, exists(repository.blob(file.etag)) ? file.sizeBytes : partialBytes(repository, file)]));
  const totalBytes = files.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
  let doneBytes = [...present.values()].reduce((total, bytes) => total + bytes, 0);
  requireFreeBytes(repository.directory, totalBytes - doneBytes);
  for (const file of files) {
    const onBytes = (bytes: number) => {
      doneBytes += bytes - present.get(file)!;
      present.set(file, bytes);
      onProgress?.({ file: file.name, doneBytes, totalBytes });
    };
    await downloadBlob({ connection, question, repository, commit, file, onBytes });
    linkIntoSnapshot(repository, commit, file.name, file.etag);
  }
}
