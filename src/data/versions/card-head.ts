// The YAML head of a dataset's card, as the Hub and `datasets.load_dataset` read it. Source: Hub documentation, dataset cards and data files configuration.
import type { DatasetProfile } from "../show/profile.ts";
import { SPLIT_NAMES } from "../row.ts";
import { describeFeatures } from "../write/arrow.ts";

export interface CardHeadOptions {
  readonly license?: string;
  readonly languages?: readonly string[];
  readonly hubId?: string;
}

/** Strings are JSON, which is YAML too, so that nothing in a name can end its line. */
export function cardHead(profile: DatasetProfile, { license, languages = [], hubId }: CardHeadOptions): string {
  const { record, labels, entities } = profile;
  const category = Object.keys(entities).length > 0 ? "token-classification" : Object.keys(labels).length > 0 ? "text-classification" : "text-generation";
  const lines = [
    ...(license === undefined ? [] : [`license: ${JSON.stringify(license)}`]),
    ...(languages.length === 0 ? [] : ["language:", ...languages.map((code) => `- ${JSON.stringify(code)}`)]),
    `pretty_name: ${JSON.stringify(hubId ?? record.name)}`,
    `size_categories:\n- ${JSON.stringify(sizeCategory(record.statistics.rows))}`,
    `task_categories:\n- ${JSON.stringify(category)}`,
    `tags:\n- "tunesmith"`,
    ...describeOrigin(record.sources.flatMap(({ path, hub }) => (hub === undefined ? [] : [path]))),
    ...(record.created_at === null ? [] : describeFiles(profile)),
  ];
  return `---\n${lines.join("\n")}\n---`;
}

/** The datasets of the Hub that the rows are from. */
function describeOrigin(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? [] : ["source_datasets:", ...ids.map((id) => `- ${JSON.stringify(id)}`)];
}

/** Where the rows of each split are and what they hold, as they are written here. */
function describeFiles({ record, columns }: DatasetProfile): readonly string[] {
  return [
    "configs:",
    "- config_name: default",
    "  data_files:",
    ...SPLIT_NAMES.filter((name) => record.splits[name].rows > 0).flatMap((name) => [`  - split: ${name}`, `    path: ${name}/*.arrow`]),
    "dataset_info:",
    "  features:",
    ...Object.entries(describeFeatures(columns)).flatMap(([name, feature]) => featureLines(name, feature as Feature)),
  ];
}

/** A text, a list of texts, or a list of objects of texts and whole numbers. */
type Feature = { readonly dtype: string } | { readonly feature: { readonly dtype: string } | Readonly<Record<string, { readonly dtype: string }>> };

function featureLines(name: string, feature: Feature): readonly string[] {
  if ("dtype" in feature) return [`  - name: ${name}`, `    dtype: ${feature.dtype}`];
  const { feature: element } = feature;
  if (typeof element["dtype"] === "string") return [`  - name: ${name}`, `    list: ${element["dtype"]}`];
  return [`  - name: ${name}`, "    list:", ...Object.entries(element as Readonly<Record<string, { readonly dtype: string }>>).flatMap(([member, { dtype }]) => [`    - name: ${member}`, `      dtype: ${dtype}`])];
}

function sizeCategory(rows: number): string {
  if (rows < 1000) return "n<1K";
  const steps = [[1e3, "1K"], [1e4, "10K"], [1e5, "100K"], [1e6, "1M"], [1e7, "10M"], [1e8, "100M"]] as const;
  const at = steps.findLastIndex(([least]) => rows >= least);
  return at + 1 < steps.length ? `${steps[at]![1]}<n<${steps[at + 1]![1]}` : "n>100M";
}
