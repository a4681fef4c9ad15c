// release.json: what a release holds, file by file with digests, which run, configuration and data made it, and what it lacks.
import { z } from "zod";
import { datasetSourceSchema } from "./dataset.ts";
import { metricDirectionSchema } from "./metric.ts";

export const RELEASE_SCHEMA_VERSION = 1;

const count = z.number().int().nonnegative();

/** `card` is made from the rest and no part of the content. */
export const releaseRoleSchema = z.enum(["adapter", "merged", "gguf", "evaluation", "config", "card"]);
export type ReleaseRole = z.infer<typeof releaseRoleSchema>;

export const releaseFileSchema = z.object({
  /** Below the release, with `/`. */
  path: z.string().min(1),
  role: releaseRoleSchema,
  size_bytes: count,
  sha256: z.string(),
});
export type ReleaseFile = z.infer<typeof releaseFileSchema>;

/** What a release should have and has not. */
export const missingPartSchema = z.object({
  what: z.string(),
  reason: z.string(),
  /** Makes it; null where no command can. */
  command: z.string().nullable(),
});
export type MissingPart = z.infer<typeof missingPartSchema>;

export const releasedMetricSchema = z.object({
  value: z.number(),
  /** 95 % bootstrap interval. */
  low: z.number(),
  high: z.number(),
  n: z.number().int().positive(),
  unit: z.string(),
  direction: metricDirectionSchema,
});
export type ReleasedMetric = z.infer<typeof releasedMetricSchema>;

/** The evaluation of these weights; the report lies beside it. */
export const releasedEvaluationSchema = z.object({
  path: z.string(),
  dataset_digest: z.string(),
  split: z.string(),
  rows: z.number().int().positive(),
  evaluation_digest: z.string(),
  prompt_format: z.string(),
  task: z.string(),
  confidence: z.number(),
  resamples: z.number().int().positive(),
  metrics: z.record(z.string(), releasedMetricSchema),
  /** Scores of the base on the same rows, where it was measured. */
  base: z.record(z.string(), releasedMetricSchema).nullable(),
});
export type ReleasedEvaluation = z.infer<typeof releasedEvaluationSchema>;

/** Whether a quantized model still answers as what was trained. */
export const releasedVerificationSchema = z.object({
  passed: z.boolean(),
  kl_divergence_mean: z.number().nonnegative(),
  top1_agreement: z.number().min(0).max(1),
  identical_answers: count,
  answers: count,
  reasons: z.array(z.string()),
});
export type ReleasedVerification = z.infer<typeof releasedVerificationSchema>;

export const releasedGgufSchema = z.object({
  path: z.string(),
  type: z.string(),
  sha256: z.string(),
  size_bytes: z.number().int().positive(),
  bits_per_weight: z.number().positive().nullable(),
  perplexity: z.number().positive().nullable(),
  /** Null when nobody looked. */
  verification: releasedVerificationSchema.nullable(),
});
export type ReleasedGguf = z.infer<typeof releasedGgufSchema>;

export const releasedDatasetSchema = z.object({
  name: z.string(),
  /** `dX.Y`; null while the content has none. */
  version: z.string().nullable(),
  digest: z.string(),
  /** Where it lay, as the run has it. */
  path: z.string(),
  rows: z.record(z.string(), count),
  /** Rows that were drawn, where it is a sample. */
  sampled: count.nullable(),
  split_method: z.string().nullable(),
  licence: z.string().nullable(),
  languages: z.array(z.string()),
  parent: z.object({ name: z.string(), version: z.string().nullable(), digest: z.string() }).nullable(),
  /** Empty when its record is gone. */
  sources: z.array(datasetSourceSchema.pick({ kind: true, path: true, digest: true, rows: true, hub: true })),
});
export type ReleasedDataset = z.infer<typeof releasedDatasetSchema>;

export const licenceSchema = z.object({
  /** What the card says; null where nobody said anything, or where base and data say different things and nobody decided. */
  chosen: z.string().nullable(),
  base: z.string().nullable(),
  dataset: z.string().nullable(),
  /** A sentence where the two do not agree. */
  conflict: z.string().nullable(),
});
export type Licence = z.infer<typeof licenceSchema>;

export const releaseRecordSchema = z.object({
  schema_version: z.literal(RELEASE_SCHEMA_VERSION),
  /** What the model is called. */
  name: z.string(),
  version: z.string(),
  /** SHA-256 over paths and digests of the files (not the card), run, configuration and data: two releases are the same when these are. */
  digest: z.string(),
  /** ISO 8601, UTC. */
  created_at: z.string(),
  package_version: z.string(),
  run: z.object({
    id: z.string(),
    name: z.string(),
    version: z.string().nullable(),
    started_at: z.string(),
    ended_at: z.string().nullable(),
    last_step: count,
    git_commit: z.string().nullable(),
    notes: z.string(),
    /** As the run has them; only those of `evaluation` were measured with the weights of this release for certain. */
    metrics: z.record(z.string(), z.number()),
  }),
  config: z.record(z.string(), z.unknown()),
  config_digest: z.string(),
  checkpoint: z.object({ id: z.string(), name: z.string(), epoch: count, step: count, weights_digest: z.string() }),
  base_model: z.object({
    /** `owner/name` on the Hub; null for one that only lies somewhere. */
    id: z.string().nullable(),
    path: z.string(),
    digest: z.string().nullable(),
    architecture: z.string(),
  }),
  prompt_format: z.string(),
  dataset: releasedDatasetSchema.nullable(),
  evaluation: releasedEvaluationSchema.nullable(),
  gguf: z.array(releasedGgufSchema),
  licence: licenceSchema,
  files: z.array(releaseFileSchema),
  missing: z.array(missingPartSchema),
});
export type ReleaseRecord = z.infer<typeof releaseRecordSchema>;
