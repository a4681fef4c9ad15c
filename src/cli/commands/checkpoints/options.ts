// What `checkpoints list` and `checkpoints search` filter by, and how they show what they found.
import type { Catalog, CatalogEntry, CatalogQuery } from "../../../checkpoints/index.ts";
import { metricNowhere } from "../../errors.ts";
import { formatAmount, formatBytes, formatCount } from "../../format.ts";
import { choice, flag, list, text, wholeNumber, type ValuesOf } from "../../options.ts";
import type { Print } from "../../print.ts";
import { visibleText } from "../../../visible.ts";

const KINDS = ["step", "best", "last", "final", "unknown"] as const;
const FORMATS = ["torch", "safetensors", "gguf", "adapter", "model", "directory"] as const;

export const catalogOptions = {
  tag: text("pattern", "experiment tag; `*` stands for any characters"),
  model: text("pattern", "architecture or base model"),
  encoder: text("pattern", "encoder: resnet18 is not resnet34"),
  phase: text("name", "training, validation, finetuning, …"),
  kind: choice(KINDS, "what the checkpoint is"),
  format: choice(FORMATS, "how the weights are stored"),
  metric: list("condition", "such as 'hmean >= 0.9'; all must hold"),
  after: text("time", "created then or later: 2025-10-18, UTC"),
  before: text("time", "created before then"),
  sort: text("key", "created, path, size, epoch, step or a metric (best first); - before it turns it round", { default: "created" }),
  limit: wholeNumber("n", "how many to show", { default: 20, min: 1 }),
  all: flag("show every one"),
  rebuildIndex: flag("read everything anew"),
};

type FilterOptions = ValuesOf<typeof catalogOptions>;

/** Filters, sorts, prints, and returns the document. @throws `checkpoints.condition_invalid`, `checkpoints.time_invalid`, `cli.metric_nowhere` */
export async function showEntries(catalog: Catalog, options: FilterOptions, words: readonly string[], print: Print): Promise<unknown> {
  const { formatEntry, parseMetricCondition, parseTime, scoreOf, selectEntries, sortEntries, toEntryDocument } = await import("../../../checkpoints/index.ts");
  const query: CatalogQuery = {
    tag: options.tag,
    model: options.model,
    encoder: options.encoder,
    phase: options.phase,
    kinds: options.kind === undefined ? [] : [options.kind],
    formats: options.format === undefined ? [] : [options.format],
    metrics: options.metric.map(parseMetricCondition),
    ...(options.after !== undefined && { after: parseTime(options.after) }),
    ...(options.before !== undefined && { before: parseTime(options.before) }),
    words,
  };
  const sortName = options.sort.replace(/^-/, "");
  const asked = [...query.metrics!.map(({ metric }) => metric), ...(["created", "path", "size", "epoch", "step"].includes(sortName) ? [] : [sortName])];
  for (const metric of asked) if (!catalog.entries.some((entry) => scoreOf(entry, metric) !== undefined)) throw metricNowhere(metric, knownMetrics(catalog.entries));
  const found = sortEntries(selectEntries(catalog.entries, query), options.sort);
  const shown = options.all ? found : found.slice(0, options.limit);
  if (shown.length > 0) print.table(["checkpoint", "path"], shown.map((entry) => [formatEntry(entry), visibleText(entry.path)]));
  const runs = new Set(found.map(({ run }) => run?.directory)).size;
  const beside = shown.length < found.length ? `; ${formatCount(shown.length)} shown, --all shows every one` : "";
  const amount = found.length < catalog.entries.length ? `${formatCount(found.length)} of ${formatAmount(catalog.entries.length, "checkpoint")}` : formatAmount(found.length, "checkpoint");
  const { bytes, links } = weigh(found, catalog.linked);
  const once = links === 0 ? "" : ` (${formatAmount(links, "link")} to the same weights counted once)`;
  print.line(`${shown.length === 0 ? "" : "\n"}${amount}, in ${formatAmount(runs, "run")}${found.length === 0 ? "" : `, ${formatBytes(bytes)}${once}`}${beside}`);
  return { root: catalog.root, workspace: catalog.workspace, total_count: catalog.entries.length, found: found.length, total_bytes: bytes, linked_count: links, metadata_available_count: withMetadata(catalog.entries), refused: catalog.refused, entries: shown.map(toEntryDocument) };
}

/** Bytes of all weights, those that several entries share once. */
function weigh(entries: readonly CatalogEntry[], linked: Catalog["linked"]): { readonly bytes: number; readonly links: number } {
  const counted = new Set<string>();
  let bytes = 0;
  for (const { path, sizeBytes } of entries) {
    const first = linked.get(path) ?? path;
    if (!counted.has(first)) bytes += sizeBytes;
    counted.add(first);
  }
  return { bytes, links: entries.length - counted.size };
}

function withMetadata(entries: readonly CatalogEntry[]): number {
  return entries.filter(({ sidecars }) => sidecars.length > 0).length;
}

function knownMetrics(entries: readonly CatalogEntry[]): readonly string[] {
  return [...new Set(entries.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
}
