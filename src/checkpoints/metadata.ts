// The sidecar of a checkpoint: written with the weights it describes, never from the state of a later moment.
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { exists, readJson, sha256File, statFile, writeJson } from "../files/index.ts";
import { CHECKPOINT_SCHEMA_VERSION, checkpointMetadataSchema, checkpointUpgrades, metricDirection, parseRecord, type CheckpointMetadata } from "../records/index.ts";
import { checkpointDamaged } from "./errors.ts";
import { parseCheckpointName } from "./names.ts";

export const METADATA_FILE = "metadata.json";
export const ADAPTER_FILE = "adapter_model.safetensors";

/** Metrics with a field of their own while they are fractions; percentages stay among the others. */
const RATES: readonly string[] = ["precision", "recall", "hmean"];

/** What a training knows about the checkpoint it saves. */
export interface CheckpointFacts {
  readonly runId: string;
  /** Name of the run directory. */
  readonly runName: string;
  /** 0-based. */
  readonly epoch: number;
  /** Optimizer steps done. */
  readonly step: number;
  /** Default: `training`. */
  readonly phase?: string;
  readonly maxEpochs?: number;
  /** Architecture of the base model, e.g. `llama`. */
  readonly architecture: string;
  readonly baseModel: string;
  readonly baseModelDigest: string | null;
  readonly configDigest: string;
  readonly datasetDigest: string | null;
  readonly promptFormat: string;
  /** Measured at this step, by name. Values that are not finite are left out. */
  readonly metrics?: Readonly<Record<string, number>>;
  /** The metric that decides which checkpoint is best. Default: none. */
  readonly monitor?: string;
  /** Split the metrics were measured on. Default: `validation`. */
  readonly split?: string;
  /** Rows they were measured on. Default: not known. */
  readonly rows?: number;
  /** Digest of the settings they were measured with. Default: not known. */
  readonly evaluationDigest?: string;
  /** Encoder, decoder, head and loss of a model that is put together of parts. Default: none. */
  readonly components?: Pick<CheckpointMetadata["model"], "encoder" | "decoder" | "head" | "loss">;
  /** How many of the best are kept. Default: not known. */
  readonly saveTopK?: number;
  /** Whether a copy `last` is kept. Default: true. */
  readonly saveLast?: boolean;
  /** The resolved configuration, relative to the run directory. Default: not known. */
  readonly configPath?: string;
  readonly wandbRunId?: string;
  /** The file with the trained weights. Default: `adapter_model.safetensors`. */
  readonly weightsFile?: string;
}

/**
 * Writes metadata.json into a directory that already holds the weights.
 * @param name the directory's final name, when it is still a temporary one
 * @throws `files.missing` when the weights are not there
 */
export function writeCheckpointMetadata(directory: string, facts: CheckpointFacts, name = basename(directory), now: Date = new Date()): CheckpointMetadata {
  const file = facts.weightsFile ?? ADAPTER_FILE;
  const weights = { file, sha256: sha256File(join(directory, file)), size_bytes: statFile(join(directory, file)).sizeBytes };
  const { eval_loss, validation_loss, ...others } = Object.fromEntries(Object.entries(facts.metrics ?? {}).filter(([, value]) => Number.isFinite(value)));
  const measured = Object.values(facts.metrics ?? {}).some(Number.isFinite);
  const rates = Object.fromEntries(Object.entries(others).filter(([name, value]) => RATES.includes(name) && value >= 0 && value <= 1));
  const metadata: CheckpointMetadata = {
    schema_version: CHECKPOINT_SCHEMA_VERSION,
    id: `checkpoint-${randomBytes(8).toString("hex")}`,
    kind: parseCheckpointName(name)?.kind ?? "step",
    checkpoint_path: name,
    exp_name: facts.runName,
    run_id: facts.runId,
    created_at: now.toISOString(),
    training: { epoch: facts.epoch, global_step: facts.step, training_phase: facts.phase ?? "training", max_epochs: facts.maxEpochs ?? null },
    model: { architecture: facts.architecture, base_model: facts.baseModel, base_model_digest: facts.baseModelDigest, ...facts.components },
    metrics: {
      precision: rates["precision"] ?? null,
      recall: rates["recall"] ?? null,
      hmean: rates["hmean"] ?? null,
      validation_loss: validation_loss ?? eval_loss ?? null,
      additional_metrics: Object.fromEntries(Object.entries(others).filter(([name]) => !(name in rates))),
      measured_on: measured ? { checkpoint_digest: weights.sha256, dataset_digest: facts.datasetDigest, split: facts.split ?? "validation", rows: facts.rows ?? null, evaluation_digest: facts.evaluationDigest ?? null } : null,
    },
    checkpointing: {
      monitor: facts.monitor ?? null,
      mode: facts.monitor === undefined ? null : metricDirection(facts.monitor) === "falls" ? "min" : "max",
      save_top_k: facts.saveTopK ?? null,
      save_last: facts.saveLast ?? true,
    },
    weights,
    config_digest: facts.configDigest,
    dataset_digest: facts.datasetDigest,
    prompt_format: facts.promptFormat,
    hydra_config_path: facts.configPath ?? null,
    wandb_run_id: facts.wandbRunId ?? null,
  };
  writeJson(join(directory, METADATA_FILE), metadata);
  return metadata;
}

/** Rewrites the sidecar of a copy: another name and kind, the same id and facts. */
export function renameCheckpointMetadata(directory: string, name: string): CheckpointMetadata {
  const metadata: CheckpointMetadata = { ...readCheckpointMetadata(directory), checkpoint_path: name, kind: parseCheckpointName(name)?.kind ?? "step" };
  writeJson(join(directory, METADATA_FILE), metadata);
  return metadata;
}

/** @throws `files.missing`, `records.invalid` */
export function readCheckpointMetadata(directory: string): CheckpointMetadata {
  const path = join(directory, METADATA_FILE);
  return parseRecord(checkpointMetadataSchema, readJson(path), path, checkpointUpgrades);
}

/** A value of the sidecar by metric name; `eval_loss` and `validation_loss` are one. */
export function metricOf(metadata: CheckpointMetadata, name: string): number | undefined {
  if (name === "eval_loss" || name === "validation_loss") return metadata.metrics.validation_loss ?? undefined;
  const own = name === "precision" || name === "recall" || name === "hmean" ? metadata.metrics[name] : undefined;
  return own ?? metadata.metrics.additional_metrics[name];
}

/** Reads the weights file once more and compares its digest. @throws `checkpoints.damaged`, `files.missing` */
export function verifyCheckpoint(directory: string): CheckpointMetadata {
  const metadata = readCheckpointMetadata(directory);
  const { file, sha256 } = metadata.weights;
  const found = sha256File(join(directory, file));
  if (found !== sha256) throw checkpointDamaged(directory, file, sha256, found);
  return metadata;
}

/** Whether a directory is a complete checkpoint: the sidecar is written last. */
export function isCheckpoint(directory: string): boolean {
  return exists(join(directory, METADATA_FILE));
}
