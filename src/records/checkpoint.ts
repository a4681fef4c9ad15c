// metadata.json beside the weights of a checkpoint. Fields of the V1.0 sidecar (seed 002) keep their names; version 1.0 is theirs, ours begins at 2.
import { z } from "zod";

export const CHECKPOINT_SCHEMA_VERSION = 2;

export const checkpointKindSchema = z.enum(["step", "last", "best"]);
export type CheckpointKind = z.infer<typeof checkpointKindSchema>;

export const checkpointMetadataSchema = z.object({
  schema_version: z.literal(CHECKPOINT_SCHEMA_VERSION),
  /** Minted when the step was saved; the copies `last` and `best-…` keep it. */
  id: z.string().min(1),
  kind: checkpointKindSchema,
  /** The directory's own name, relative to the checkpoints directory. */
  checkpoint_path: z.string(),
  /** Name of the run directory. */
  exp_name: z.string(),
  run_id: z.string(),
  created_at: z.string(),
  training: z.object({
    /** 0-based. */
    epoch: z.number().int().nonnegative(),
    /** Optimizer steps done. */
    global_step: z.number().int().nonnegative(),
    training_phase: z.string(),
    max_epochs: z.number().int().positive().nullable(),
  }),
  model: z.object({
    architecture: z.string(),
    base_model: z.string(),
    base_model_digest: z.string().nullable(),
  }),
  metrics: z.object({
    validation_loss: z.number().nullable(),
    additional_metrics: z.record(z.string(), z.number()),
  }),
  checkpointing: z.object({
    monitor: z.string().nullable(),
    mode: z.enum(["min", "max"]).nullable(),
  }),
  /** The file that holds the trained weights, and its digest: what the metrics are bound to. */
  weights: z.object({ file: z.string(), sha256: z.string(), size_bytes: z.number().int().nonnegative() }),
  config_digest: z.string(),
  dataset_digest: z.string().nullable(),
  prompt_format: z.string(),
});
export type CheckpointMetadata = z.infer<typeof checkpointMetadataSchema>;
