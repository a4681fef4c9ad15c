// One line of dataset_versions.jsonl, and one of a dataset's uses.jsonl.
import { z } from "zod";

export const DATASET_VERSION_SCHEMA_VERSION = 1;

/** A version of a dataset by name: minted once, for one content. */
export const datasetVersionSchema = z.object({
  schema_version: z.literal(DATASET_VERSION_SCHEMA_VERSION),
  name: z.string(),
  /** `dX.Y` */
  version: z.string(),
  /** SHA-256 over the rows of all splits: the content that the version stands for. */
  digest: z.string(),
  /** ISO 8601, UTC. */
  created_at: z.string(),
  /** The version before, of the same name; null for the first. */
  parent: z.string().nullable(),
  rows: z.object({ train: z.number().int(), validation: z.number().int(), test: z.number().int() }),
  note: z.string(),
});
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

/** A split was looked at to decide something. */
export const datasetUseSchema = z.object({
  schema_version: z.literal(DATASET_VERSION_SCHEMA_VERSION),
  /** ISO 8601, UTC. */
  at: z.string(),
  split: z.enum(["train", "validation", "test"]),
  /** `evaluate`, `select`, … */
  purpose: z.string(),
  /** What was judged: a model's path or id. */
  subject: z.string(),
  /** Digest of what was judged; the same model measured again decides nothing new. */
  subject_digest: z.string().nullable(),
  /** Of the rows that were used. */
  split_digest: z.string(),
});
export type DatasetUse = z.infer<typeof datasetUseSchema>;
