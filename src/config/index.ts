export { diffConfigs, formatConfigDifferences, type ConfigDifference } from "./diff.ts";
export type { ConfigFault } from "./errors.ts";
export { flagsOf, type ConfigFlag } from "./flags.ts";
export { nearestWord } from "./nearest.ts";
export { resolveConfig, type ConfigLayers, type ResolvedConfig } from "./resolve.ts";
export { LORA_TARGETS, trainConfigSchema, trainEnvironment, trainFlags, type TrainConfig } from "./train.ts";
export { WORKSPACE_CONFIG_FILE, namingSchema, readWorkspaceSettings, workspaceConfigSchema, type WorkspaceConfig } from "./workspace.ts";
export { formatYaml, parseYaml, readYaml } from "./yaml.ts";
