// DATA/xet/files/<ab>/<hash>.json: of what chunks of what xorbs a file that came by Xet is made, in the order of its bytes.
import { z } from "zod";

export const XET_FILE_SCHEMA_VERSION = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();

export const xetFileSchema = z.object({
  schema_version: z.literal(XET_FILE_SCHEMA_VERSION),
  /** The file's hash as Xet computes it. */
  hash,
  /** SHA-256 of the content; verified by reading it. */
  sha256: hash,
  size_bytes: count,
  /** Chunks `start` to before `end` of a xorb, counted from 0, and the bytes they unpack to. */
  terms: z.array(z.object({ xorb: hash, start: count, end: count, size_bytes: count })),
});
export type XetFile = z.infer<typeof xetFileSchema>;
