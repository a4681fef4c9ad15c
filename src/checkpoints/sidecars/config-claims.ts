// Configurations of runs: Hydra's `.hydra/config.yaml`, a model section alone, Lightning's hparams.yaml, a Hugging Face config.json, ours.
// They have no schema of ours, so a member of another shape says nothing and is no fault.
import { present, type CheckpointClaims } from "./claims.ts";
import { isObject, meaningful, readFields, type FieldReader } from "./fields.ts";

/** Reads what a configuration says about the model and the run; `max_epochs` is a plan, never an epoch reached. */
export function readConfigClaims(value: unknown): CheckpointClaims {
  if (!isObject(value)) return {};
  const whole = readFields(value);
  const model = readFields(isObject(value["model"]) ? value["model"] : value);
  const part = (name: string) => model.part(`component_overrides.${name}`) ?? model.part(name) ?? textAt(model, `${name}_name`);
  const mode = textAt(whole, "callbacks.model_checkpoint.mode");
  return present({
    architecture: textAt(model, "architecture_name") ?? firstText(model.at("architectures")) ?? textAt(model, "architecture") ?? textAt(model, "model_type"),
    encoder: part("encoder"),
    decoder: part("decoder"),
    head: part("head"),
    loss: part("loss"),
    baseModel: firstOf(whole, ["model_name_or_path", "base_model_name_or_path", "base_model", "model_name", "_name_or_path"]),
    expName: textAt(whole, "exp_name"),
    tag: textAt(whole, "experiment_tag") ?? textAt(whole, "callbacks.model_checkpoint.experiment_tag"),
    phase: textAt(whole, "callbacks.model_checkpoint.training_phase") ?? textAt(whole, "training_phase"),
    maxEpochs: wholeNumber(whole, ["trainer.max_epochs", "max_epochs", "num_train_epochs", "epochs"]),
    monitor: textAt(whole, "callbacks.model_checkpoint.monitor"),
    mode: mode === "min" || mode === "max" ? mode : undefined,
    saveTopK: wholeNumber(whole, ["callbacks.model_checkpoint.save_top_k"]),
    wandbRunId: textAt(whole, "logger.wandb.id"),
  });
}

/** Hugging Face's config.json beside weights: the family (`llama`), not the class. */
export function readModelConfigClaims(value: unknown): CheckpointClaims {
  const fields = readFields(value);
  const quantized = textAt(fields, "quantization_config.quant_method");
  return present({ architecture: textAt(fields, "model_type") ?? firstText(fields.at("architectures")), baseModel: textAt(fields, "_name_or_path"), quantization: quantized });
}

/** PEFT's adapter_config.json. */
export function readAdapterConfigClaims(value: unknown): CheckpointClaims {
  const fields = readFields(value);
  return present({ baseModel: textAt(fields, "base_model_name_or_path") });
}

function textAt(fields: FieldReader, path: string): string | undefined {
  const found = fields.at(path);
  return typeof found === "string" ? meaningful(found) : undefined;
}

function firstOf(fields: FieldReader, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const found = textAt(fields, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? meaningful(first) : undefined;
}

function wholeNumber(fields: FieldReader, paths: readonly string[]): number | undefined {
  return paths.map((path) => fields.at(path)).find((found): found is number => typeof found === "number" && Number.isInteger(found));
}
