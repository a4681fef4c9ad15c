// checkpoints.index.json: what stands in the archive beside it. Everything here but the digests can be read from the archive again.
import { z } from "zod";

export const ARCHIVE_SCHEMA_VERSION = 1;

export const archivedFileSchema = z.object({
  /** Relative to the checkpoints directory, with `/`. */
  path: z.string().min(1),
  size_bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** The earlier file of this archive whose content this is: stored once. */
  same_as: z.string().nullable(),
});
export type ArchivedFile = z.infer<typeof archivedFileSchema>;

/** A checkpoint inside: a name that stood directly in the checkpoints directory. */
export const archivedCheckpointSchema = z.object({
  name: z.string().min(1),
  kind: z.enum(["file", "directory"]),
  /** Of all its files, unpacked. */
  size_bytes: z.number().int().nonnegative(),
  /** Latest change of any of its files, ISO 8601, UTC. */
  modified_at: z.string(),
  /** Its metadata.json as it was written; null where it has none that is JSON. */
  metadata: z.record(z.string(), z.unknown()).nullable(),
});
export type ArchivedCheckpoint = z.infer<typeof archivedCheckpointSchema>;

export const archiveIndexSchema = z.object({
  schema_version: z.literal(ARCHIVE_SCHEMA_VERSION),
  created_at: z.string(),
  archive: z.object({ file: z.string(), format: z.literal("tar+zstd"), size_bytes: z.number().int().nonnegative(), sha256: z.string() }),
  /** Of all files, unpacked. */
  size_bytes: z.number().int().nonnegative(),
  checkpoints: z.array(archivedCheckpointSchema),
  files: z.array(archivedFileSchema),
});
export type ArchiveIndex = z.infer<typeof archiveIndexSchema>;
