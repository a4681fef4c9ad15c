import { resolve } from "node:path";
import { freeBytes, isDirectory } from "../../files/index.ts";
import { findEndpoint, findHubCache, isOffline } from "../../hub/index.ts";
import { historyPathFor, listRuns, readHistory } from "../../runs/index.ts";
import type { World } from "../world.ts";

/** What stands in the workspace, and where models are kept. */
export interface WorkspaceReport {
  readonly directory: string;
  readonly free_bytes: number;
  readonly history_file: string;
  readonly versions: number;
  /** Lines of the history that cannot be read. */
  readonly broken_lines: number;
  readonly runs: number;
  readonly unreadable_runs: number;
  readonly hub_cache: string;
  readonly hub_cache_exists: boolean;
  readonly hub_cache_free_bytes: number;
  readonly hub_endpoint: string;
  readonly hub_offline: boolean;
}

export function inspectWorkspace(outputDir: string, { workingDirectory, environment }: Pick<World, "workingDirectory" | "environment">): WorkspaceReport {
  const outputs = resolve(workingDirectory, outputDir);
  const history_file = historyPathFor(outputs);
  const { entries, broken } = readHistory(history_file);
  const { runs, unreadable } = listRuns(outputs);
  const cache = findHubCache(environment);
  return {
    directory: workingDirectory,
    free_bytes: freeBytes(outputs),
    history_file,
    versions: entries.filter((entry) => entry.version !== null).length,
    broken_lines: broken.length,
    runs: runs.length,
    unreadable_runs: unreadable.length,
    hub_cache: cache,
    hub_cache_exists: isDirectory(cache),
    hub_cache_free_bytes: freeBytes(cache),
    hub_endpoint: findEndpoint(environment),
    hub_offline: isOffline(environment),
  };
}
