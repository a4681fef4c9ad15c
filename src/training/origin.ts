import { join } from "node:path";
import { isCheckpoint, readCheckpointMetadata } from "../checkpoints/index.ts";
import { findLicense, openWeights, readAdapter } from "../engine/models/index.ts";
import { isFile } from "../files/index.ts";
import { readRun } from "../runs/index.ts";
import { baseMismatch } from "./errors.ts";

/**
 * Where a model made of a checkpoint and its base comes from, as texts for the header of its files. The licence is that of the base, where its
 * card or its file says one; an adapter that is no checkpoint of ours knows its base alone. Reads every byte of the base.
 * @throws `training.base_mismatch` when the checkpoint was trained on other weights, `models.*`
 */
export function describeOrigin(checkpoint: string, basePath: string): Readonly<Record<string, string>> {
  const base = openWeights(basePath);
  const { digest } = base;
  base.close();
  const license = findLicense(base);
  if (!isCheckpoint(checkpoint)) return { base_model: readAdapter(checkpoint).baseModel, base_model_digest: digest, ...license };
  const metadata = readCheckpointMetadata(checkpoint);
  if (metadata.model.base_model_digest !== null && metadata.model.base_model_digest !== digest) throw baseMismatch(checkpoint, basePath, metadata.model.base_model);
  const runDirectory = join(checkpoint, "..", "..");
  const run = isFile(join(runDirectory, "run.json")) ? readRun(runDirectory).record : undefined;
  return {
    run_id: metadata.run_id,
    ...(run === undefined || run.version === null ? {} : { version: run.version }),
    checkpoint_id: metadata.id,
    base_model: metadata.model.base_model,
    base_model_digest: digest,
    ...(run === undefined || run.dataset === null ? {} : { dataset: run.dataset.name }),
    dataset_digest: metadata.dataset_digest ?? "",
    config_digest: metadata.config_digest,
    prompt_format: metadata.prompt_format,
    ...license,
  };
}
