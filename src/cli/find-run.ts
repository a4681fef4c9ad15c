// A run by whatever a person has at hand: its directory, its name, its id, its version.
import { basename, join } from "node:path";
import type { HistoryEntry } from "../records/index.ts";
import type { ExperimentTracker, StoredRun } from "../runs/index.ts";

interface RunSources {
  readonly listRuns: (outputDir: string) => { readonly runs: readonly StoredRun[] };
  readonly readRun: (directory: string) => StoredRun;
  readonly isRun: (directory: string) => boolean;
  readonly tracker: ExperimentTracker;
  readonly outputDir: string;
}

/** What is known of a run: its directory, its line in the history, or both. */
export interface FoundRun {
  readonly run: StoredRun | undefined;
  readonly entry: HistoryEntry | undefined;
}

/** Looks in the order directory, name, id, version. Both parts are absent when nothing fits. */
export function findRun(wanted: string, sources: RunSources): FoundRun {
  const { listRuns, readRun, isRun, tracker, outputDir } = sources;
  const entryNamed = tracker.getByVersion(wanted) ?? tracker.list().findLast(({ metadata }) => metadata["run"] === wanted || metadata["run_id"] === wanted);
  const directory = [wanted, join(outputDir, wanted)].find(isRun);
  const nameOfEntry = entryNamed?.metadata["run"];
  const run =
    directory === undefined
      ? listRuns(outputDir).runs.find(({ record, directory: place }) => [record.id, record.name, basename(place)].includes(wanted) || record.name === nameOfEntry)
      : readRun(directory);
  const entry = entryNamed ?? tracker.list().findLast(({ metadata }) => run !== undefined && metadata["run_id"] === run.record.id);
  return { run, entry };
}
