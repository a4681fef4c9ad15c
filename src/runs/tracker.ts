// The history as an object, with the surface of seed 001's ExperimentTracker: for trainings of our own and of anybody else.
import { withLock } from "../files/index.ts";
import { historyEntrySchema, parseRecord, type HistoryEntry, type HistoryMetrics } from "../records/index.ts";
import { compareVersions, type CompareOptions, type VersionComparison } from "./compare.ts";
import { versionUnknown } from "./errors.ts";
import { formatHistorySummary } from "./format.ts";
import { appendHistory, readHistory } from "./history.ts";
import { formatVersion, nextVersion, parseVersion } from "./version.ts";
import { HISTORY_FILE, historyLockPath } from "./workspace.ts";

export interface Experiment {
  /** Default: the next minor version. */
  readonly version?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** `{ overall: { f1_micro: 0.89 } }` or the scores themselves. */
  readonly metrics?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A history file, read anew at every call: several processes may write it. */
export interface ExperimentTracker {
  /** Appends one experiment under the lock. @returns the line as written @throws `runs.version_taken`, `runs.version_invalid` */
  log(experiment: Experiment): Promise<HistoryEntry>;
  /** The newest `limit` entries, oldest first. Default: all. */
  list(limit?: number): readonly HistoryEntry[];
  /** The newest entry of that version; `v1` is `v1.0`. */
  getByVersion(version: string): HistoryEntry | undefined;
  /** @throws `runs.version_unknown`, `runs.metric_missing` */
  compare(first: string, second: string, options?: CompareOptions): VersionComparison;
  /** Prints the newest `limit` entries, newest first. Default 5. */
  printSummary(limit?: number, print?: (text: string) => void): void;
}

/** Opens the history at `historyPath`; it is made by the first `log`. */
export function openExperimentTracker(historyPath: string = HISTORY_FILE, now: () => Date = () => new Date()): ExperimentTracker {
  const list = (limit?: number): readonly HistoryEntry[] => {
    const { entries } = readHistory(historyPath);
    return limit === undefined ? entries : entries.slice(Math.max(0, entries.length - limit));
  };
  const getByVersion = (version: string): HistoryEntry | undefined => {
    const wanted = canonical(version);
    return list().findLast((entry) => entry.version === version || (wanted !== undefined && canonical(entry.version) === wanted));
  };
  const requireVersion = (version: string): HistoryEntry => {
    const entry = getByVersion(version);
    if (entry === undefined) throw versionUnknown(version, list().flatMap((known) => known.version ?? []));
    return entry;
  };
  return {
    log: ({ version, config = {}, metrics = {}, metadata = {} }) =>
      withLock(historyLockPath(historyPath), () => {
        const chosen = nextVersion({ history: list().map((entry) => entry.version), requested: version });
        const entry = parseRecord(historyEntrySchema, { version: chosen, timestamp: now().toISOString(), config, metrics: metrics as HistoryMetrics, metadata }, historyPath);
        appendHistory(historyPath, entry);
        return entry;
      }),
    list,
    getByVersion,
    compare: (first, second, options) => compareVersions(requireVersion(first), requireVersion(second), options),
    printSummary(limit = 5, print = console.log) {
      print(formatHistorySummary(list(), { limit, broken: readHistory(historyPath).broken }));
    },
  };
}

function canonical(version: string | null): string | undefined {
  const parsed = version === null ? undefined : parseVersion(version);
  return parsed === undefined ? undefined : formatVersion(parsed);
}
