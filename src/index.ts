// The library's door: the verbs behind the commands, and the types they speak. Rooms keep the rest to themselves.
export { TunesmithError, type ErrorRecord } from "./errors.ts";

export { encodeExample, encodePrompt, loadDataset, prepareDataset, previewExample, renderPrompt, type EncodedExample, type LoadedDataset, type PreparedDataset, type PrepareOptions, type PromptFormat, type Row } from "./data/index.ts";
export { chooseHubFiles, NO_CARD, readHubCard, type HubCard, type HubChoice, type HubRows } from "./data/index.ts";
export { countDecisions, diffDatasets, exportDataset, findDataset, findLeaks, listDatasetVersions, listSplitUses, mintDatasetVersion, openDataset, openSource, recordSplitUse, requireNoLeaks, writeDatasetCard, type CardOptions, type DatasetDiff, type FieldMapping, type MintedVersion, type OpenDataset, type PrepareProgress, type Source, type SourceRow, type SplitName, type Splits } from "./data/index.ts";
export { parseYaml, resolveConfig, trainConfigSchema, type TrainConfig } from "./config/index.ts";
export { listArrowCaches, resolveDataset, resolveModel, type ArrowCache, type ResolvedDataset, type ResolveDatasetOptions, type ResolvedModel, type ResolveOptions } from "./hub/index.ts";
export { chooseCheckpoint, mergeCheckpoint, trainModel, type MergedModel, type MergeOptions, type TrainedRun, type TrainingEvent, type TrainingOutcome, type TrainOptions } from "./training/index.ts";
export { findCheckpoint, listCheckpoints, readCheckpointMetadata, type Checkpoint } from "./checkpoints/index.ts";
export { formatEntry, inspectCheckpoint, parseMetricCondition, peekCheckpoint, readCatalog, readSidecar, selectEntries, sortEntries, validateCheckpoints, type Catalog, type CatalogEntry, type CatalogOptions, type CatalogQuery, type Sidecar, type ValidationReport } from "./checkpoints/index.ts";
// The ledger: a plan shows what would happen and touches nothing, its apply does it by a journal that can be resumed and undone.
export { applyMigration, applyPrune, findOpenMigration, findWorkspace, formatMigration, planMigration, planPrune, planRetention, resolveLegacyPath, resumeMigration, toEntryDocument, undoMigration, verifyCheckpoint, type FileFacts, type Finding, type MigrationCounters, type MigrationOptions, type MigrationPlan, type PruneOptions, type PrunePlan, type PruneVerdict, type RetentionCandidate, type RetentionPolicy, type RetentionVerdict } from "./checkpoints/index.ts";
export { hasArchive, packCheckpoints, planArchive, unpackCheckpoints, type ArchivePlan, type PackOptions, type UnpackOptions } from "./checkpoints/index.ts";
export { emptyTrash, listJournals, listTrash, restoreTrash, resumeJournal, undoJournal, type EmptiedTrash, type Journal, type JournalOptions, type TrashEntry } from "./files/index.ts";
export { compareEvaluations, evaluateInChild, readEvaluation, type Evaluation, type EvaluationRequest } from "./evaluation/index.ts";
export { convertAdapter, convertModel, quantizeModel, type QuantizeModelOptions } from "./quantization/index.ts";
export { openModelPool, openShelf, rawPrompt, servingRoutes, singleQuestion, type FoundModel, type ModelIdentity, type ModelPool, type ModelPoolOptions, type ModelShelf, type ServableModel, type ShelfPlace } from "./serving/index.ts";
export { listen } from "./http/index.ts";
export { applyHistoryRebuild, chooseVersion, compareVersions, createRun, formatHubName, listRuns, listSeries, nextVersion, openExperimentTracker, openMetricsLog, parseHubName, parseRunPlace, planHistoryRebuild, readMetrics, readRun, readSeries, recordEvaluation, renderRunReport, reopenRun, type Experiment, type ExperimentTracker, type MetricsLog, type Run, type Series, type SeriesRequest, type StoredRun, type TrackerOptions } from "./runs/index.ts";
export { archiveRun, exportTable, formatExport, historyPathFor, noteRun, tagRun, withRunLock, type ExportFormat } from "./runs/index.ts";
export { compareAllMetrics, diffConfigs, findRun, parseFilter, printFilter, queryRuns, type ConfigChange, type Filter, type QueriedRuns, type RunQuery, type RunRow, type VersionComparison } from "./runs/index.ts";
export { connectHub, pullRepository, type ConnectOptions, type HubClient, type HubJob, type HubTag, type PulledRepository, type PullOptions } from "./hub/index.ts";
export { bringRunHome, readUploads, submitTraining, syncRun, type SubmitOptions, type SubmittedTraining, type UploadEvent, type UploadSummary } from "./training/index.ts";
// Releases: assembled from what a run made, published by a journal, traced back to raw data. Hubs are entered by `hubPort(connectHub())`.
export { createHubVersionTag, createRelease, findRelease, formatTrace, hubPort, listPublications, listReleases, planPublication, planRelease, publishRelease, renderDatasetCard, renderModelCard, requireRelease, traceArtifact, type CreatedRelease, type CreateReleaseOptions, type HubPort, type HubVersionTag, type HubVersionTagOptions, type PublicationPlan, type PublishOptions, type Release, type ReleasePlan, type Trace, type TraceNode, type TraceOptions } from "./releases/index.ts";
export type { Publication, ReleaseRecord } from "./records/index.ts";
export type { CheckpointMetadata, DatasetRecord, EvaluationComparison, EvaluationRecord, QuantizationRecord, RunRecord } from "./records/index.ts";
