// The card of a published dataset version. Source of the head: Hub documentation, dataset cards and data files configuration.
import type { DatasetRecord, SplitSummary } from "../../records/index.ts";
import { cell, code, renderCard, section, table } from "./markdown.ts";

export interface DatasetCardFacts {
  readonly record: DatasetRecord;
  readonly id: string;
  /** Where a version is a tag. */
  readonly tag: string | null;
  readonly licence: string | null;
  readonly languages: readonly string[];
  /** What the flags of `labels` in the CSV files stand for, in their order. */
  readonly labelNames: readonly string[];
  /** Paths of what is there besides Parquet: `train.csv`, `arrow/`. */
  readonly others: readonly string[];
}

/** The same facts give the same text, to the byte. */
export function renderDatasetCard(facts: DatasetCardFacts): string {
  const { record, id, tag, labelNames, others } = facts;
  const splits = (Object.entries(record.splits) as [string, SplitSummary][]).filter(([, { rows }]) => rows > 0);
  const revision = tag === null ? "" : `, revision=${JSON.stringify(tag)}`;
  return renderCard(head(facts), [
    `# ${cell(record.name)}${record.version === null ? "" : ` ${record.version}`}`,
    table(["split", "rows", "mean words", "SHA-256 over the rows"], splits.map(([name, { rows, words, digest }]) => [name, String(rows), words.mean.toFixed(1), code(digest)])),
    section("How to load", `\`\`\`python\nfrom datasets import load_dataset\n\ndataset = load_dataset(${JSON.stringify(id)}${revision})\n\`\`\``, others.length === 0 ? "" : `The same rows also as ${others.map(code).join(", ")}.`, labelNames.length === 0 ? "" : `The flags in ${code("labels")} of the CSV files stand for ${labelNames.map(code).join(", ")}, in this order.`),
    section("Where it comes from", origin(record).map((line) => `- ${line}`).join("\n")),
    section("What was found", found(record).map((line) => `- ${line}`).join("\n")),
    section("Licence", facts.licence === null ? "Nobody stated one." : `${code(facts.licence)}.`),
  ]);
}

function head({ record, id, licence, languages }: DatasetCardFacts): Readonly<Record<string, unknown>> {
  const hub = record.sources.flatMap(({ kind, path }) => (kind === "hub" ? [path] : []));
  const splits = Object.entries(record.splits).filter(([, { rows }]) => rows > 0);
  return {
    license: licence ?? undefined,
    language: languages,
    pretty_name: id.split("/").at(-1),
    size_categories: [sizeCategory(record.statistics.rows)],
    task_categories: [record.statistics.labels === null ? "text-generation" : "text-classification"],
    source_datasets: [...new Set(hub)],
    tags: ["tunesmith"],
    configs: [{ config_name: "default", data_files: splits.map(([split]) => ({ split, path: `data/${split}-*` })) }],
  };
}

function origin({ digest, parent, sources, sampling, split, dropped }: DatasetRecord): readonly string[] {
  return [
    `content: ${code(digest)} (SHA-256 over all rows)`,
    ...(parent === null ? [] : [`parent: ${cell(parent.name)} ${parent.version ?? ""} ${code(parent.digest.slice(0, 16))}`]),
    ...sources.map(({ kind, path, hub, digest: raw, rows }) => `source (${kind}): ${code(kind === "hub" ? `${path}@${hub?.commit ?? "unknown"}` : (path.split(/[\\/]/).at(-1) ?? path))}, ${rows} rows, SHA-256 ${code(raw)}`),
    ...Object.entries(dropped).map(([reason, count]) => `left out: ${count} rows, ${reason.replaceAll("_", " ")}`),
    ...sampling.map(({ method, rows_before, rows_after, seed }) => `sampled: ${method}, ${rows_before} to ${rows_after} rows, seed ${seed ?? "none"}`),
    `split: ${split.method}${split.seed === null ? "" : `, seed ${split.seed}`}`,
  ];
}

function found({ leakage, findings }: DatasetRecord): readonly string[] {
  const leaks = leakage === null ? "leakage between splits: nobody looked" : leakage.found.length === 0 ? "no leakage between splits" : `leakage between splits: ${leakage.found.map(({ kind, count }) => `${kind} ${count}`).join(", ")}`;
  return [leaks, ...findings.map(({ severity, count, message }) => `${severity}: ${count} ${cell(message)}`)];
}

/** The Hub's own classes. */
function sizeCategory(rows: number): string {
  const steps = ["1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"];
  const at = steps.findIndex((_step, index) => rows < 10 ** (index + 3));
  return at === 0 ? "n<1K" : at === -1 ? "n>1T" : `${steps[at - 1]}<n<${steps[at]}`;
}
