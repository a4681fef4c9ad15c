// A hub on this machine: what its data directory is, and who may use it.
import { z } from "zod";

export const HUB_HOST_SCHEMA_VERSION = 1;

/** `hub.json` */
export const hubHostSchema = z.object({
  schema_version: z.literal(HUB_HOST_SCHEMA_VERSION),
  /** Changes whenever chunks were deleted: clients remember for weeks which ones are here (part of the address they send them to). */
  store_generation: z.uuid(),
  /** Signs addresses that need no token, 32 bytes in hex. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
  /** ISO 8601, UTC. */
  created_at: z.string(),
});
export type HubHost = z.infer<typeof hubHostSchema>;

export const hubTokenSchema = z.object({
  id: z.string().min(1),
  /** SHA-256 of the token. Tokens made here are random: no slow hash is needed to keep them from being guessed. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().min(1),
  role: z.enum(["read", "write"]),
  created_at: z.string(),
});
export type HubToken = z.infer<typeof hubTokenSchema>;

/** `accounts/<name>.json` */
export const hubAccountSchema = z.object({
  schema_version: z.literal(HUB_HOST_SCHEMA_VERSION),
  id: z.string().min(1),
  name: z.string().min(1),
  fullname: z.string(),
  email: z.string().optional(),
  /** Address of a picture, absolute or below this hub. */
  avatar: z.string().optional(),
  type: z.enum(["user", "org"]),
  /** Of an organization, by the name of the user. */
  members: z.record(z.string(), z.enum(["admin", "write", "read"])).default({}),
  /** Repositories that do not say otherwise are private. */
  private_by_default: z.boolean().default(false),
  tokens: z.array(hubTokenSchema).default([]),
  created_at: z.string(),
});
export type HubAccount = z.infer<typeof hubAccountSchema>;
