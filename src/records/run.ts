// run.json: everything about one run that is known without opening another file.
import { z } from "zod";
import { metricBindingSchema } from "./metric.ts";

export const RUN_SCHEMA_VERSION = 1;

export const runStatusSchema = z.enum(["running", "finished", "failed", "stopped"]);
export type RunStatus = z.infer<typeof runStatusSchema>;

/** A dataset as a run refers to it. `counts` are rows per split. */
export const datasetReferenceSchema = z.object({
  path: z.string(),
  digest: z.string().nullable(),
  name: z.string(),
  counts: z.record(z.string(), z.number().int().nonnegative()),
});
export type DatasetReference = z.infer<typeof datasetReferenceSchema>;

export const modelReferenceSchema = z.object({ path: z.string(), digest: z.string().nullable() });
export type ModelReference = z.infer<typeof modelReferenceSchema>;

export const hostFactsSchema = z.object({
  hostname: z.string(),
  platform: z.string(),
  cpus: z.number().int().nonnegative(),
  memory_bytes: z.number().int().nonnegative(),
});
export type HostFacts = z.infer<typeof hostFactsSchema>;

export const runRecordSchema = z.object({
  schema_version: z.literal(RUN_SCHEMA_VERSION),
  /** Minted once, never derived from the name. */
  id: z.string().min(1),
  /** The directory's name, a view of the id. */
  name: z.string(),
  /** The naming scheme of the directory. */
  scheme: z.enum(["tagged", "dated"]),
  tag: z.string(),
  model: z.string(),
  phase: z.string(),
  status: runStatusSchema,
  config: z.record(z.string(), z.unknown()),
  config_digest: z.string(),
  dataset: datasetReferenceSchema.nullable(),
  base_model: modelReferenceSchema.nullable(),
  /** `vX.Y`, reserved when the run finishes; never used twice. */
  version: z.string().nullable(),
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  host: hostFactsSchema,
  engine: z.object({ ggml_release: z.string().nullable(), backend: z.string().nullable() }),
  package_version: z.string(),
  pid: z.number().int(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  ended_at: z.string().nullable(),
  last_step: z.number().int().nonnegative(),
  /** Overall scores by name. */
  metrics: z.record(z.string(), z.number()),
  /** What `metrics` were measured on. */
  measured_on: metricBindingSchema.nullable(),
  /** Paths by role, relative to the run directory where they lie inside it. */
  artifacts: z.record(z.string(), z.string()),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  notes: z.string(),
  tags: z.array(z.string()),
  /** When it was put out of sight, ISO 8601, UTC; absent or null while it is listed. */
  archived_at: z.string().nullable().optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;
