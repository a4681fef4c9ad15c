// A discussion or a pull request of a repository on a hub on this machine. The commits of a pull request are at `refs/pr/<number>`.
import { z } from "zod";

export const HUB_DISCUSSION_SCHEMA_VERSION = 1;

const event = z.object({ id: z.string().min(1), author: z.string(), created_at: z.string() });

export const hubDiscussionEventSchema = z.discriminatedUnion("type", [
  event.extend({ type: z.literal("comment"), text: z.string(), edited: z.boolean().default(false), hidden: z.boolean().default(false) }),
  event.extend({ type: z.literal("status-change"), status: z.enum(["draft", "open", "closed", "merged"]), reason: z.string().optional() }),
  event.extend({ type: z.literal("title-change"), from: z.string(), to: z.string() }),
  event.extend({ type: z.literal("commit"), oid: z.string(), subject: z.string() }),
]);
export type HubDiscussionEvent = z.infer<typeof hubDiscussionEventSchema>;

/** `tunesmith/discussions/<number>.json` */
export const hubDiscussionSchema = z.object({
  schema_version: z.literal(HUB_DISCUSSION_SCHEMA_VERSION),
  number: z.int().min(1),
  title: z.string(),
  author: z.string(),
  created_at: z.string(),
  status: z.enum(["draft", "open", "closed", "merged"]),
  pull_request: z
    .object({
      /** The branch it goes into, and the commit that branch was at when it was opened. */
      base: z.string(),
      base_commit: z.string(),
      merge_commit: z.string().optional(),
    })
    .optional(),
  events: z.array(hubDiscussionEventSchema),
});
export type HubDiscussion = z.infer<typeof hubDiscussionSchema>;
