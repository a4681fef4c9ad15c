// The configuration of a training: one schema for flags, YAML and overrides. Defaults follow the command of issue 2 and seed 003.
import { z } from "zod";
import { flagsOf, type ConfigFlag } from "./flags.ts";
import { namingSchema } from "./workspace.ts";

export const LORA_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const;

/** What is measured at each save. */
const MONITORS = ["eval_loss", "token_accuracy"] as const;

const count = z.number().int().min(1);
const countOrOff = z.number().int().min(0);
const fraction = z.number().min(0).max(1);

export const trainConfigSchema = z.strictObject({
  model_name: z.string().min(1).describe("base model: Hugging Face directory, .gguf file or Hub id"),
  dataset_path: z.string().min(1).describe("prepared dataset directory"),
  output_dir: z.string().min(1).default("outputs").describe("where run directories are made"),
  epochs: count.default(3).describe("passes over the training split"),
  max_steps: countOrOff.default(0).describe("stop after this many optimizer steps (0: off)"),
  batch_size: count.default(4).describe("rows per micro-batch"),
  gradient_accumulation_steps: count.default(4).describe("micro-batches per optimizer step"),
  learning_rate: z.number().positive().default(2e-4).describe("peak learning rate"),
  lr_scheduler: z.enum(["cosine", "linear", "constant"]).default("cosine").describe("decay after the warmup"),
  warmup_ratio: fraction.default(0.03).describe("share of the steps that warm up"),
  weight_decay: z.number().min(0).default(0.01).describe("AdamW weight decay"),
  max_grad_norm: z.number().min(0).default(0.3).describe("clip the gradient's norm to this (0: off)"),
  lora_r: count.default(64).describe("rank of the adapter"),
  lora_alpha: z.number().positive().default(16).describe("scale of the adapter is alpha / r"),
  lora_dropout: z.number().min(0).lt(1).default(0.05).describe("dropout before the adapter"),
  lora_target_modules: z.array(z.enum(LORA_TARGETS)).min(1).default([...LORA_TARGETS]).describe("linear layers that get an adapter"),
  max_seq_length: z.number().int().min(8).default(512).describe("longest sequence in tokens"),
  prompt_format: z.enum(["auto", "alpaca", "instruction", "chat", "chatml", "llama3", "text"]).default("auto").describe("how a row becomes a prompt"),
  chat_template: z.string().default("").describe("template of chats: a .jinja file, chatml or llama3 (default: the model's own)"),
  train_on: z.enum(["all", "last"]).default("all").describe("answers of a conversation that are trained"),
  packing: z.boolean().default(false).describe("pack short rows into sequences of max_seq_length"),
  group_by_length: z.boolean().default(false).describe("batches of rows of similar length"),
  load_in: z.enum(["auto", "f32", "f16", "bf16", "q8_0", "q4_0", "q4_k"]).default("auto").describe("type of the frozen base weights while training"),
  gradient_checkpointing: z.union([z.boolean(), z.literal("auto")]).default("auto").describe("recompute layers in the backward pass to save memory"),
  save_steps: count.default(100).describe("steps between checkpoints"),
  eval_steps: count.default(100).describe("steps between evaluations"),
  logging_steps: count.default(1).describe("steps between lines of metrics.jsonl"),
  save_total_limit: count.default(3).describe("newest checkpoints kept beside best and last"),
  monitor: z.enum(MONITORS).default("eval_loss").meta({ description: "decides which checkpoint is best: the lowest eval_loss or the highest token_accuracy", aliases: ["metric_for_best_model", "greater_is_better", "monitor_mode"] }),
  keep_best: countOrOff.default(0).describe("checkpoints with the best values of monitor kept besides (0: off)"),
  keep_every: countOrOff.default(0).describe("keep checkpoints whose step is a multiple of this besides (0: off)"),
  merge_adapters: z.boolean().default(false).describe("write the merged model after training"),
  push_to_hub: z.boolean().default(false).describe("upload the checkpoints, and the best model at the end"),
  hub_model_id: z.string().default("").describe("name or owner/name of the repository, before its time stamp (default: from model and tag)"),
  hub_owner: z.string().default("").describe("user or organization that owns it (default: whose token it is)"),
  hub_private: z.boolean().default(false).describe("make it private"),
  seed: z.number().int().min(0).max(4294967295).default(42).describe("seed of everything random"),
  device: z.enum(["auto", "cpu", "cuda", "vulkan"]).default("auto").describe("where to compute"),
  threads: countOrOff.default(0).describe("CPU threads (0: all cores)"),
  experiment_tag: z.string().default("").describe("first part of the run's name (EXPERIMENT_TAG)"),
  version: z.string().default("").describe("version of the result, e.g. v2.0 (MODEL_VERSION; default: the next one)"),
  major: z.boolean().default(false).describe("let the version begin a new major, v2.0 after v1.7 (VERSION_BUMP=major)"),
  notes: z.string().default("").describe("free text kept in the record"),
  naming: namingSchema.prefault({}).describe("how the run's directory is called"),
});

export type TrainConfig = z.infer<typeof trainConfigSchema>;

/** The part of a training's configuration that the environment sets: EXPERIMENT_TAG, MODEL_VERSION and VERSION_BUMP (`major`, `minor`). */
export function trainEnvironment(environment: Readonly<Record<string, string | undefined>>): Partial<TrainConfig> {
  const { EXPERIMENT_TAG, MODEL_VERSION, VERSION_BUMP } = environment;
  return {
    ...(EXPERIMENT_TAG ? { experiment_tag: EXPERIMENT_TAG } : {}),
    ...(MODEL_VERSION ? { version: MODEL_VERSION } : {}),
    ...(VERSION_BUMP ? { major: VERSION_BUMP.toLowerCase() === "major" } : {}),
  };
}

/** The flags of `tunesmith train`, one per setting, in the schema's order. */
export function trainFlags(): readonly ConfigFlag[] {
  return flagsOf(trainConfigSchema);
}
