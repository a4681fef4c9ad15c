// run.json: everything about one run that is known without opening another file.
import { z } from "zod";
import { metricBindingSchema } from "./metric.ts";
import type { RecordUpgrade } from "./parse.ts";

export const RUN_SCHEMA_VERSION = 2;

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

/** How run directories are named: `<tag>-<model>_<phase>_<stamp>`, or `<date>/<time>`. */
export const runSchemeSchema = z.enum(["hierarchical", "dated"]);
export type RunScheme = z.infer<typeof runSchemeSchema>;

/** The clock that a name's stamp was read from. */
export const timeZoneSchema = z.enum(["utc", "local"]);
export type TimeZone = z.infer<typeof timeZoneSchema>;

export const runRecordSchema = z.object({
  schema_version: z.literal(RUN_SCHEMA_VERSION),
  /** Minted once, never derived from the name. */
  id: z.string().min(1),
  /** The directory below the output directory, with `/`; a view of the id. */
  name: z.string(),
  scheme: runSchemeSchema,
  time_zone: timeZoneSchema,
  tag: z.string(),
  model: z.string(),
  phase: z.string(),
  status: runStatusSchema,
  config: z.record(z.string(), z.unknown()),
  config_digest: z.string(),
  dataset: datasetReferenceSchema.nullable(),
  base_model: modelReferenceSchema.nullable(),
  /** The chat template, where it is not the base model's own. */
  chat_template: z.object({ name: z.string(), digest: z.string() }).optional(),
  /** The repository its checkpoints go to: minted once from the run's start, kept when the run goes on. Never a token. */
  hub: z.object({ endpoint: z.string(), repository: z.string(), private: z.boolean() }).optional(),
  /** `vX.Y`, reserved when the run finishes; never used twice. */
  version: z.string().nullable(),
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  host: hostFactsSchema,
  engine: z.object({ ggml_release: z.string().nullable(), backend: z.string().nullable() }),
  package_version: z.string(),
  node_version: z.string().nullable(),
  /** The process that writes this record. */
  pid: z.number().int(),
  /** When that process began, in the platform's own words, to tell it from another that got its number; null where that is not known. */
  pid_start: z.string().nullable(),
  /** The child process that computes, which may outlive the other one. */
  worker_pid: z.number().int().nullable(),
  worker_start: z.string().nullable(),
  /** Id of the sweep it belongs to. */
  parent: z.string().nullable(),
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
  /** When it was put out of sight, ISO 8601, UTC; null while it is listed. */
  archived_at: z.string().nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Frozen. */
export const runUpgrades: readonly RecordUpgrade[] = [
  {
    from: 1,
    upgrade: (value) => ({
      ...value,
      schema_version: 2,
      scheme: value["scheme"] === "tagged" ? "hierarchical" : value["scheme"],
      time_zone: "utc",
      node_version: null,
      pid_start: null,
      worker_pid: null,
      worker_start: null,
      parent: null,
      archived_at: value["archived_at"] ?? null,
    }),
  },
];
