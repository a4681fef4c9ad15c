// What becomes known of a run after it ended, such as where its model was published. No line of a history is rewritten: a further one of the same
// run says everything again, and counts.
import { withLock } from "../files/index.ts";
import type { HistoryEntry } from "../records/index.ts";
import { appendHistory, EVALUATION_LINE, readHistory } from "./history.ts";
import { historyLockPath } from "./workspace.ts";

/**
 * Appends what `supplement` makes of the line that counts for a run (undefined when the history has none); nothing when it returns undefined.
 * It runs while no other process writes the history. @throws `files.locked`
 */
export function supplementHistory(historyPath: string, runId: string, supplement: (line: HistoryEntry | undefined) => HistoryEntry | undefined): Promise<void> {
  return withLock(historyLockPath(historyPath), () => {
    const entry = supplement(findLine(historyPath, runId));
    if (entry !== undefined) appendHistory(historyPath, { ...entry, metadata: { ...entry.metadata, kind: EVALUATION_LINE } });
  });
}

/** The line that counts for a run; undefined when the history has none. */
export function findLine(historyPath: string, runId: string): HistoryEntry | undefined {
  return readHistory(historyPath).entries.findLast(({ metadata }) => metadata["run_id"] === runId);
}
