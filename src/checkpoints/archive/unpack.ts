// Unpacking: into a temporary directory, every digest compared, renamed into place; the archive goes last.
import { join } from "node:path";
import { copy, createFile, ensureDirectory, listDirectory, isDirectory, remove, requireFreeBytes, setModified, sha256File, statFile, writeDirectoryAtomic, writeJson } from "../../files/index.ts";
import { ARCHIVE_SCHEMA_VERSION, type ArchiveIndex } from "../../records/index.ts";
import { archiveConflict, archiveDamaged, archiveMissing } from "../errors.ts";
import { METADATA_FILE } from "../metadata.ts";
import { SIDECAR_LIMIT_BYTES } from "../sidecars.ts";
import { onlyInArchive, removeLeftovers } from "./pack.ts";
import { ARCHIVE_FILE, archivePlace, hasArchive, readArchiveIndex, type ArchivePlace } from "./place.ts";
import { planArchive } from "./plan.ts";
import { groupCheckpoints, parseMetadata, readArchive } from "./read.ts";

export interface UnpackOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Brings back `<run>/checkpoints` from its archive and removes the archive. An archive whose content stands there already is only removed.
 * @throws `checkpoints.archive_missing`, `checkpoints.archive_damaged`, `checkpoints.archive_conflict`, `files.tar_refused`, `files.zstd_damaged`,
 * `files.disk_too_small`, AbortError; the archive then stands as it was
 */
export async function unpackCheckpoints(runDirectory: string, { signal, onProgress }: UnpackOptions = {}): Promise<ArchiveIndex> {
  const place = archivePlace(runDirectory);
  if (!hasArchive(runDirectory)) throw archiveMissing(runDirectory);
  removeLeftovers(place);
  const index = readArchiveIndex(runDirectory) ?? (await rebuildArchiveIndex(runDirectory));
  if (isDirectory(place.checkpoints) && !isEmpty(place.checkpoints)) {
    const differing = await onlyInArchive(place, planArchive(runDirectory));
    if (differing.length > 0) throw archiveConflict(runDirectory, differing);
  } else {
    requireFreeBytes(place.checkpoints, index.size_bytes);
    const stored = index.files.reduce((sum, { size_bytes, same_as }) => sum + (same_as === null ? size_bytes : 0), 0);
    await writeDirectoryAtomic(place.checkpoints, (temporary) => fill(temporary, place, index, { signal, onProgress: (done) => onProgress?.(done, stored) }), { replace: true });
  }
  remove(place.archive);
  remove(place.index);
  return index;
}

async function fill(directory: string, { archive }: ArchivePlace, index: ArchiveIndex, options: { readonly signal?: AbortSignal; readonly onProgress: (done: number) => void }): Promise<void> {
  const known = new Map(index.files.map((file) => [file.path, file]));
  const requireKnown = (path: string, sizeBytes: number) => {
    const file = known.get(path);
    if (file === undefined) throw archiveDamaged(archive, `it holds ${path}, which its index does not know`);
    if (file.size_bytes !== sizeBytes) throw archiveDamaged(archive, `${path} has ${sizeBytes} bytes, its index says ${file.size_bytes}`);
    return file;
  };
  const found = await readArchive(
    archive,
    {
      directory: (path) => ensureDirectory(join(directory, path)),
      file(entry) {
        const { sha256: wanted } = requireKnown(entry.path, entry.sizeBytes);
        const file = createFile(join(directory, entry.path));
        return {
          write: file.write,
          abort: file.abort,
          close(sha256) {
            if (sha256 !== wanted) throw archiveDamaged(archive, `the digest of ${entry.path} is ${sha256.slice(0, 12)}, its index says ${wanted.slice(0, 12)}`);
            file.commit();
            setModified(join(directory, entry.path), entry.modifiedMs);
          },
        };
      },
      same(entry, target) {
        copy(join(directory, target), join(directory, entry.path));
        requireKnown(entry.path, statFile(join(directory, entry.path)).sizeBytes);
        setModified(join(directory, entry.path), entry.modifiedMs);
      },
    },
    options,
  );
  if (found.length !== known.size) throw archiveDamaged(archive, `it holds ${found.length} files, its index says ${known.size}`);
}

/** Makes the index anew from the archive: all of it is read. @throws `checkpoints.archive_missing`, `files.zstd_damaged`, `files.tar_refused` */
export async function rebuildArchiveIndex(runDirectory: string, now: Date = new Date()): Promise<ArchiveIndex> {
  const place = archivePlace(runDirectory);
  if (!hasArchive(runDirectory)) throw archiveMissing(runDirectory);
  const sidecars = new Map<string, Record<string, unknown> | null>();
  const files = await readArchive(place.archive, {
    file({ path, sizeBytes }) {
      const pieces: Uint8Array[] = [];
      const isSidecar = path.endsWith(`/${METADATA_FILE}`) && path.split("/").length === 2 && sizeBytes <= SIDECAR_LIMIT_BYTES;
      return { write: (bytes) => void (isSidecar && pieces.push(Uint8Array.from(bytes))), abort() {}, close: () => void (isSidecar && sidecars.set(path, parseMetadata(Buffer.concat(pieces).toString("utf8")))) };
    },
    same: ({ path }, target) => void sidecars.set(path, sidecars.get(target) ?? null),
  });
  const { sizeBytes } = statFile(place.archive);
  const index: ArchiveIndex = {
    schema_version: ARCHIVE_SCHEMA_VERSION,
    created_at: now.toISOString(),
    archive: { file: ARCHIVE_FILE, format: "tar+zstd", size_bytes: sizeBytes, sha256: sha256File(place.archive) },
    size_bytes: files.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    checkpoints: groupCheckpoints(files, (name) => sidecars.get(`${name}/${METADATA_FILE}`) ?? null),
    files: files.map(({ modifiedMs: _when, ...file }) => file),
  };
  writeJson(place.index, index);
  return index;
}

function isEmpty(directory: string): boolean {
  const { files, directories } = listDirectory(directory);
  return files.length + directories.length === 0;
}
