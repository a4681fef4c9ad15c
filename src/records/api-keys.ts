// The keys that may ask a server, each as the digest of its secret: who reads the file cannot use it.
import { z } from "zod";

export const API_KEYS_SCHEMA_VERSION = 1;

export const apiKeySchema = z.object({
  /** Who holds it; unique within the file. */
  name: z.string().min(1),
  /** An admin may also exchange models. */
  role: z.enum(["user", "admin"]),
  /** SHA-256 of the key. Keys are 256 random bits: no slow hash is needed to keep them from being guessed. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** ISO 8601, UTC. */
  created_at: z.string(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const apiKeysSchema = z.object({ schema_version: z.literal(API_KEYS_SCHEMA_VERSION), keys: z.array(apiKeySchema) });
export type ApiKeys = z.infer<typeof apiKeysSchema>;
