// metadata.json beside the weights of a checkpoint. Fields of the V1.0 sidecar (seed 002) keep their names; version "1.0" is theirs and lacks
// what ours needs (id, digest, run), so it is read as a foreign sidecar and never upgraded; ours begins at 2.
import { z } from "zod";
import { metricBindingSchema } from "./metric.ts";
import type { RecordUpgrade } from "./parse.ts";

export const CHECKPOINT_SCHEMA_VERSION = 3;

export const checkpointKindSchema = z.enum(["step", "last", "best"]);
export type CheckpointKind = z.infer<typeof checkpointKindSchema>;

const count = z.number().int().nonnegative();
const channels = z.number().int().positive().nullable();

/** The parts of a model that is put together of parts (V1.0 of seed 002); absent for one that is not. */
const componentsSchema = {
  encoder: z.object({ model_name: z.string(), pretrained: z.boolean().default(true), frozen: z.boolean().default(false) }).optional(),
  decoder: z
    .object({ name: z.string(), in_channels: z.array(z.number()), inner_channels: channels, output_channels: channels, params: z.record(z.string(), z.unknown()).default({}) })
    .optional(),
  head: z.object({ name: z.string(), in_channels: channels, params: z.record(z.string(), z.unknown()).default({}) }).optional(),
  loss: z.object({ name: z.string(), params: z.record(z.string(), z.number()).default({}) }).optional(),
};

const rate = z.number().min(0).max(1).nullable();

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
    epoch: count,
    /** Optimizer steps done. */
    global_step: count,
    training_phase: z.string(),
    max_epochs: z.number().int().positive().nullable(),
  }),
  model: z.object({
    architecture: z.string(),
    base_model: z.string(),
    base_model_digest: z.string().nullable(),
    ...componentsSchema,
  }),
  /** Measured with the weights named by `measured_on`, never with those of a later moment. */
  metrics: z.object({
    precision: rate,
    recall: rate,
    hmean: rate,
    validation_loss: z.number().nullable(),
    additional_metrics: z.record(z.string(), z.number()),
    /** What every value here was measured on; null when there are none. */
    measured_on: metricBindingSchema.nullable(),
  }),
  checkpointing: z.object({
    monitor: z.string().nullable(),
    mode: z.enum(["min", "max"]).nullable(),
    /** How many of the best are kept; -1 for all, null when nobody said. */
    save_top_k: z.number().int().min(-1).nullable(),
    save_last: z.boolean(),
  }),
  /** The file that holds the trained weights, and its digest. */
  weights: z.object({ file: z.string(), sha256: z.string(), size_bytes: count }),
  config_digest: z.string(),
  dataset_digest: z.string().nullable(),
  prompt_format: z.string(),
  /** The resolved configuration relative to the run directory. */
  hydra_config_path: z.string().nullable(),
  wandb_run_id: z.string().nullable(),
});
export type CheckpointMetadata = z.infer<typeof checkpointMetadataSchema>;

/** Frozen: what turned a record of version 2 into one of version 3. */
export const checkpointUpgrades: readonly RecordUpgrade[] = [
  {
    from: 2,
    upgrade: (value) => {
      const metrics = objectIn(value, "metrics");
      const measured = typeof metrics["validation_loss"] === "number" || Object.keys(objectIn(metrics, "additional_metrics")).length > 0;
      const binding = { checkpoint_digest: objectIn(value, "weights")["sha256"] ?? null, dataset_digest: value["dataset_digest"] ?? null, split: "validation", rows: null, evaluation_digest: null };
      return {
        ...value,
        schema_version: 3,
        metrics: { precision: null, recall: null, hmean: null, ...metrics, measured_on: measured ? binding : null },
        checkpointing: { ...objectIn(value, "checkpointing"), save_top_k: null, save_last: true },
        hydra_config_path: null,
        wandb_run_id: null,
      };
    },
  },
];

function objectIn(value: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const member = value[key];
  return member !== null && typeof member === "object" && !Array.isArray(member) ? (member as Record<string, unknown>) : {};
}
