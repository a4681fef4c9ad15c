// The state of one publication, beside the releases: which steps are done, and what on the hub proves it. Written whole after every step.
import { z } from "zod";

export const PUBLICATION_SCHEMA_VERSION = 1;

export const publicationStepNameSchema = z.enum(["dataset", "dataset_tag", "model", "model_tag", "evaluation", "history"]);
export type PublicationStepName = z.infer<typeof publicationStepNameSchema>;

export const publicationStepSchema = z.object({
  name: publicationStepNameSchema,
  /** `done`: what the step makes was found on the hub. `skipped`: it was not asked for, or cannot be; `reason` says which. */
  state: z.enum(["open", "done", "skipped"]),
  reason: z.string().nullable(),
  /** When it was found done, ISO 8601, UTC. */
  at: z.string().nullable(),
  /** The commit that holds it. */
  commit: z.string().nullable(),
  /** It was there before this publication came to it. */
  found: z.boolean(),
});
export type PublicationStep = z.infer<typeof publicationStepSchema>;

export const publicationSchema = z.object({
  schema_version: z.literal(PUBLICATION_SCHEMA_VERSION),
  version: z.string(),
  release_digest: z.string(),
  endpoint: z.string(),
  model_repository: z.string(),
  dataset_repository: z.string().nullable(),
  /** `dX.Y`, or null where a repository holds one version. */
  dataset_tag: z.string().nullable(),
  evaluations_repository: z.string().nullable(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  finished_at: z.string().nullable(),
  steps: z.array(publicationStepSchema),
});
export type Publication = z.infer<typeof publicationSchema>;
