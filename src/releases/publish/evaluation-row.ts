// One row of the evaluations table: the columns of seed 001 in its order, and behind them what makes the row traceable.
import { canonicalJson } from "../../files/index.ts";
import type { ReleaseRecord } from "../../records/index.ts";
import { EVALS_COLUMNS } from "../../runs/index.ts";

export interface PublishedPlaces {
  readonly modelId: string;
  /** The commit of the model's files. */
  readonly modelCommit: string;
  readonly dataset?: { readonly id: string; readonly version: string | null; readonly commit: string };
}

/** Column → cell; what is not known is empty, never 0. */
export function evaluationRow(record: ReleaseRecord, places: PublishedPlaces): ReadonlyMap<string, string> {
  const known = knownFields(record, places);
  const { evaluation } = record;
  const ofSeed = EVALS_COLUMNS.map(([title, fields]) => [title, sayCell(fields.map((field) => known.get(field)).find((value) => value !== undefined && value !== null))] as const);
  const own: readonly (readonly [string, unknown])[] = [
    ["run_id", record.run.id],
    ["release_digest", record.digest],
    ["config_digest", record.config_digest],
    ["weights_digest", record.checkpoint.weights_digest],
    ["model_revision", places.modelCommit],
    ["dataset_digest", evaluation?.dataset_digest],
    ["training_dataset_digest", record.dataset?.digest],
    ["dataset_revision", places.dataset?.commit],
    ["split", evaluation?.split],
    ["rows", evaluation?.rows],
    ["evaluation_digest", evaluation?.evaluation_digest],
    ["metrics", evaluation === null ? undefined : canonicalJson(Object.fromEntries(Object.entries(evaluation.metrics).map(([name, { value, low, high, n, unit }]) => [name, { value, low, high, n, unit }])))],
  ];
  return new Map([...ofSeed, ...own.map(([title, value]) => [title, sayCell(value)] as const)]);
}

/** The fields of a run by the names that its listings know them by. */
function knownFields(record: ReleaseRecord, { modelId, dataset }: PublishedPlaces): ReadonlyMap<string, unknown> {
  const { config, evaluation, run, base_model: base } = record;
  const scores = Object.entries(evaluation?.metrics ?? {}).map(([name, { value }]) => [name, value] as const);
  return new Map<string, unknown>([
    ...Object.entries(config).map(([name, value]) => [`config.${name}`, value] as const),
    ["config.base_model", base.id ?? base.path],
    ["config.train_size", record.dataset?.rows["train"]],
    ["config.test_size", record.dataset?.rows["test"]],
    ["config.sample_size", config["sample_size"] ?? record.dataset?.sampled],
    ["config.num_epochs", config["num_epochs"] ?? config["epochs"]],
    ...scores.filter(([name]) => !name.includes("/")).map(([name, value]) => [`metrics.${name}`, value] as const),
    ...scores.filter(([name]) => name.includes("/")).map(([name, value]) => [`metrics.per_label.${name.replace("/", ".")}`, value] as const),
    ["version", record.version],
    ["started", run.started_at],
    ["ended", run.ended_at],
    ["notes", run.notes],
    ["metadata.model_repo", modelId],
    ["metadata.dataset_repo", dataset?.id],
    ["metadata.dataset_version", dataset?.version ?? record.dataset?.version],
  ]);
}

/** A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function sayCell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return /^[=+@\t\r]|^-[^\d.]/.test(value) ? `'${value}` : value;
  return typeof value === "object" ? canonicalJson(value) : String(value);
}
