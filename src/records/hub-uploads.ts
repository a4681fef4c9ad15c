// hub-uploads.json in a run's directory: what of the run goes to its repository on a hub, and what is there for certain.
import { z } from "zod";

export const HUB_UPLOADS_SCHEMA_VERSION = 1;

export const hubUploadKindSchema = z.enum(["checkpoint", "model"]);
export type HubUploadKind = z.infer<typeof hubUploadKindSchema>;

export const hubUploadedFileSchema = z.object({
  /** In the repository. */
  path: z.string(),
  size_bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type HubUploadedFile = z.infer<typeof hubUploadedFileSchema>;

export const hubUploadSchema = z.object({
  kind: hubUploadKindSchema,
  /** The checkpoint's directory below the run's, with `/`. */
  path: z.string(),
  /** Minted when the checkpoint was saved: another one under the same name is another upload. */
  checkpoint_id: z.string(),
  step: z.number().int().nonnegative(),
  /** Empty for the root. */
  path_in_repository: z.string(),
  /** `done` only after the hub's own digests were compared; `gone` when the directory was deleted before that. */
  status: z.enum(["pending", "done", "gone"]),
  attempts: z.number().int().nonnegative(),
  /** Of the last attempt that failed. */
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  commit: z.string().nullable(),
  files: z.array(hubUploadedFileSchema),
  /** ISO 8601, UTC. */
  uploaded_at: z.string().nullable(),
});
export type HubUpload = z.infer<typeof hubUploadSchema>;

export const hubUploadsSchema = z.object({
  schema_version: z.literal(HUB_UPLOADS_SCHEMA_VERSION),
  /** In the order of their steps; a model at the root comes last. */
  uploads: z.array(hubUploadSchema),
});
export type HubUploads = z.infer<typeof hubUploadsSchema>;
