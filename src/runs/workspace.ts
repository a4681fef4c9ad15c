// Where a workspace keeps what belongs to all runs together: the history beside `outputs` and `multirun`, its lock in `.tunesmith`.
import { basename, dirname, join, resolve, sep } from "node:path";
import { parseDatedName } from "./names.ts";

export const HISTORY_FILE = "experiment_history.jsonl";
export const RUN_FILE = "run.json";
export const CONFIG_FILE = "config.yaml";
export const METRICS_FILE = "metrics.jsonl";
/** The output directory, unless another is chosen. */
export const OUTPUTS = "outputs";
/** Beside the output directory: sweeps of the dated scheme. */
export const MULTIRUN = "multirun";

/** The history of the workspace that `outputDir` lies in: `outputs` → `experiment_history.jsonl` beside it. */
export function historyPathFor(outputDir: string): string {
  return join(dirname(resolve(outputDir)), HISTORY_FILE);
}

/** The lock that guards the history and the numbering of versions. */
export function historyLockPath(historyPath: string): string {
  return join(dirname(resolve(historyPath)), ".tunesmith", "locks", "history.lock");
}

/** The output directory a run lies in: one up, two for `<date>/<time>`, three for a member of a sweep. */
export function outputDirOf(runDirectory: string): string {
  const parts = resolve(runDirectory).split(sep);
  const depth = [3, 2].find((count) => parseDatedName(parts.slice(-count).join("/")) !== undefined) ?? 1;
  return Array.from({ length: depth }).reduce<string>((place) => dirname(place), resolve(runDirectory));
}

/** Every folder that holds runs of the workspace: the output directory and the `multirun` beside it. */
export function runFolders(outputDir: string): readonly string[] {
  const beside = join(dirname(resolve(outputDir)), MULTIRUN);
  return basename(resolve(outputDir)) === MULTIRUN ? [outputDir] : [outputDir, beside];
}
