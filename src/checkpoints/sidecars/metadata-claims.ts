// Metadata sidecars: ours (schema_version 2 and up), V1.0 of seed 002, and the one its checkpoint callback wrote. All hold the same groups.
import { parseInstant } from "./instant.ts";
import { present, type CheckpointClaims, type SidecarFault } from "./claims.ts";
import { isObject, readFields, type FieldReader } from "./fields.ts";

export type MetadataFormat = "tunesmith" | "v1" | "callback";

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  "schema_version", "id", "kind", "checkpoint_path", "exp_name", "run_id", "created_at", "training", "model", "metrics", "checkpointing", "config",
  "weights", "config_digest", "dataset_digest", "prompt_format", "hydra_config_path", "wandb_run_id",
]);
const PHASES: readonly string[] = ["training", "validation", "finetuning", "preprocessing"];
const RATES: readonly string[] = ["precision", "recall", "hmean"];

export interface MetadataReading {
  readonly format: MetadataFormat;
  readonly claims: CheckpointClaims;
  readonly faults: readonly SidecarFault[];
  /** Keys nobody asked for, as they stand. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Reads a metadata sidecar of any writer; wrong types become faults. @param file its name, for the faults */
export function readMetadataClaims(value: unknown, file: string): MetadataReading {
  const faults: SidecarFault[] = [];
  const report = (field: string, message: string) => void faults.push({ type: "schema_validation", file, field, message });
  if (!isObject(value)) {
    report("(whole file)", "it holds no object");
    return { format: "v1", claims: {}, faults, extra: {} };
  }
  const fields = readFields(value, report);
  const format = formatOf(value);
  const group = isObject(value["checkpointing"]) ? "checkpointing" : "config";
  const createdAt = fields.text("created_at");
  if (createdAt !== undefined && parseInstant(createdAt) === undefined) report("created_at", `${JSON.stringify(createdAt)} stands where an ISO 8601 time is needed`);
  const phase = fields.text("training.training_phase");
  if (phase !== undefined && format === "v1" && !PHASES.includes(phase)) report("training.training_phase", `${JSON.stringify(phase)} stands where one of ${PHASES.join(", ")} is needed`);
  const mode = fields.text(`${group}.mode`);
  if (mode !== undefined && mode !== "min" && mode !== "max") report(`${group}.mode`, `${JSON.stringify(mode)} stands where min or max is needed`);
  for (const name of ["training", "model", "metrics"]) if (!isObject(value[name])) report(name, value[name] === undefined ? "it is missing" : "it is no object");
  for (const name of ["epoch", "global_step"]) if (isObject(value["training"]) && fields.at(`training.${name}`) === undefined) report(`training.${name}`, "it is missing");
  const metrics = readMetrics(fields, report);
  if (format === "v1" && metrics["hmean"] === undefined) faults.push({ type: "business_rule", file, field: "metrics.hmean", message: "hmean is missing" });
  const claims: CheckpointClaims = present({
    id: fields.text("id"),
    runId: fields.text("run_id"),
    expName: fields.text("exp_name"),
    createdAt: createdAt !== undefined && parseInstant(createdAt) !== undefined ? createdAt : undefined,
    epoch: fields.count("training.epoch", { min: 0 }),
    step: fields.count("training.global_step", { min: 0 }),
    maxEpochs: fields.count("training.max_epochs", { min: 1 }),
    phase,
    architecture: fields.text("model.architecture"),
    encoder: fields.part("model.encoder") ?? fields.part("model.components.encoder"),
    decoder: fields.part("model.decoder") ?? fields.part("model.components.decoder"),
    head: fields.part("model.head") ?? fields.part("model.components.head"),
    loss: fields.part("model.loss") ?? fields.part("model.components.loss"),
    baseModel: fields.text("model.base_model"),
    monitor: fields.text(`${group}.monitor`),
    mode: mode === "min" || mode === "max" ? mode : undefined,
    saveTopK: fields.count(`${group}.save_top_k`, { min: -1 }),
    saveLast: fields.flag(`${group}.save_last`),
    configPath: fields.text("hydra_config_path"),
    wandbRunId: fields.text("wandb_run_id"),
    configDigest: fields.text("config_digest"),
    datasetDigest: fields.text("dataset_digest"),
    weightsFile: fields.text("weights.file"),
    weightsDigest: fields.text("weights.sha256"),
    weightsBytes: fields.count("weights.size_bytes", { min: 0 }),
    metrics: Object.keys(metrics).length === 0 ? undefined : metrics,
  });
  return { format, claims, faults, extra: Object.fromEntries(Object.entries(value).filter(([key]) => !KNOWN_KEYS.has(key))) };
}

function formatOf(value: Readonly<Record<string, unknown>>): MetadataFormat {
  if (typeof value["schema_version"] === "number") return "tunesmith";
  return value["schema_version"] === undefined && isObject(value["config"]) ? "callback" : "v1";
}

/** Every number of the group, and of its `additional_metrics`; null is nothing. */
function readMetrics(fields: FieldReader, report: (field: string, message: string) => void): Readonly<Record<string, number>> {
  const metrics: Record<string, number> = {};
  const take = (group: Readonly<Record<string, unknown>>, prefix: string) => {
    for (const [name, found] of Object.entries(group)) {
      if (found === null || found === undefined || name === "additional_metrics" || name === "measured_on") continue;
      if (typeof found !== "number" || !Number.isFinite(found)) report(`${prefix}.${name}`, `${JSON.stringify(found) ?? String(found)} stands where a number is needed`);
      else if (prefix === "metrics" && RATES.includes(name) && (found < 0 || found > 1)) report(`${prefix}.${name}`, `${found} stands where a fraction of 0 to 1 is needed`);
      else metrics[name] = found;
    }
  };
  const group = isObject(fields.at("metrics")) ? fields.object("metrics") : undefined;
  if (group !== undefined) take(group, "metrics");
  const additional = group === undefined ? undefined : fields.object("metrics.additional_metrics");
  if (additional !== undefined) take(additional, "metrics.additional_metrics");
  return metrics;
}
