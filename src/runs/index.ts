export { createRun, reopenRun, type CreateRunOptions, type FinishOptions, type Run, type RunPatch } from "./run.ts";
export { listRuns, readRun, type Observer, type RunListing, type StoredRun } from "./read.ts";
export { formatRunName, formatStamp, modelLabel, parseRunName, parseStamp, type RunName } from "./names.ts";
export { metricSeries, readMetrics, type BrokenLine, type MetricLog, type MetricPoint, type StepMetrics } from "./metrics.ts";
export { readHistory, type History, type MetricGroups } from "./history.ts";
export { formatVersion, nextVersion, parseVersion, type NextVersionOptions, type Version } from "./version.ts";
export { historyPathFor } from "./workspace.ts";
