// Which checkpoints the rule "epoch below N" names, and which of them stay all the same: those that the retention plan of `checkpoints prune` keeps,
// and short runs. An arbitrary threshold once deleted 31 of 39 checkpoints without a look at their metrics.
import { metricName, type RunRecord } from "../../records/index.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import { candidateOf, monitoredScore } from "../prune.ts";
import { planRetention, type RetentionPolicy } from "../retention.ts";

export interface RetentionOptions {
  /** 0-based. Default 10. */
  readonly keepMinEpoch: number;
  /** How many of the best of each run stay; the best one always does. Default 3. */
  readonly keepTop: number;
  /** Ids, digests of weights or paths that something refers to, a release for one. */
  readonly pinned: ReadonlySet<string>;
  /** The record of a run directory, relative to the workspace. */
  readonly recordOf: (directory: string) => RunRecord | undefined;
}

/** What the rule says of an entry: that it may go, or why it stays. */
export interface Verdict {
  readonly reason: string;
  readonly keptBack: boolean;
}

export interface Judgement {
  /** Of the entries that the rule names. */
  readonly verdicts: ReadonlyMap<CatalogEntry, Verdict>;
  /** The rule names some, and nobody knows which is the best of them. */
  readonly bestUnknown: boolean;
}

/** Judges all entries of one run. Entries without an epoch in name or sidecar are never named by the rule. */
export function judgeRun(entries: readonly CatalogEntry[], workspace: string, options: RetentionOptions): Judgement {
  const { keepMinEpoch, keepTop, pinned, recordOf } = options;
  const epochs = entries.map(epochOf).filter((epoch) => epoch !== undefined);
  const length = epochs.length === 0 ? 0 : Math.max(...epochs) + 1;
  const monitored = findMonitor(entries);
  const policy: RetentionPolicy = { keepLast: 1, keepBest: monitored === undefined ? 0 : Math.max(1, keepTop), ...monitored };
  const candidates = entries.map((entry) => candidateOf(entry, workspace, recordOf, { pinned, ...monitored }));
  const plan = planRetention(candidates, policy);
  const verdicts = new Map<CatalogEntry, Verdict>();
  for (const [index, entry] of entries.entries()) {
    const epoch = epochOf(entry);
    if (epoch === undefined || epoch >= keepMinEpoch) continue;
    const rule = `epoch ${epoch} is before ${keepMinEpoch}`;
    const { keep, reason } = plan[index]!;
    const kept = keep ? reason : length < keepMinEpoch ? `its run has only ${length} ${length === 1 ? "epoch" : "epochs"}` : undefined;
    verdicts.set(entry, kept === undefined ? { reason: rule, keptBack: false } : { reason: `${rule}, but: ${kept}`, keptBack: true });
  }
  return { verdicts, bestUnknown: verdicts.size > 0 && monitored === undefined && entries.every(({ kind }) => kind !== "best") };
}

/** What decides which steps are the best: the monitored metric, else the one that most of them have; undefined when none has any. */
function findMonitor(entries: readonly CatalogEntry[]): Pick<RetentionPolicy, "mode"> & { readonly monitor: string } | undefined {
  const steps = entries.filter(({ kind }) => kind === "step");
  for (const { facts } of entries) {
    const monitor = facts.monitor?.value;
    if (monitor === undefined || !steps.some((entry) => monitoredScore(entry, monitor) !== undefined)) continue;
    const mode = facts.mode?.value;
    return { monitor, ...((mode === "min" || mode === "max") && { mode }) };
  }
  const counts = new Map<string, number>();
  for (const { metrics } of steps) for (const name of new Set(Object.keys(metrics).map(metricName))) counts.set(name, (counts.get(name) ?? 0) + 1);
  const monitor = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0];
  return monitor === undefined ? undefined : { monitor };
}

function epochOf({ facts }: CatalogEntry): number | undefined {
  return facts.epoch?.source === "name" || facts.epoch?.source === "sidecar" ? facts.epoch.value : undefined;
}
