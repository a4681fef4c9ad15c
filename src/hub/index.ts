export { resolveModel, type DownloadProgress, type ResolvedModel, type ResolveOptions } from "./resolve.ts";
export { findEndpoint, findHubCache, isOffline } from "./settings.ts";
