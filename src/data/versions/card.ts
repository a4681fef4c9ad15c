// The card of a dataset: README.md with the YAML head that the Hugging Face Hub reads, and its plots. Source: Hub documentation, dataset cards.
import { join } from "node:path";
import { ensureDirectory, writeFileAtomic } from "../../files/index.ts";
import type { DatasetRecord } from "../../records/index.ts";
import { countWords } from "../describe.ts";
import { loadDataset, type LoadedDataset } from "../load.ts";
import { SPLIT_NAMES, type Row } from "../row.ts";
import { barChart, histogramOf, type Bar } from "../show/charts.ts";
import { countDecisions, listSplitUses } from "./uses.ts";

export interface CardOptions {
  /** An SPDX id or what the Hub calls it: `cc-by-nc-4.0`. Default: none is said. */
  readonly license?: string;
  /** ISO 639-1 codes. */
  readonly languages?: readonly string[];
  /** Models that were trained on it: ids or paths. */
  readonly models?: readonly string[];
  /** Where it will be: `owner/name`. Default: its directory. */
  readonly hubId?: string;
  readonly description?: string;
}

export interface WrittenCard {
  readonly path: string;
  readonly plots: readonly string[];
}

/** Writes README.md and its plots into the dataset's directory. No row's text is in them. @throws what loading throws */
export function writeDatasetCard(path: string, options: CardOptions = {}): WrittenCard {
  const dataset = loadDataset(path);
  const rows = SPLIT_NAMES.flatMap((name) => dataset.splits[name]);
  const plots: [string, string][] = [["lengths.svg", barChart("Rows by words", histogramOf(rows.map(countWords)))]];
  const labels = labelBars(dataset.record);
  if (labels.length > 0) plots.push(["labels.svg", barChart("Rows by label", labels)]);
  ensureDirectory(join(path, "card"));
  for (const [name, svg] of plots) writeFileAtomic(join(path, "card", name), svg);
  const uses = listSplitUses(path);
  writeFileAtomic(join(path, "README.md"), renderCard(dataset, { ...options, testDecisions: countDecisions(uses, dataset.record, "test"), place: path, plots: plots.map(([name]) => name) }));
  return { path: join(path, "README.md"), plots: plots.map(([name]) => join(path, "card", name)) };
}

interface RenderOptions extends CardOptions {
  readonly place: string;
  readonly testDecisions: number;
  readonly plots: readonly string[];
}

function renderCard({ record, splits }: LoadedDataset, options: RenderOptions): string {
  const rows = SPLIT_NAMES.flatMap((name) => splits[name]);
  const id = options.hubId ?? options.place;
  const parts = [
    frontMatter(record, rows, options),
    `# ${record.name}${record.version === null ? "" : ` ${record.version}`}`,
    options.description ?? "",
    `| split | rows | words | mean words | role |\n|---|---|---|---|---|\n${SPLIT_NAMES.map((name) => `| ${name} | ${record.splits[name].rows} | ${record.splits[name].words.total} | ${record.splits[name].words.mean.toFixed(1)} | ${record.roles[name]} |`).join("\n")}`,
    `![Rows by words](card/lengths.svg)`,
    labelSection(record, options.plots),
    `## Where it comes from\n\n${origin(record).map((line) => `- ${line}`).join("\n")}`,
    `## What was found\n\n${found(record, options.testDecisions).map((line) => `- ${line}`).join("\n")}`,
    options.models === undefined || options.models.length === 0 ? "" : `## Models trained on it\n\n${options.models.map((model) => `- ${modelLink(model)}`).join("\n")}`,
    `## Use\n\nPython:\n\n\`\`\`python\n${options.hubId === undefined ? `from datasets import load_from_disk\n\ndataset = load_from_disk(${JSON.stringify(options.place)})` : `from datasets import load_dataset\n\ndataset = load_dataset(${JSON.stringify(id)}${record.version === null ? "" : `, revision=${JSON.stringify(record.version)}`})`}\nprint(dataset["train"][0])\n\`\`\`\n\nTypeScript:\n\n\`\`\`ts\nimport { loadDataset } from "tunesmith";\n\nconst { splits } = loadDataset(${JSON.stringify(options.place)});\nconsole.log(splits.train[0]);\n\`\`\``,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** JSON strings are YAML strings, so that nothing in a name can end its line. */
function frontMatter(record: DatasetRecord, rows: readonly Row[], { license, languages = [], hubId }: RenderOptions): string {
  const columns = ["id", "instruction", "input", "output", ...(["system", "task", "group"] as const).filter((name) => rows.some((row) => row[name] !== undefined))];
  const lines = [
    ...(license === undefined ? [] : [`license: ${JSON.stringify(license)}`]),
    ...(languages.length === 0 ? [] : ["language:", ...languages.map((code) => `- ${JSON.stringify(code)}`)]),
    `pretty_name: ${JSON.stringify(hubId ?? record.name)}`,
    `size_categories:\n- ${JSON.stringify(sizeCategory(rows.length))}`,
    `task_categories:\n- ${JSON.stringify(rows.some(({ entities }) => entities !== undefined) ? "token-classification" : rows.some(({ labels }) => labels !== undefined) ? "text-classification" : "text-generation")}`,
    `tags:\n- "tunesmith"`,
    `dataset_info:\n  features:\n${columns.map((name) => `  - name: ${name}\n    dtype: string`).join("\n")}\n  splits:\n${SPLIT_NAMES.map((name) => `  - name: ${name}\n    num_examples: ${record.splits[name].rows}`).join("\n")}`,
  ];
  return `---\n${lines.join("\n")}\n---`;
}

function sizeCategory(rows: number): string {
  if (rows < 1000) return "n<1K";
  const steps = [[1e3, "1K"], [1e4, "10K"], [1e5, "100K"], [1e6, "1M"], [1e7, "10M"], [1e8, "100M"]] as const;
  const at = steps.findLastIndex(([least]) => rows >= least);
  return at + 1 < steps.length ? `${steps[at]![1]}<n<${steps[at + 1]![1]}` : "n>100M";
}

function labelBars({ statistics }: DatasetRecord): readonly Bar[] {
  return Object.entries(statistics.labels ?? {}).map(([name, counts]) => ({ name, value: counts.train + counts.validation + counts.test })).sort((a, b) => b.value - a.value);
}

function labelSection({ statistics }: DatasetRecord, plots: readonly string[]): string {
  if (statistics.labels === null) return "";
  const lines = Object.entries(statistics.labels).map(([name, { train, validation, test }]) => `| ${cell(name)} | ${train} | ${validation} | ${test} |`);
  return `## Labels\n\n| label | train | validation | test |\n|---|---|---|---|\n${lines.join("\n")}${plots.includes("labels.svg") ? "\n\n![Rows by label](card/labels.svg)" : ""}`;
}

function origin(record: DatasetRecord): readonly string[] {
  const { parent, split } = record;
  const changed = record.transformations.filter(({ rows_changed }) => rows_changed > 0);
  return [
    `content: \`${record.digest}\` (SHA-256 over the rows)`,
    ...(parent === null ? [] : [`parent: ${parent.name} ${parent.version ?? ""} \`${parent.digest.slice(0, 16)}\``]),
    ...record.sources.map((source) => `source: \`${source.path.replaceAll("`", "'")}\`, ${source.rows} rows, SHA-256 \`${source.digest.slice(0, 16)}\``),
    ...(changed.length === 0 ? [] : [`cleaned: ${changed.map(({ name, rows_changed }) => `${name} in ${rows_changed} rows`).join(", ")}`]),
    ...Object.entries(record.dropped).map(([reason, count]) => `left out: ${count} rows, ${reason.replaceAll("_", " ")}`),
    ...record.sampling.map((step) => `sampled: ${step.method}, ${step.rows_before} to ${step.rows_after} rows, seed ${step.seed ?? "none"}, ${Object.entries(step.settings).map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(", ")}`),
    `split: ${split.method}${split.seed === null ? "" : `, seed ${split.seed}`}${split.fractions === null ? "" : `, ${split.fractions.train} / ${split.fractions.validation} / ${split.fractions.test}`}${split.group_by === null ? "" : `, grouped by ${split.group_by}`}${split.stratify_by === null ? "" : `, stratified by ${split.stratify_by}`}`,
  ];
}

function found(record: DatasetRecord, testDecisions: number): readonly string[] {
  const leaks = record.leakage === null ? "leakage between splits: nobody looked" : record.leakage.found.length === 0 ? "no row, near-duplicate, group or free-text answer stands in two splits" : `leakage between splits: ${record.leakage.found.map(({ kind, count }) => `${kind} ${count}`).join(", ")}`;
  return [leaks, ...record.findings.map(({ severity, count, message }) => `${severity}: ${count} ${message}`), `the test split has decided over ${testDecisions === 0 ? "nothing yet" : testDecisions === 1 ? "1 model" : `${testDecisions} models`}`];
}

function modelLink(model: string): string {
  return /^[\w.-]+\/[\w.-]+$/.test(model) ? `[${model}](https://huggingface.co/${model})` : `\`${model.replaceAll("`", "'")}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
