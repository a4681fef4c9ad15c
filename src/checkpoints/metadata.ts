// The sidecar of a checkpoint: written with the weights it describes, never from the state of a later moment.
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { exists, readJson, sha256File, statFile, writeJson } from "../files/index.ts";
import { CHECKPOINT_SCHEMA_VERSION, checkpointMetadataSchema, metricDirection, parseRecord, type CheckpointMetadata } from "../records/index.ts";
import { checkpointDamaged } from "./errors.ts";
import { parseCheckpointName } from "./names.ts";

export const METADATA_FILE = "metadata.json";
export const ADAPTER_FILE = "adapter_model.safetensors";

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
  const metadata: CheckpointMetadata = {
    schema_version: CHECKPOINT_SCHEMA_VERSION,
    id: `checkpoint-${randomBytes(8).toString("hex")}`,
    kind: parseCheckpointName(name)?.kind ?? "step",
    checkpoint_path: name,
    exp_name: facts.runName,
    run_id: facts.runId,
    created_at: now.toISOString(),
    training: { epoch: facts.epoch, global_step: facts.step, training_phase: facts.phase ?? "training", max_epochs: facts.maxEpochs ?? null },
    model: { architecture: facts.architecture, base_model: facts.baseModel, base_model_digest: facts.baseModelDigest },
    metrics: { validation_loss: validation_loss ?? eval_loss ?? null, additional_metrics: others },
    checkpointing: { monitor: facts.monitor ?? null, mode: facts.monitor === undefined ? null : metricDirection(facts.monitor) === "falls" ? "min" : "max" },
    weights,
    config_digest: facts.configDigest,
    dataset_digest: facts.datasetDigest,
    prompt_format: facts.promptFormat,
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
  return parseRecord(checkpointMetadataSchema, readJson(path), path);
}

/** A value of the sidecar by metric name; `eval_loss` and `validation_loss` are one. */
export function metricOf(metadata: CheckpointMetadata, name: string): number | undefined {
  if (name === "eval_loss" || name === "validation_loss") return metadata.metrics.validation_loss ?? undefined;
  return metadata.metrics.additional_metrics[name];
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
