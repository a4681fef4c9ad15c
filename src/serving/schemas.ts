// Bodies and replies of the routes. Names and defaults of seed 003's API; `seed`, `stream` and `format` are ours.
import { z } from "zod";

export const generateBodySchema = z.strictObject({
  prompt: z.string().min(1).describe("What the model is asked."),
  input: z.string().default("").describe("The text the prompt is about: the input field of the training rows."),
  max_tokens: z.int().min(1).max(2048).default(256).describe("At most this many new tokens."),
  temperature: z.number().min(0).max(2).default(0.7).describe("0 takes the most probable token each time."),
  top_p: z.number().gt(0).max(1).default(0.9).describe("Keeps the most probable tokens that together reach this."),
  top_k: z.int().min(0).max(100_000).default(50).describe("Keeps this many of the most probable tokens; 0 keeps all."),
  stop_sequences: z.array(z.string().min(1)).max(16).default([]).describe("Texts that end the answer; not part of it."),
  seed: z.int().min(0).max(4_294_967_294).optional().describe("Same seed, same answer. Drawn anew when absent."),
  stream: z.boolean().default(false).describe("Sends the answer as server-sent events."),
  format: z.enum(["prompt-template", "raw"]).default("prompt-template").describe("`prompt-template` wraps the prompt as the model was trained; `raw` sends it as it is."),
});
export type GenerateBody = z.infer<typeof generateBodySchema>;

export const generateReplySchema = z.object({
  generated_text: z.string(),
  prompt: z.string(),
  tokens_generated: z.int().nonnegative(),
  finish_reason: z.enum(["stop", "length"]),
});
export type GenerateReply = z.infer<typeof generateReplySchema>;

export const healthReplySchema = z.object({ status: z.enum(["ok", "degraded"]), model_loaded: z.boolean(), model_name: z.string(), version: z.string() });

export const modelInfoReplySchema = z.object({
  model_name: z.string(),
  model_type: z.literal("causal-lm"),
  architecture: z.string(),
  quantization: z.string().nullable().describe("The type in the file's header; null when it is not quantized."),
  max_context_length: z.int().positive().describe("Tokens of prompt and answer together."),
  parameters: z.string().describe("Rounded: 3.3M, 7.2B."),
  parameter_count: z.int().positive(),
  size_bytes: z.int().positive(),
  vocab_size: z.int().positive(),
  prompt_format: z.string().nullable().describe("How the model was trained to be asked."),
  domain: z.string().nullable(),
});
export type ModelInfoReply = z.infer<typeof modelInfoReplySchema>;
