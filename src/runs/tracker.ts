// The history as an object, with the surface of seed 001's ExperimentTracker: for trainings of our own and of anybody else.
import { dirname, join, resolve } from "node:path";
import { withLock } from "../files/index.ts";
import { historyEntrySchema, parseRecord, type HistoryEntry, type HistoryMetrics } from "../records/index.ts";
import { chooseVersion } from "./choose-version.ts";
import { compareVersions, type CompareOptions, type VersionComparison } from "./compare.ts";
import { versionUnknown } from "./errors.ts";
import { formatHistorySummary } from "./format.ts";
import { appendHistory, readHistory } from "./history.ts";
import { formatVersion, parseVersion } from "./version.ts";
import { HISTORY_FILE, historyLockPath, OUTPUTS } from "./workspace.ts";

export interface Experiment {
  /** Default: the next minor version. */
  readonly version?: string;
  /** Begin a new major version. */
  readonly major?: boolean;
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
  /** By the metric named, or by what the options say. @throws `runs.version_unknown`, `runs.metric_missing` */
  compare(first: string, second: string, options?: CompareOptions | string): VersionComparison;
  /** Prints the newest `limit` entries, newest first. Default 5. */
  printSummary(limit?: number, print?: (text: string) => void): void;
}

export interface TrackerOptions {
  /** Runs whose versions are taken. Default: `outputs` beside the history. */
  readonly outputDir?: string;
  /** Versions that are taken elsewhere, such as the tags of a remote. */
  readonly tags?: readonly string[];
  /** Default: the system's clock. */
  readonly now?: () => Date;
}

/** Opens the history at `historyPath`; it is made by the first `log`. */
export function openExperimentTracker(historyPath: string = HISTORY_FILE, options: TrackerOptions = {}): ExperimentTracker {
  const { outputDir = join(dirname(resolve(historyPath)), OUTPUTS), tags, now = () => new Date() } = options;
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
    log: ({ version, major, config = {}, metrics = {}, metadata = {} }) =>
      withLock(historyLockPath(historyPath), () => {
        const chosen = chooseVersion({ historyPath, outputDir, tags, major, requested: version });
        const entry = parseRecord(historyEntrySchema, { version: chosen, timestamp: now().toISOString(), config, metrics: metrics as HistoryMetrics, metadata }, historyPath);
        appendHistory(historyPath, entry);
        return entry;
      }),
    list,
    getByVersion,
    compare: (first, second, by) => compareVersions(requireVersion(first), requireVersion(second), typeof by === "string" ? { metric: by } : by),
    printSummary(limit = 5, print = console.log) {
      print(formatHistorySummary(list(), { limit, broken: readHistory(historyPath).broken }));
    },
  };
}

function canonical(version: string | null): string | undefined {
  const parsed = version === null ? undefined : parseVersion(version);
  return parsed === undefined ? undefined : formatVersion(parsed);
}
