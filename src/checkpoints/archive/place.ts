// Where a run keeps its packed checkpoints, and the index that says what is inside.
import { join } from "node:path";
import { exists, isFile, readJson, statFile } from "../../files/index.ts";
import { archiveIndexSchema, parseRecord, type ArchiveIndex } from "../../records/index.ts";
import { archiveDamaged } from "../errors.ts";

export const ARCHIVE_FILE = "checkpoints.tar.zst";
export const ARCHIVE_INDEX_FILE = "checkpoints.index.json";

export interface ArchivePlace {
  readonly runDirectory: string;
  readonly checkpoints: string;
  readonly archive: string;
  readonly index: string;
}

export function archivePlace(runDirectory: string): ArchivePlace {
  return { runDirectory, checkpoints: join(runDirectory, "checkpoints"), archive: join(runDirectory, ARCHIVE_FILE), index: join(runDirectory, ARCHIVE_INDEX_FILE) };
}

/** Whether a run's checkpoints are packed. */
export function hasArchive(runDirectory: string): boolean {
  return isFile(archivePlace(runDirectory).archive);
}

/**
 * What a run's archive holds, without opening it; undefined when there is no archive, or one without an index (`rebuildArchiveIndex`).
 * @throws `records.invalid`, `checkpoints.archive_damaged` when archive and index do not belong together
 */
export function readArchiveIndex(runDirectory: string): ArchiveIndex | undefined {
  const place = archivePlace(runDirectory);
  if (!hasArchive(runDirectory) || !exists(place.index)) return undefined;
  const index = parseRecord(archiveIndexSchema, readJson(place.index), place.index);
  const { sizeBytes } = statFile(place.archive);
  if (sizeBytes !== index.archive.size_bytes) throw archiveDamaged(place.archive, `it has ${sizeBytes} bytes, its index says ${index.archive.size_bytes}`);
  return index;
}
