// What a repository was made from and what was made from it, by what the cards on this hub say: base models up, derived models down, datasets
// beside. A name that is not on this hub (or may not be seen) is told as such.
import type { TokenHolder } from "../host/accounts.ts";
import { maySee } from "../host/caller.ts";
import type { Host } from "../host/host.ts";
import type { Repository } from "../host/repository.ts";
import { summarizeHead, type Summary } from "../host/summary.ts";

export interface LineageNode {
  readonly id: string;
  /** How it was made from the one above: `adapter`, `quantized`, `merge`, `finetune`. */
  readonly relation?: string;
  readonly isHere: boolean;
  readonly children: readonly LineageNode[];
}

export interface Lineage {
  /** Chains of bases, each from the oldest to the direct one. */
  readonly bases: readonly (readonly LineageNode[])[];
  readonly derived: readonly LineageNode[];
  readonly datasets: readonly LineageNode[];
  /** Of a dataset: models that name it. */
  readonly usedBy: readonly LineageNode[];
}

const DEEPEST = 8;

export function readLineage(host: Host, repository: Repository, caller: TokenHolder | undefined): Lineage {
  const seen = (kind: "model" | "dataset") => host.repositories.list(kind).filter(({ record }) => maySee(host.accounts, record, caller));
  const models = new Map(seen("model").map((model) => [model.id.toLowerCase(), { id: model.id, summary: summarizeHead(host, model) }]));
  const datasets = new Map(seen("dataset").map(({ id }) => [id.toLowerCase(), id]));
  const own = summarizeHead(host, repository);
  if (repository.kind === "dataset") return { bases: [], derived: [], datasets: [], usedBy: [...models.values()].filter(({ summary }) => names(summary?.datasets, repository.id)).map(({ id }) => leaf(id, true)) };
  return {
    bases: (own?.baseModels ?? []).map((base) => chainOf(base, models)),
    derived: derivedFrom(repository.id, models, new Set([repository.id.toLowerCase()])),
    datasets: (own?.datasets ?? []).map((id) => leaf(datasets.get(id.toLowerCase()) ?? id, datasets.has(id.toLowerCase()))),
    usedBy: [],
  };
}

type Models = ReadonlyMap<string, { readonly id: string; readonly summary: Summary | undefined }>;

function chainOf(base: string, models: Models): readonly LineageNode[] {
  const chain: LineageNode[] = [];
  const met = new Set<string>();
  for (let id: string | undefined = base; id !== undefined && chain.length < DEEPEST && !met.has(id.toLowerCase()); ) {
    met.add(id.toLowerCase());
    const model = models.get(id.toLowerCase());
    chain.unshift(leaf(model?.id ?? id, model !== undefined, model?.summary?.baseRelation));
    id = model?.summary?.baseModels[0];
  }
  return chain;
}

function derivedFrom(id: string, models: Models, above: ReadonlySet<string>): readonly LineageNode[] {
  if (above.size > DEEPEST) return [];
  return [...models.values()]
    .filter(({ id: other, summary }) => !above.has(other.toLowerCase()) && names(summary?.baseModels, id))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id: other, summary }) => ({ ...leaf(other, true, summary?.baseRelation), children: derivedFrom(other, models, new Set([...above, other.toLowerCase()])) }));
}

function names(ids: readonly string[] | undefined, id: string): boolean {
  return ids?.some((one) => one.toLowerCase() === id.toLowerCase()) ?? false;
}

function leaf(id: string, isHere: boolean, relation?: string): LineageNode {
  return { id, isHere, children: [], ...(relation === undefined ? {} : { relation }) };
}
