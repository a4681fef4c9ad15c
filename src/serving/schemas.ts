// Bodies and replies below /api/v1. Names and defaults of seed 003's API; `input`, `seed`, `stream`, `format` and `model` are ours.
import { z } from "zod";

const modelField = z.string().min(1).optional().describe("A model of this server by name or version. Left out, the first that can.");

const samplingFields = {
  max_tokens: z.int().min(1).max(2048).default(256).describe("At most this many new tokens."),
  temperature: z.number().min(0).max(2).default(0.7).describe("0 takes the most probable token each time."),
  top_p: z.number().gt(0).max(1).default(0.9).describe("Keeps the most probable tokens that together reach this."),
  top_k: z.int().min(0).max(100_000).default(50).describe("Keeps this many of the most probable tokens; 0 keeps all."),
  stop_sequences: z.array(z.string().min(1)).max(16).default([]).describe("Texts that end the answer; not part of it."),
  seed: z.int().min(0).max(4_294_967_294).optional().describe("Same seed, same answer. Drawn anew when absent."),
  format: z.enum(["prompt-template", "raw"]).default("prompt-template").describe("`prompt-template` wraps the prompt as the model was trained; `raw` sends it as it is."),
  model: modelField,
};

export const generateBodySchema = z.strictObject({
  prompt: z.string().min(1).describe("What the model is asked."),
  input: z.string().default("").describe("The text the prompt is about: the input field of the training rows."),
  ...samplingFields,
  stream: z.boolean().default(false).describe("Sends the answer as server-sent events."),
});
export type GenerateBody = z.infer<typeof generateBodySchema>;

export const generateReplySchema = z.object({
  generated_text: z.string(),
  prompt: z.string(),
  tokens_generated: z.int().nonnegative(),
  prompt_tokens: z.int().nonnegative(),
  finish_reason: z.enum(["stop", "length"]),
});
export type GenerateReply = z.infer<typeof generateReplySchema>;

export const batchBodySchema = z.strictObject({
  prompts: z.array(z.string().min(1)).min(1).max(256).describe("What the model is asked, each by itself."),
  ...samplingFields,
});
export type BatchBody = z.infer<typeof batchBodySchema>;

export const batchReplySchema = z.object({ results: z.array(generateReplySchema), total_prompts: z.int().positive() });

export const healthReplySchema = z.object({ status: z.enum(["ok", "degraded"]), model_loaded: z.boolean(), model_name: z.string(), version: z.string() });

export const modelQuerySchema = z.strictObject({ model: modelField });

export const modelInfoReplySchema = z.object({
  model_name: z.string(),
  model_type: z.enum(["causal-lm", "encoder"]),
  model_version: z.string().nullable().describe("The version of the run it comes from."),
  digest: z.string().describe("Of the weights: `sha256:…`; of the adapter for a checkpoint."),
  run_id: z.string().nullable(),
  checkpoint: z.string().nullable(),
  dataset_digest: z.string().nullable().describe("Of what it was trained on."),
  base_model: z.string().nullable(),
  architecture: z.string(),
  quantization: z.string().nullable().describe("The type in the file's header; null when it is not quantized."),
  max_context_length: z.int().positive().describe("Tokens of prompt and answer together."),
  parallel: z.int().positive().describe("Answers under way side by side."),
  parameters: z.string().describe("Rounded: 3.3M, 7.2B."),
  parameter_count: z.int().positive(),
  size_bytes: z.int().positive(),
  vocab_size: z.int().positive(),
  prompt_format: z.string().nullable().describe("How prompts are wrapped; `raw` for not at all."),
  domain: z.string().nullable(),
});
export type ModelInfoReply = z.infer<typeof modelInfoReplySchema>;

export const modelListReplySchema = z.object({ models: z.array(modelInfoReplySchema) });

export const reloadBodySchema = z.strictObject({
  model: z.string().min(1).optional().describe("Left out, every model."),
  source: z.string().min(1).optional().describe("What to put in its place: a version, a path. Left out, what it was started from is looked up again."),
});
export type ReloadBody = z.infer<typeof reloadBodySchema>;

export const reloadReplySchema = z.object({
  models: z.array(z.object({ model_name: z.string(), changed: z.boolean(), before: z.string(), after: z.string() })),
});
