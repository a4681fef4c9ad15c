// The card of a dataset: README.md with the YAML head that the Hugging Face Hub reads, and its plots. Source: Hub documentation, dataset cards.
import { join } from "node:path";
import { ensureDirectory, writeFileAtomic } from "../../files/index.ts";
import type { DatasetRecord, DatasetSource } from "../../records/index.ts";
import { openDataset } from "../load.ts";
import { SPLIT_NAMES } from "../row.ts";
import { barChart } from "../show/charts.ts";
import { countBars, profileDataset, tokenBars, type DatasetProfile, type SplitCounts } from "../show/profile.ts";
import { cardHead } from "./card-head.ts";
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
  const profile = profileDataset(openDataset(path));
  const plots = drawPlots(profile);
  ensureDirectory(join(path, "card"));
  for (const { file, svg } of plots) writeFileAtomic(join(path, "card", file), svg);
  const testDecisions = countDecisions(listSplitUses(path), profile.record, "test");
  writeFileAtomic(join(path, "README.md"), renderCard(profile, { ...options, testDecisions, place: path, plots }));
  return { path: join(path, "README.md"), plots: plots.map(({ file }) => join(path, "card", file)) };
}

interface Plot {
  readonly file: string;
  readonly title: string;
  readonly svg: string;
}

/** Lengths are always drawn; the others where there is something to see. */
function drawPlots(profile: DatasetProfile): readonly Plot[] {
  const { record, words, labels, entities } = profile;
  const { tokens } = record.statistics;
  return [
    { file: "lengths.svg", title: "Rows by words", bars: words },
    { file: "tokens.svg", title: `Rows by tokens of ${tokens?.tokenizer ?? ""}`, bars: tokens === null ? [] : tokenBars(tokens) },
    { file: "labels.svg", title: "Rows by label", bars: countBars(labels) },
    { file: "tasks.svg", title: "Rows by task", bars: countBars(severalTasks(profile)) },
    { file: "entities.svg", title: "Rows by type of entity", bars: countBars(entities) },
  ].filter(({ file, bars }) => file === "lengths.svg" || bars.length > 0).map(({ file, title, bars }) => ({ file, title, svg: barChart(title, bars) }));
}

/** One task says nothing. */
function severalTasks({ tasks }: DatasetProfile): SplitCounts {
  return Object.keys(tasks).length > 1 ? tasks : {};
}

interface RenderOptions extends CardOptions {
  readonly place: string;
  readonly testDecisions: number;
  readonly plots: readonly Plot[];
}

function renderCard(profile: DatasetProfile, options: RenderOptions): string {
  const { record, labels, entities } = profile;
  const plotOf = (file: string): string => options.plots.filter((plot) => plot.file === file).map(({ title }) => `![${cell(title)}](card/${file})`).join("");
  const parts = [
    cardHead(profile, options),
    `# ${record.name}${record.version === null ? "" : ` ${record.version}`}`,
    options.description ?? "",
    `| split | rows | words | mean words | role |\n|---|---|---|---|---|\n${SPLIT_NAMES.map((name) => `| ${name} | ${record.splits[name].rows} | ${record.splits[name].words.total} | ${record.splits[name].words.mean.toFixed(1)} | ${record.roles[name]} |`).join("\n")}`,
    plotOf("lengths.svg"),
    sayTokens(record),
    plotOf("tokens.svg"),
    countSection("Labels", "label", labels, plotOf("labels.svg")),
    countSection("Tasks", "task", severalTasks(profile), plotOf("tasks.svg")),
    countSection("Entities", "type", entities, plotOf("entities.svg")),
    `## Where it comes from\n\n${origin(record).map((line) => `- ${line}`).join("\n")}`,
    `## What was found\n\n${found(record, options.testDecisions).map((line) => `- ${line}`).join("\n")}`,
    options.models === undefined || options.models.length === 0 ? "" : `## Models trained on it\n\n${options.models.map((model) => `- ${modelLink(model)}`).join("\n")}`,
    usage(record, options),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function usage(record: DatasetRecord, { hubId, place }: RenderOptions): string {
  const python =
    hubId === undefined
      ? `from datasets import load_from_disk\n\ndataset = load_from_disk(${JSON.stringify(place)})`
      : `from datasets import load_dataset\n\ndataset = load_dataset(${JSON.stringify(hubId)}${record.version === null ? "" : `, revision=${JSON.stringify(record.version)}`})`;
  const typescript = `import { loadDataset } from "tunesmith";\n\nconst { splits } = loadDataset(${JSON.stringify(place)});\nconsole.log(splits.train[0]);`;
  return `## Use\n\nPython:\n\n\`\`\`python\n${python}\nprint(dataset["train"][0])\n\`\`\`\n\nTypeScript:\n\n\`\`\`ts\n${typescript}\n\`\`\``;
}

function sayTokens({ statistics: { tokens } }: DatasetRecord): string {
  if (tokens === null) return "";
  const cut = tokens.limit === null ? "" : `; ${tokens.cut_rows === 0 ? "none is" : `${tokens.cut_rows} are`} longer than ${tokens.limit}`;
  return `A row has ${tokens.mean.toFixed(1)} tokens on average by the tokenizer of \`${tokens.tokenizer.replaceAll("`", "'")}\`, ${tokens.shortest} to ${tokens.longest}${cut}.`;
}

function countSection(title: string, noun: string, counts: SplitCounts, plot: string): string {
  const lines = Object.entries(counts).map(([name, { train, validation, test }]) => `| ${cell(name)} | ${train} | ${validation} | ${test} |`);
  return lines.length === 0 ? "" : `## ${title}\n\n| ${noun} | train | validation | test |\n|---|---|---|---|\n${lines.join("\n")}\n\n${plot}`;
}

function origin(record: DatasetRecord): readonly string[] {
  const { parent, split } = record;
  const changed = record.transformations.filter(({ rows_changed }) => rows_changed > 0);
  return [
    `content: \`${record.digest}\` (SHA-256 over the rows)`,
    ...(parent === null ? [] : [`parent: ${parent.name} ${parent.version ?? ""} \`${parent.digest.slice(0, 16)}\``]),
    ...record.sources.map((source) => `source: ${sourceLink(source)}, ${source.rows} rows, SHA-256 \`${source.digest.slice(0, 16)}\``),
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

function sourceLink({ path, hub }: DatasetSource): string {
  if (hub === undefined) return `\`${path.replaceAll("`", "'")}\``;
  return `[${path}](https://huggingface.co/datasets/${path}/tree/${hub.commit}), config ${hub.config}, ${hub.splits.length === 1 ? "split" : "splits"} ${hub.splits.join(", ")}`;
}

function modelLink(model: string): string {
  return /^[\w.-]+\/[\w.-]+$/.test(model) ? `[${model}](https://huggingface.co/${model})` : `\`${model.replaceAll("`", "'")}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
