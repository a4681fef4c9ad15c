// A repository of a hub on this machine: what git does not keep. Files, branches and tags are in the bare git repository beside it.
import { z } from "zod";

export const HUB_REPOSITORY_SCHEMA_VERSION = 1;

export const hubRepositoryKindSchema = z.enum(["model", "dataset", "space"]);
export type HubRepositoryKind = z.infer<typeof hubRepositoryKindSchema>;

/** Somebody's wish for the files of a gated repository. */
export const hubAccessRequestSchema = z.object({
  user: z.string().min(1),
  status: z.enum(["pending", "accepted", "rejected"]),
  requested_at: z.string(),
  /** They were let in without having asked. */
  by_hand: z.boolean().default(false),
  rejection_reason: z.string().optional(),
});
export type HubAccessRequest = z.infer<typeof hubAccessRequestSchema>;

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
  /** At most one of each user. */
  access_requests: z.array(hubAccessRequestSchema).default([]),
  discussions_disabled: z.boolean().default(false),
  /** Of a space: what it runs with. */
  sdk: z.string().optional(),
  /** `owner/name` it had before. */
  formerly: z.array(z.string()).default([]),
  liked_by: z.array(z.string()).default([]),
  created_at: z.string(),
});
export type HubRepository = z.infer<typeof hubRepositorySchema>;
