// A collection of a hub on this machine: repositories and other collections under one title, in an order of somebody's own.
import { z } from "zod";

export const HUB_COLLECTION_SCHEMA_VERSION = 1;

const id = z.string().regex(/^[0-9a-f]{24}$/);

export const hubCollectionItemSchema = z.object({
  /** Of the entry, not of what it stands for. */
  id,
  type: z.enum(["model", "dataset", "space", "collection"]),
  /** Of the repository or the collection; it stays when that is renamed. */
  target: id,
  note: z.string().optional(),
});
export type HubCollectionItem = z.infer<typeof hubCollectionItemSchema>;

/** `collections/<id>.json` */
export const hubCollectionSchema = z.object({
  schema_version: z.literal(HUB_COLLECTION_SCHEMA_VERSION),
  id,
  owner: z.string().min(1),
  title: z.string().min(1),
  description: z.string().optional(),
  private: z.boolean(),
  theme: z.string(),
  /** Among the collections of its owner. */
  position: z.number().int().nonnegative(),
  /** In the order in which they are shown. */
  items: z.array(hubCollectionItemSchema),
  created_at: z.string(),
  updated_at: z.string(),
});
export type HubCollection = z.infer<typeof hubCollectionSchema>;
