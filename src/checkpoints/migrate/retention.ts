// Which checkpoints the rule "epoch below N" names, and which of them are kept back all the same. An arbitrary threshold once deleted 31 of 39
// checkpoints without a look at their metrics.
import { isBetter, metricName } from "../../records/index.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import { createdMs, scoreOf } from "../catalog/query.ts";

export interface RetentionOptions {
  /** 0-based. Default 10. */
  readonly keepMinEpoch: number;
  /** How many of the best of each run stay. Default 3. */
  readonly keepTop: number;
  /** Why a checkpoint must stay (a tag, a release), or undefined. */
  readonly pinned: (entry: CatalogEntry) => string | undefined;
}

/** What the rule says of an entry: nothing, that it may go, or why it stays. */
export interface Verdict {
  readonly reason: string;
  readonly keptBack: boolean;
}

/** Judges all entries of one run. Entries without an epoch in name or sidecar are never named by the rule. */
export function judgeRun(entries: readonly CatalogEntry[], options: RetentionOptions): ReadonlyMap<CatalogEntry, Verdict> {
  const { keepMinEpoch, keepTop, pinned } = options;
  const epochs = entries.map(epochOf).filter((epoch) => epoch !== undefined);
  const length = epochs.length === 0 ? 0 : Math.max(...epochs) + 1;
  const steps = entries.filter(({ kind }) => kind === "step");
  const newest = steps.reduce<CatalogEntry | undefined>((last, next) => (last === undefined || isLater(next, last) ? next : last), undefined);
  const ranked = rank(entries);
  const verdicts = new Map<CatalogEntry, Verdict>();
  for (const entry of entries) {
    const epoch = epochOf(entry);
    if (epoch === undefined || epoch >= keepMinEpoch) continue;
    const rule = `epoch ${epoch} is before ${keepMinEpoch}`;
    const place = ranked?.order.indexOf(entry) ?? -1;
    const score = ranked === undefined ? undefined : scoreOf(entry, ranked.metric);
    const reason =
      entry.kind === "best" || entry.kind === "last"
        ? `it is named ${entry.kind}`
        : (pinned(entry) ??
          (place === 0 ? `best ${metricName(ranked!.metric)} of its run, ${score!.value.toFixed(4)}` : undefined) ??
          (place > 0 && place < keepTop ? `number ${place + 1} by ${metricName(ranked!.metric)}, ${score!.value.toFixed(4)}` : undefined) ??
          (entry === newest ? "the newest of its run" : undefined) ??
          (length < keepMinEpoch ? `its run has only ${length} epochs` : undefined));
    verdicts.set(entry, reason === undefined ? { reason: rule, keptBack: false } : { reason: `${rule}, but: ${reason}`, keptBack: true });
  }
  return verdicts;
}

/** The checkpoints with a score, best first: by the monitored metric, else by the one that most of them have. */
function rank(entries: readonly CatalogEntry[]): { readonly metric: string; readonly order: readonly CatalogEntry[] } | undefined {
  const counts = new Map<string, number>();
  for (const { metrics } of entries) for (const name of new Set(Object.keys(metrics).map(metricName))) counts.set(name, (counts.get(name) ?? 0) + 1);
  const monitor = entries.map(({ facts }) => facts.monitor?.value).find((name) => name !== undefined && counts.has(metricName(name)));
  const metric = monitor === undefined ? [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0] : metricName(monitor);
  if (metric === undefined) return undefined;
  const mode = entries.map(({ facts }) => facts.mode?.value).find((word) => word !== undefined);
  const better = (a: number, b: number) => (mode === undefined ? isBetter(metric, a, b) : mode === "max" ? a > b : a < b);
  const scored = entries.filter((entry) => entry.kind === "step" && scoreOf(entry, metric) !== undefined);
  const value = (entry: CatalogEntry) => scoreOf(entry, metric)!.value;
  return { metric, order: scored.sort((a, b) => (value(a) === value(b) ? 0 : better(value(a), value(b)) ? -1 : 1)) };
}

function epochOf({ facts }: CatalogEntry): number | undefined {
  return facts.epoch?.source === "name" || facts.epoch?.source === "sidecar" ? facts.epoch.value : undefined;
}

function isLater(next: CatalogEntry, last: CatalogEntry): boolean {
  return compare(next, last) > 0;
}

function compare(a: CatalogEntry, b: CatalogEntry): number {
  return (a.facts.epoch?.value ?? -1) - (b.facts.epoch?.value ?? -1) || (a.facts.step?.value ?? -1) - (b.facts.step?.value ?? -1) || createdMs(a) - createdMs(b);
}
