// experiment_history.jsonl, in the shape of seed 001. Appended under the lock, never rewritten; a broken line hides only itself.
import { appendLine } from "../files/index.ts";
import { historyEntrySchema, parseRecord, type HistoryEntry, type RunRecord } from "../records/index.ts";
import { readJsonLines, type BrokenLine } from "./metrics.ts";

export interface History {
  /** In file order: oldest first. */
  readonly entries: readonly HistoryEntry[];
  readonly broken: readonly BrokenLine[];
}

/** Groups of scores beside the overall ones: `{ per_label: { Weapon: { f1: 0.83 } } }`. */
export type MetricGroups = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** `metadata.kind` of a line that repeats a run's line with scores measured since. */
export const EVALUATION_LINE = "evaluation";

/** Reads the history, one entry a run: an evaluation's line takes the place of the run's own. A missing file is an empty history. */
export function readHistory(historyPath: string): History {
  const { values, broken } = readJsonLines(historyPath, (value, where) => parseRecord(historyEntrySchema, value, where));
  return { entries: mergeEvaluations(values), broken };
}

function mergeEvaluations(lines: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  const placeOf = new Map<unknown, number>();
  for (const line of lines) {
    const { kind, run_id: run } = line.metadata;
    const place = kind === EVALUATION_LINE && run !== undefined ? placeOf.get(run) : undefined;
    if (run !== undefined) placeOf.set(run, place ?? entries.length);
    entries[place ?? entries.length] = line;
  }
  return entries;
}

/** Appends one line. The caller holds the history's lock. */
export function appendHistory(historyPath: string, entry: HistoryEntry): void {
  appendLine(historyPath, formatHistoryLine(entry));
}

/** The line of an entry, without its newline: the members of the seed in the seed's order. */
export function formatHistoryLine({ version, timestamp, config, metrics, metadata }: HistoryEntry): string {
  return JSON.stringify({ version, timestamp, config, metrics, metadata });
}

/** The line of a run that ended. The seed's names (`base_model`, `train_size`, `num_epochs`, …) stand before the run's own config. */
export function historyEntryOf(record: RunRecord, groups: MetricGroups = {}): HistoryEntry {
  const { dataset, config } = record;
  const rows = { train_size: dataset?.counts["train"], test_size: dataset?.counts["test"] };
  return {
    version: record.version,
    timestamp: record.ended_at ?? record.started_at,
    config: defined({ base_model: record.base_model?.path ?? record.model, ...rows, num_epochs: config["epochs"], ...config }),
    metrics: { overall: record.metrics, ...groups },
    metadata: defined({
      run_id: record.id,
      run: record.name,
      status: record.status,
      tag: record.tag,
      phase: record.phase,
      parent: record.parent,
      config_digest: record.config_digest,
      dataset: dataset?.name,
      dataset_digest: dataset?.digest,
      base_model_digest: record.base_model?.digest,
      measured_on: record.measured_on,
      artifacts: record.artifacts,
      git_commit: record.git?.commit,
      error: record.error,
      tags: record.tags.length === 0 ? undefined : record.tags,
      notes: record.notes === "" ? undefined : record.notes,
    }),
  };
}

function defined(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
}
