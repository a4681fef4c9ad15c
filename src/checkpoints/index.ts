export { formatBestName, formatCheckpointName, parseCheckpointName, type CheckpointName, type NamedScore } from "./names.ts";
