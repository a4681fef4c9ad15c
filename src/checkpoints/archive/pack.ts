// Packing: write, read back and compare, and only then let the originals go. Killed at any moment, either the originals stand or the archive
// is complete, and the same command goes on.
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  createFile, createZstdWriter, encodeTarHeader, listDirectory, loadZstd, openFile, readSmallText, remove, requireFreeBytes, sha256File, TAR_END, tarPadding, writeJson, type TarEntry,
} from "../../files/index.ts";
import { ARCHIVE_SCHEMA_VERSION, type ArchivedFile, type ArchiveIndex } from "../../records/index.ts";
import { archiveConflict, archiveDamaged, changedWhilePacking } from "../errors.ts";
import { METADATA_FILE } from "../metadata.ts";
import { SIDECAR_LIMIT_BYTES } from "../sidecars.ts";
import { ARCHIVE_FILE, archivePlace, hasArchive, type ArchivePlace } from "./place.ts";
import { planArchive, type ArchivePlan, type PlannedFile } from "./plan.ts";
import { groupCheckpoints, parseMetadata, readArchive } from "./read.ts";

export interface PackOptions {
  /** Takes away the checkpoints directory once its archive is verified: into a trash, so that it can be had back. */
  readonly discard: (checkpointsDirectory: string) => void | Promise<void>;
  /** 1 (fast) to 19 (small). Default 3. */
  readonly level?: number;
  /** Time of the record. */
  readonly now: Date;
  readonly signal?: AbortSignal;
  /** Bytes packed, then verified, of twice the content. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Packs what the plan names into `<run>/checkpoints.tar.zst`, verifies it, and discards the originals.
 * @throws `checkpoints.archive_conflict`, `checkpoints.changed_while_packing`, `files.disk_too_small`, AbortError; the originals then stand
 */
export async function packCheckpoints(plan: ArchivePlan, options: PackOptions): Promise<ArchiveIndex> {
  const place = archivePlace(plan.runDirectory);
  removeLeftovers(place);
  await requireNoOther(place, plan);
  requireFreeBytes(place.archive, Math.ceil(1.01 * plan.contentBytes) + 1024 * (plan.files.length + plan.emptyDirectories.length + 1024));
  const total = 2 * plan.contentBytes;
  const index = await writeArchive(place, plan, options, (done) => options.onProgress?.(done, total));
  try {
    const stored = index.files.reduce((sum, { size_bytes, same_as }) => sum + (same_as === null ? size_bytes : 0), 0);
    await verifyArchive(place, index, (done) => options.onProgress?.(plan.contentBytes * (1 + done / stored), total), options.signal);
    requireUnchanged(plan, planArchive(plan.runDirectory));
  } catch (thrown) {
    remove(place.archive);
    remove(place.index);
    throw thrown;
  }
  await options.discard(place.checkpoints);
  return index;
}

async function writeArchive(place: ArchivePlace, plan: ArchivePlan, { level, now, signal }: PackOptions, onProgress: (done: number) => void): Promise<ArchiveIndex> {
  const zstd = await loadZstd();
  const file = createFile(place.archive);
  const digest = createHash("sha256");
  const writer = createZstdWriter(zstd, (frame) => (digest.update(frame), file.write(frame)), level);
  const writeEntry = (entry: TarEntry) => writer.write(encodeTarHeader(entry));
  const packed: ArchivedFile[] = [];
  const firstOf = contentFinder(plan);
  let done = 0;
  try {
    for (const planned of plan.files) {
      const { path, sizeBytes, modifiedMs } = planned;
      const first = firstOf(planned, packed);
      if (first !== undefined) {
        await writeEntry({ path, kind: "same", sizeBytes: 0, modifiedMs, target: first.path });
        packed.push({ ...first, path, same_as: first.path });
        onProgress((done += sizeBytes));
        continue;
      }
      await writeEntry({ path, kind: "file", sizeBytes, modifiedMs });
      const hash = createHash("sha256");
      for (const piece of piecesOf(join(place.checkpoints, path), sizeBytes)) {
        signal?.throwIfAborted();
        hash.update(piece);
        await writer.write(piece);
        onProgress((done += piece.byteLength));
      }
      await writer.write(tarPadding(sizeBytes));
      packed.push({ path, size_bytes: sizeBytes, sha256: hash.digest("hex"), same_as: null });
    }
    for (const path of plan.emptyDirectories) await writeEntry({ path, kind: "directory", sizeBytes: 0, modifiedMs: 0 });
    await writer.write(TAR_END);
    await writer.end();
    const index: ArchiveIndex = {
      schema_version: ARCHIVE_SCHEMA_VERSION,
      created_at: now.toISOString(),
      archive: { file: ARCHIVE_FILE, format: "tar+zstd", size_bytes: file.position, sha256: digest.digest("hex") },
      size_bytes: plan.contentBytes,
      checkpoints: groupCheckpoints(packed.map((entry, at) => ({ ...entry, modifiedMs: plan.files[at]!.modifiedMs })), (name) => readMetadata(join(place.checkpoints, name))),
      files: packed,
    };
    // The archive comes last: without it, an index says nothing.
    writeJson(place.index, index);
    file.commit();
    return index;
  } finally {
    file.abort();
  }
}

/** `last` and `best` are copies of a step: a content that stands in the archive already is not stored again. */
function contentFinder(plan: ArchivePlan): (planned: PlannedFile, packed: readonly ArchivedFile[]) => ArchivedFile | undefined {
  const seen = new Map<number, ArchivedFile[]>();
  let taken = 0;
  return ({ path, sizeBytes }, packed) => {
    for (; taken < packed.length; taken += 1) {
      const file = packed[taken]!;
      if (file.same_as === null) seen.set(file.size_bytes, [...(seen.get(file.size_bytes) ?? []), file]);
    }
    const candidates = sizeBytes === 0 ? [] : (seen.get(sizeBytes) ?? []);
    if (candidates.length === 0) return undefined;
    const sha256 = sha256File(join(plan.checkpointsDirectory, path));
    return candidates.find((candidate) => candidate.sha256 === sha256);
  };
}

const PIECE_BYTES = 1 << 20;

function* piecesOf(path: string, sizeBytes: number): Generator<Uint8Array> {
  const file = openFile(path);
  try {
    if (file.sizeBytes !== sizeBytes) throw changedWhilePacking(path);
    for (let offset = 0; offset < sizeBytes; offset += PIECE_BYTES) yield file.read(offset, Math.min(PIECE_BYTES, sizeBytes - offset));
  } finally {
    file.close();
  }
}

/** Reads the archive back from disk and compares every digest with the one taken from the originals. */
async function verifyArchive({ archive }: ArchivePlace, index: ArchiveIndex, onProgress: (done: number) => void, signal: AbortSignal | undefined): Promise<void> {
  const found = new Map((await readArchive(archive, {}, { signal, onProgress })).map((file) => [file.path, file.sha256]));
  const wrong = index.files.filter(({ path, sha256 }) => found.get(path) !== sha256);
  if (wrong.length > 0 || found.size !== index.files.length) throw archiveDamaged(archive, `what was read back is not what was packed: ${wrong[0]?.path ?? "there are other files"}`);
}

function requireUnchanged(before: ArchivePlan, after: ArchivePlan): void {
  const look = ({ path, sizeBytes, modifiedMs }: PlannedFile) => `${path} ${sizeBytes} ${modifiedMs}`;
  const known = new Set(before.files.map(look));
  const changed = after.files.find((file) => !known.has(look(file)));
  if (changed !== undefined || before.files.length !== after.files.length) throw changedWhilePacking(join(before.checkpointsDirectory, changed?.path ?? ""));
}

/** An older archive beside the originals is written anew only when they hold everything that it does. */
async function requireNoOther(place: ArchivePlace, plan: ArchivePlan): Promise<void> {
  if (!hasArchive(place.runDirectory)) return;
  const differing = await onlyInArchive(place, plan);
  if (differing.length > 0) throw archiveConflict(place.runDirectory, differing);
}

/** Paths whose content in the archive does not stand in the checkpoints directory. */
export async function onlyInArchive(place: ArchivePlace, plan: ArchivePlan): Promise<readonly string[]> {
  const standing = new Map(plan.files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const archived = await readArchive(place.archive);
  return archived.filter(({ path, size_bytes, sha256 }) => standing.get(path) !== size_bytes || sha256File(join(place.checkpoints, path)) !== sha256).map(({ path }) => path);
}

/** Deletes what a killed process was writing into the run directory. */
export function removeLeftovers({ runDirectory }: ArchivePlace): void {
  const { files, directories } = listDirectory(runDirectory);
  for (const name of [...files, ...directories]) if (/^\.checkpoints(\.tar\.zst|\.index\.json)?\.\d+\.\d+\.tmp$/.test(name)) remove(join(runDirectory, name));
}

function readMetadata(directory: string): Record<string, unknown> | null {
  const found = readSmallText(join(directory, METADATA_FILE), SIDECAR_LIMIT_BYTES);
  return "text" in found ? parseMetadata(found.text) : null;
}

