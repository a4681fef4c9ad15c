// An entry as one JSON object for machines: plain values, and beside them who said each.
import type { CatalogEntry, Fact } from "./entry.ts";
import { formatEntry } from "./format.ts";

/** Snake_case values; `sources` names the source of each, with `?` behind a guess. */
export function toEntryDocument(entry: CatalogEntry): Readonly<Record<string, unknown>> {
  const values: Record<string, string | number> = {};
  const sources: Record<string, string> = {};
  for (const [name, fact] of Object.entries(entry.facts) as [string, Fact][]) {
    const key = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    values[key] = fact.value;
    sources[key] = sourceOf(fact);
  }
  const { run } = entry;
  return {
    path: entry.path,
    name: entry.name,
    display_name: formatEntry(entry),
    kind: entry.kind,
    format: entry.format,
    size_bytes: entry.sizeBytes,
    modified_at: new Date(entry.modifiedMs).toISOString(),
    run: run === undefined ? null : { directory: run.directory, scheme: run.scheme, name: run.name, id: run.id ?? null, started_at: run.startedAt ?? null, failed: run.failed },
    ...values,
    metrics: Object.fromEntries(Object.entries(entry.metrics).map(([name, { value }]) => [name, value])),
    sources: { ...sources, metrics: Object.fromEntries(Object.entries(entry.metrics).map(([name, fact]) => [name, sourceOf(fact)])) },
    version: entry.version ?? null,
    rank_unknown: entry.rankUnknown,
    sidecars: entry.sidecars,
    problems: entry.problems,
    packed: entry.packed === true,
  };
}

function sourceOf({ source, low }: Fact): string {
  return low === true ? `${source}?` : source;
}
