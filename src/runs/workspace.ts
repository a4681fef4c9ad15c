// Where a workspace keeps what belongs to all runs together: the history beside `outputs`, its lock in `.tunesmith`.
import { dirname, join, resolve } from "node:path";

export const HISTORY_FILE = "experiment_history.jsonl";
export const RUN_FILE = "run.json";
export const CONFIG_FILE = "config.yaml";
export const METRICS_FILE = "metrics.jsonl";

/** The history of the workspace that `outputDir` lies in: `outputs` → `experiment_history.jsonl` beside it. */
export function historyPathFor(outputDir: string): string {
  return join(dirname(resolve(outputDir)), HISTORY_FILE);
}

/** The lock that guards the history and the numbering of versions. */
export function historyLockPath(historyPath: string): string {
  return join(dirname(resolve(historyPath)), ".tunesmith", "locks", "history.lock");
}
