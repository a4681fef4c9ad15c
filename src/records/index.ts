export { CHECKPOINT_SCHEMA_VERSION, checkpointKindSchema, checkpointMetadataSchema, type CheckpointKind, type CheckpointMetadata } from "./checkpoint.ts";
export { DATASET_SCHEMA_VERSION, datasetFindingSchema, datasetRecordSchema, datasetSourceSchema, droppedRowSchema, lengthStatisticsSchema, splitSummarySchema, type DatasetFinding, type DatasetRecord, type DatasetSource, type DroppedRow, type LengthStatistics, type SplitSummary } from "./dataset.ts";
export { historyEntrySchema, historyMetricsSchema, type HistoryEntry, type HistoryMetrics } from "./history.ts";
export { isBetter, metricBindingSchema, metricDirection, metricDirectionSchema, metricName, metricRowSchema, type MetricBinding, type MetricDirection, type MetricRow } from "./metric.ts";
export { parseRecord, type RecordUpgrade } from "./parse.ts";
export { RUN_SCHEMA_VERSION, datasetReferenceSchema, hostFactsSchema, modelReferenceSchema, runRecordSchema, runStatusSchema, type DatasetReference, type HostFacts, type ModelReference, type RunRecord, type RunStatus } from "./run.ts";
