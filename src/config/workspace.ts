// What a workspace decides once for everything in it: `tunesmith.yaml` beside `outputs`. Any command's own layers go before it.
import { join } from "node:path";
import { z } from "zod";
import { isFile } from "../files/index.ts";
import { runSchemeSchema, timeZoneSchema } from "../records/index.ts";
import { resolveConfig } from "./resolve.ts";
import { readYaml } from "./yaml.ts";

export const WORKSPACE_CONFIG_FILE = "tunesmith.yaml";

/** How run directories are named. */
export const namingSchema = z.strictObject({
  scheme: runSchemeSchema.default("hierarchical").describe("<tag>-<model>_<phase>_<stamp>, or <date>/<time>"),
  time_zone: timeZoneSchema.default("utc").describe("clock of the stamp"),
});

export const workspaceConfigSchema = z.strictObject({ naming: namingSchema.prefault({}) });
export type WorkspaceConfig = z.infer<typeof workspaceConfigSchema>;

/** The settings written in the workspace's file, checked, without defaults; none without a file. @throws `config.invalid`, `config.unreadable` */
export function readWorkspaceSettings(directory: string): Readonly<Record<string, unknown>> {
  const file = join(directory, WORKSPACE_CONFIG_FILE);
  if (!isFile(file)) return {};
  resolveConfig(workspaceConfigSchema, { file });
  return readYaml(file);
}
