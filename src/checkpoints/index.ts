export { checkpointsDirectory, findCheckpoint, listCheckpoints, requireCheckpoint, type Checkpoint } from "./find.ts";
export { parseForeignCheckpointName, parseModelFileName, type ForeignCheckpointName, type ModelFileName } from "./legacy.ts";
export { ADAPTER_FILE, METADATA_FILE, isCheckpoint, metricOf, readCheckpointMetadata, verifyCheckpoint, writeCheckpointMetadata, type CheckpointFacts } from "./metadata.ts";
export { formatBestName, formatCheckpointName, formatParsedName, parseCheckpointName, type CheckpointName, type NamedScore } from "./names.ts";
export { applyPrune, planPrune, type PruneOptions, type PrunePlan } from "./prune.ts";
export { copyCheckpoint, saveCheckpoint, type SavedCheckpoint } from "./save.ts";
export { SIDECAR_LIMIT_BYTES, findDirectorySidecars, findFileSidecars, isMetadataSidecar, readSidecar, type ParseYaml, type Sidecar, type SidecarFormat } from "./sidecars.ts";
export type { CheckpointClaims, SidecarFault, SidecarFaultType } from "./sidecars/claims.ts";
