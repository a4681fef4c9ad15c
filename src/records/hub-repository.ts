// A repository of a hub on this machine: what git does not keep. Files, branches and tags are in the bare git repository beside it.
import { z } from "zod";

export const HUB_REPOSITORY_SCHEMA_VERSION = 1;

export const hubRepositoryKindSchema = z.enum(["model", "dataset", "space"]);
export type HubRepositoryKind = z.infer<typeof hubRepositoryKindSchema>;

/** `tunesmith/repository.json` */
export const hubRepositorySchema = z.object({
  schema_version: z.literal(HUB_REPOSITORY_SCHEMA_VERSION),
  /** Stays when it is renamed. */
  id: z.string().regex(/^[0-9a-f]{24}$/),
  kind: hubRepositoryKindSchema,
  owner: z.string().min(1),
  name: z.string().min(1),
  private: z.boolean(),
  /** Who asks for its files is let in at once, by hand, or there is nothing to ask for. */
  gated: z.union([z.literal(false), z.enum(["auto", "manual"])]).default(false),
  /** Users that were let in. */
  granted: z.array(z.string()).default([]),
  discussions_disabled: z.boolean().default(false),
  /** Of a space: what it runs with. */
  sdk: z.string().optional(),
  /** `owner/name` it had before. */
  formerly: z.array(z.string()).default([]),
  liked_by: z.array(z.string()).default([]),
  created_at: z.string(),
});
export type HubRepository = z.infer<typeof hubRepositorySchema>;
