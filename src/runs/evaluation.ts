// Scores that are measured after a run ended. They go into its run.json, and as a further line of the same run into the history, which is
// only ever appended to: of several lines of one run the newest counts.
import { dirname, resolve } from "node:path";
import { withLock } from "../files/index.ts";
import type { MetricBinding, RunRecord } from "../records/index.ts";
import { artifactPath } from "./artifacts.ts";
import { runStillRunning } from "./errors.ts";
import { appendHistory, EVALUATION_LINE, historyEntryOf } from "./history.ts";
import { readRun, readRunRecord } from "./read.ts";
import { findLine } from "./supplement.ts";
import { historyLockPath, historyPathFor, outputDirOf } from "./workspace.ts";
import { writeRunRecord } from "./write.ts";

export interface MeasuredScores {
  /** Overall scores by name. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly measuredOn: MetricBinding;
  /** Folder of the evaluation. */
  readonly folder: string;
}

export interface RecordEvaluationOptions {
  /** Default: `experiment_history.jsonl` of the run's workspace. */
  readonly historyPath?: string;
  /** Default: the system's clock. */
  readonly now?: () => Date;
}

/**
 * Makes these scores the run's own: those of an earlier evaluation give way, those of the training (`train_…`, `eval_…`) stay. A run that has a
 * line in the history gets a further one. @throws `runs.missing`, `runs.still_running`
 */
export function recordEvaluation(runDirectory: string, scores: MeasuredScores, options: RecordEvaluationOptions = {}): Promise<RunRecord> {
  const { historyPath = historyPathFor(outputDirOf(runDirectory)), now = () => new Date() } = options;
  return withLock(historyLockPath(historyPath), () => {
    const { record: seen } = readRun(runDirectory);
    if (seen.status === "running") throw runStillRunning(seen.name, "record scores of");
    const record = readRunRecord(runDirectory);
    const next: RunRecord = {
      ...record,
      metrics: { ...ofTraining(record.metrics), ...scores.metrics },
      measured_on: scores.measuredOn,
      artifacts: { ...record.artifacts, evaluation: artifactPath(scores.folder, runDirectory, dirname(resolve(historyPath))) },
    };
    writeRunRecord(runDirectory, next);
    const line = findLine(historyPath, record.id);
    if (line !== undefined) {
      const { overall: _overall, ...groups } = line.metrics;
      const entry = historyEntryOf(next);
      const { kind, ...metadata } = { ...line.metadata, ...entry.metadata, kind: EVALUATION_LINE, evaluated_at: now().toISOString() };
      appendHistory(historyPath, { ...entry, timestamp: line.timestamp, metrics: { ...entry.metrics, ...groups }, metadata: { kind, ...metadata } });
    }
    return next;
  });
}

const TRAINING_SCORE = /^(train|eval|val|validation)[_/]/;

function ofTraining(metrics: RunRecord["metrics"]): RunRecord["metrics"] {
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => TRAINING_SCORE.test(name)));
}
