// `.tunesmith/compatibility.json`: where things stood before migrations, and where they stand since. Only ever added to.
import { z } from "zod";

export const COMPATIBILITY_SCHEMA_VERSION = 1;

export const compatibilitySchema = z.object({
  schema_version: z.literal(COMPATIBILITY_SCHEMA_VERSION),
  /** In the order they were done. Paths are relative to the workspace, with `/`; of one migration the longest `from` that fits counts, once. */
  migrations: z.array(z.object({ migrated_at: z.string(), paths: z.array(z.object({ from: z.string(), to: z.string() })) })),
});
export type Compatibility = z.infer<typeof compatibilitySchema>;
