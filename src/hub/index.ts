export { listArrowCaches, type ArrowCache } from "./arrow-cache.ts";
export type { HubOptions } from "./connect.ts";
export type { DownloadProgress } from "./fetch-files.ts";
export { resolveModel, type ResolvedModel, type ResolveOptions } from "./resolve.ts";
export { resolveDataset, type DatasetContents, type ResolvedDataset, type ResolveDatasetOptions } from "./resolve-dataset.ts";
export { findEndpoint, findHubCache, isOffline } from "./settings.ts";
