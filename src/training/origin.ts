import { join } from "node:path";
import { readCheckpointMetadata } from "../checkpoints/index.ts";
import { openModel } from "../engine/models/index.ts";
import { isFile } from "../files/index.ts";
import { readRun } from "../runs/index.ts";
import { baseMismatch } from "./errors.ts";

/**
 * Where a model made of a checkpoint and its base comes from, as texts for the header of its files. Reads every byte of the base.
 * @throws `training.base_mismatch` when the checkpoint was trained on other weights, `models.*`
 */
export function describeOrigin(checkpoint: string, basePath: string): Readonly<Record<string, string>> {
  const metadata = readCheckpointMetadata(checkpoint);
  const base = openModel(basePath);
  const digest = base.digest;
  base.close();
  if (metadata.model.base_model_digest !== null && metadata.model.base_model_digest !== digest) throw baseMismatch(checkpoint, basePath, metadata.model.base_model);
  const runDirectory = join(checkpoint, "..", "..");
  const version = isFile(join(runDirectory, "run.json")) ? readRun(runDirectory).record.version : null;
  return {
    run_id: metadata.run_id,
    ...(version === null ? {} : { version }),
    checkpoint_id: metadata.id,
    base_model: metadata.model.base_model,
    base_model_digest: digest,
    dataset_digest: metadata.dataset_digest ?? "",
    config_digest: metadata.config_digest,
    prompt_format: metadata.prompt_format,
  };
}
