// README.md of a release: what it is for, how it was trained and on what, how good it is and how sure that is, and where all of it comes from.
import type { ReleaseRecord } from "../../records/index.ts";
import { HUB, type CardPlace } from "./card-place.ts";
import { lineageSection } from "./lineage-section.ts";
import { loadSection } from "./load-section.ts";
import { cell, code, formatScore, formatSize, renderCard, section, table } from "./markdown.ts";
import { metricTitle, modelHead, shownMetrics } from "./model-head.ts";

/** The same record and place give the same text, to the byte. */
export function renderModelCard(record: ReleaseRecord, place: CardPlace = {}): string {
  return renderCard(modelHead(record, place), [
    `# ${cell(record.name)} ${record.version}`,
    opening(record),
    intendedUse(record),
    loadSection(record, place),
    training(record),
    dataSection(record, place),
    evaluationSection(record),
    quantized(record),
    licenceSection(record),
    lineageSection(record, place),
    missing(record),
  ]);
}

function opening({ base_model: base, dataset, run }: ReleaseRecord): string {
  const data = dataset === null ? "on data nobody recorded" : `on ${cell(dataset.name)}${dataset.version === null ? "" : ` ${dataset.version}`}`;
  const notes = run.notes === "" ? "" : `\n\n${run.notes.split("\n").map((line) => `> ${cell(line)}`).join("\n")}`;
  return `${base.id === null ? code(lastOf(base.path)) : `[${cell(base.id)}](${HUB}/${base.id})`} fine-tuned by LoRA ${data}.${notes}`;
}

/** Only what follows from the records: who asks it anything else has no measurement to go by. */
function intendedUse({ dataset, evaluation, prompt_format }: ReleaseRecord): string {
  const kind = evaluation === null ? "" : evaluation.task === "labels" ? "It names labels. " : evaluation.task === "entities" ? "It lists entities. " : "";
  const rows = dataset === null ? "the rows it was trained on" : `the rows of ${cell(dataset.name)}`;
  const measured = evaluation === null ? "Nothing was measured: nobody knows yet how well it does this." : `It was measured on ${evaluation.rows} rows of the ${evaluation.split} split (below); for other kinds of text and other languages there is no measurement.`;
  return section("Intended use", `${kind}It answers requests like ${rows}, asked in the prompt format ${code(prompt_format)}. ${measured}`, "Look at what it answers before anything depends on it.");
}

const SETTINGS = ["epochs", "max_steps", "batch_size", "gradient_accumulation_steps", "learning_rate", "lr_scheduler", "warmup_ratio", "weight_decay", "lora_r", "lora_alpha", "lora_dropout", "lora_target_modules", "max_seq_length", "train_on", "packing", "load_in", "seed"];

function training({ config, config_digest, run, checkpoint }: ReleaseRecord): string {
  const rows = SETTINGS.filter((name) => config[name] !== undefined && config[name] !== "").map((name) => [name, code(sayValue(config[name]))]);
  const where = `Weights of step ${checkpoint.step} (${code(checkpoint.name)}) of ${run.last_step}, the run ${code(run.name)}. All settings are in ${code("release.json")}, their digest is ${code(config_digest)}.`;
  return section("Training configuration", table(["setting", "value"], rows), where);
}

function sayValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function dataSection({ dataset }: ReleaseRecord, { dataset: published, endpoint = HUB }: CardPlace): string {
  if (dataset === null) return section("Data", "Nobody recorded what it was trained on.");
  const rows = Object.entries(dataset.rows).map(([split, count]) => `${split} ${count}`);
  const facts = [
    `${cell(dataset.name)}${dataset.version === null ? ", which has no version" : ` ${dataset.version}`}, SHA-256 over its rows ${code(dataset.digest)}`,
    ...(published === undefined ? [] : [`published as [${published.id}](${endpoint}/datasets/${published.id}/tree/${published.commit})${published.tag === null ? "" : `, tag ${code(published.tag)}`}, revision ${code(published.commit)}`]),
    `rows: ${rows.join(", ")}${dataset.sampled === null ? "" : `; ${dataset.sampled} sampled`}${dataset.split_method === null ? "" : `; split: ${dataset.split_method}`}`,
    ...(dataset.parent === null ? [] : [`made from ${cell(dataset.parent.name)} ${dataset.parent.version ?? ""} ${code(dataset.parent.digest.slice(0, 16))}`]),
    ...dataset.sources.map(({ kind, path, rows: count, digest, hub }) => `source (${kind}): ${kind === "hub" && hub !== undefined ? `[${cell(path)}](${HUB}/datasets/${path}/tree/${hub.commit})` : code(lastOf(path))}, ${count} rows, SHA-256 ${code(digest)}`),
  ];
  return section("Data", facts.map((fact) => `- ${fact}`).join("\n"));
}

function evaluationSection({ evaluation, dataset }: ReleaseRecord): string {
  if (evaluation === null) return "";
  const { base } = evaluation;
  const other = dataset?.digest === evaluation.dataset_digest ? "" : ` These rows are of another dataset than the training's (${code(evaluation.dataset_digest.slice(0, 16))}).`;
  const line = ([name, { value, low, high, n, unit, direction }]: readonly [string, typeof evaluation.metrics[string]]): readonly string[] => [
    cell(metricTitle(name)),
    formatScore(value),
    `${formatScore(low)} – ${formatScore(high)}`,
    ...(base === null ? [] : [base[name] === undefined ? "–" : formatScore(base[name].value)]),
    String(n),
    `${unit}, ${direction === "falls" ? "less" : "more"} is better`,
  ];
  const header = ["metric", "value", `${100 * evaluation.confidence} % interval`, ...(base === null ? [] : ["base"]), "rows", "unit"];
  const parts = Object.entries(evaluation.metrics).filter(([name]) => name.includes("/"));
  return section(
    "Evaluation",
    `${evaluation.rows} rows of the ${evaluation.split} split; intervals by bootstrap over rows (${evaluation.resamples} resamples). How it was measured is in ${code(evaluation.path)}.${other}`,
    table(header, shownMetrics(evaluation).map(line)),
    parts.length === 0 ? "" : `By label:\n\n${table(header, parts.map(line))}`,
  );
}

function quantized({ gguf }: ReleaseRecord): string {
  const rows = gguf.map(({ path, type, size_bytes, bits_per_weight, perplexity, verification: checked }) => [
    code(path),
    type,
    formatSize(size_bytes),
    bits_per_weight === null ? "–" : bits_per_weight.toFixed(2),
    perplexity === null ? "–" : formatScore(perplexity),
    checked === null ? "–" : formatScore(checked.kl_divergence_mean),
    checked === null ? "–" : `${(100 * checked.top1_agreement).toFixed(1)} %`,
    checked === null ? "not verified" : checked.passed ? `yes, ${checked.identical_answers} of ${checked.answers} answers identical` : `no: ${cell(checked.reasons.join(", "))}`,
  ]);
  return section("Quantized files", table(["file", "type", "size", "bits per weight", "perplexity", "KL divergence", "same token most probable", "answers as trained"], rows));
}

function licenceSection({ licence }: ReleaseRecord): string {
  const say = (name: string | null): string => (name === null ? "not stated" : code(name));
  return section("Licence", `Base model: ${say(licence.base)}; dataset: ${say(licence.dataset)}; this model: ${say(licence.chosen)}.`, licence.conflict === null ? "" : `**Conflict:** ${cell(licence.conflict)}.`);
}

function missing({ missing: parts }: ReleaseRecord): string {
  return section("What is missing", parts.map(({ what, reason }) => `- ${cell(what)}: ${cell(reason)}`).join("\n"));
}

/** The folders above say where it lay on one machine. */
export function lastOf(path: string): string {
  return path.split(/[\\/]/).filter((part) => part !== "").at(-1) ?? path;
}
