// The YAML head of a model's card. Source: Hub documentation, model cards, and huggingface/hub-docs modelcard.md (base_model, base_model_relation,
// datasets, model-index).
import type { ReleasedEvaluation, ReleaseRecord } from "../../records/index.ts";
import type { CardPlace } from "./card-place.ts";

/** What the Hub calls a metric, and how it is shown. A percentage says so in its name. */
const METRICS: Readonly<Record<string, readonly [type: string, name: string]>> = {
  f1: ["f1", "F1"],
  f1_micro: ["f1", "F1 (micro)"],
  f1_macro: ["f1", "F1 (macro)"],
  f1_samples: ["f1", "F1 (samples)"],
  accuracy: ["accuracy", "Accuracy"],
  subset_accuracy: ["accuracy", "Accuracy (all labels)"],
  exact_match: ["exact_match", "Exact match"],
  rouge1: ["rouge", "ROUGE-1"],
  rouge2: ["rouge", "ROUGE-2"],
  rougeL: ["rouge", "ROUGE-L"],
  rougeLsum: ["rouge", "ROUGE-Lsum"],
  bleu: ["bleu", "BLEU"],
  chrf: ["chrf", "chrF"],
  "chrf++": ["chrf", "chrF++"],
  perplexity: ["perplexity", "Perplexity"],
  loss: ["loss", "Loss (nats per token)"],
};

/** What lies at the root of the repository decides how the model is loaded. */
export type Form = "transformers" | "peft" | "gguf";

export function formOf({ files }: Pick<ReleaseRecord, "files">): Form {
  return files.some(({ role }) => role === "merged") ? "transformers" : files.some(({ role }) => role === "adapter") ? "peft" : "gguf";
}

const RELATION: Readonly<Record<Form, string>> = { transformers: "finetune", peft: "adapter", gguf: "quantized" };

/** The members of the head; undefined and empty ones are not written. */
export function modelHead(record: ReleaseRecord, place: CardPlace): Readonly<Record<string, unknown>> {
  const { base_model: base, dataset, evaluation, gguf, licence, files } = record;
  const form = formOf(record);
  const sources = dataset?.sources.flatMap(({ kind, path }) => (kind === "hub" ? [path] : [])) ?? [];
  const datasets = [...new Set([...(place.dataset === undefined ? [] : [place.dataset.id]), ...sources])];
  return {
    license: licence.chosen ?? undefined,
    language: dataset?.languages ?? [],
    library_name: form,
    pipeline_tag: "text-generation",
    tags: ["tunesmith", ...(files.some(({ role }) => role === "adapter") ? ["lora"] : []), ...(gguf.length > 0 ? ["gguf"] : [])],
    base_model: base.id ?? undefined,
    base_model_relation: base.id === null ? undefined : RELATION[form],
    datasets,
    metrics: evaluation === null ? [] : [...new Set(shownMetrics(evaluation).flatMap(([name]) => METRICS[name]?.[0] ?? []))],
    "model-index": evaluation === null ? undefined : [modelIndex(record, evaluation, place)],
  };
}

/** Those of all rows; scores of single labels are told in the body. */
export function shownMetrics({ metrics }: Pick<ReleasedEvaluation, "metrics">): readonly (readonly [string, ReleasedEvaluation["metrics"][string]])[] {
  return Object.entries(metrics).filter(([name]) => !name.includes("/"));
}

export function metricTitle(name: string): string {
  return METRICS[name]?.[1] ?? name;
}

function modelIndex({ name, version, dataset }: ReleaseRecord, evaluation: ReleasedEvaluation, place: CardPlace): Readonly<Record<string, unknown>> {
  const title = dataset?.digest === evaluation.dataset_digest ? `${dataset.name}${dataset.version === null ? "" : ` ${dataset.version}`}` : `dataset ${evaluation.dataset_digest.slice(0, 16)}`;
  const isPublished = place.dataset !== undefined && dataset?.digest === evaluation.dataset_digest;
  const revision = isPublished ? place.dataset.commit : undefined;
  const rows = { type: isPublished ? place.dataset.id : title.replace(/ d\d[\d.]*$/, "").replaceAll(/[^\w.-]+/g, "-"), name: title, split: evaluation.split, ...(revision !== undefined && { revision }) };
  const metrics = shownMetrics(evaluation).map(([metric, { value, unit }]) => ({ type: METRICS[metric]?.[0] ?? metric, value, name: `${metricTitle(metric)}${unit === "percent" ? " (percent)" : ""}` }));
  return { name: `${name} ${version}`, results: [{ task: { type: "text-generation" }, dataset: rows, metrics }] };
}
