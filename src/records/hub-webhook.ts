// A webhook of a hub on this machine: where a user wants to be told of what happens in repositories.
import { z } from "zod";

export const HUB_WEBHOOK_SCHEMA_VERSION = 1;

export const hubWebhookWatchSchema = z.object({ type: z.enum(["user", "org", "model", "dataset", "space"]), name: z.string().min(1).max(200) });
export type HubWebhookWatch = z.infer<typeof hubWebhookWatchSchema>;

export const hubWebhookDomainSchema = z.enum(["repo", "discussion"]);
export type HubWebhookDomain = z.infer<typeof hubWebhookDomainSchema>;

/** `webhooks/<id>.json` */
export const hubWebhookSchema = z.object({
  schema_version: z.literal(HUB_WEBHOOK_SCHEMA_VERSION),
  id: z.string().regex(/^[0-9a-f]{24}$/),
  /** The user it belongs to; only what they may see is told. */
  user: z.string().min(1),
  url: z.string(),
  watched: z.array(hubWebhookWatchSchema),
  domains: z.array(hubWebhookDomainSchema),
  /** Is sent along, so that the receiver knows who sends. */
  secret: z.string().optional(),
  disabled: z.boolean(),
  created_at: z.string(),
});
export type HubWebhook = z.infer<typeof hubWebhookSchema>;
