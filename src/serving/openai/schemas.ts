// Bodies of OpenAI's API (https://platform.openai.com/docs/api-reference), as far as a language model answers them. Its clients send null for
// what they leave out. Fields that say who asks or how to bill are taken and not used; fields that would change the answer and cannot be
// honoured are refused (unsupported.ts).
import { z } from "zod";

const model = z.string().nullish().describe("A model of this server by name or version. Left out, the first that can.");

const samplingFields = {
  model,
  temperature: z.number().min(0).max(2).nullish().describe("0 takes the most probable token each time. Default 1."),
  top_p: z.number().min(0).max(1).nullish().describe("Keeps the most probable tokens that together reach this. Default 1."),
  top_k: z.int().min(0).max(100_000).nullish().describe("Keeps this many of the most probable tokens. Default 0: all. Not of OpenAI."),
  n: z.int().min(1).max(16).nullish().describe("Answers to each prompt. Default 1."),
  seed: z.int().nullish().describe("Same seed, same answer. Drawn anew when absent."),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish().describe("Texts that end the answer; not part of it."),
  stream: z.boolean().nullish().describe("Sends the answer as server-sent events."),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish().describe("`include_usage` adds a last event with the counts."),
  frequency_penalty: z.number().min(-2).max(2).nullish().describe("Taken from the logit of a token for each time that the answer holds it already. Default 0."),
  presence_penalty: z.number().min(-2).max(2).nullish().describe("Taken once from the logit of a token that the answer holds already. Default 0."),
  logit_bias: z.record(z.string().regex(/^\d{1,9}$/, "a token id"), z.number().min(-100).max(100)).nullish().describe("By token id: added to the token's logit."),
};

/** Ids of the model's own tokenizer; a beginning-of-sequence token is not added. */
export const tokenIds = z.array(z.int().min(0)).min(1);

const textPart = z.object({ type: z.string(), text: z.string().optional() });

export const chatBodySchema = z.object({
  messages: z
    .array(
      z.object({
        role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
        content: z.union([z.string(), z.array(textPart)]).nullish(),
      }),
    )
    .min(1)
    .describe("The conversation; its last message is answered."),
  ...samplingFields,
  max_tokens: z.int().min(1).nullish().describe("At most this many new tokens. Default: what the context holds."),
  max_completion_tokens: z.int().min(1).nullish().describe("The newer name of max_tokens."),
  response_format: z
    .union([
      z.object({ type: z.literal("text") }),
      z.object({ type: z.literal("json_object") }),
      z.object({ type: z.literal("json_schema"), json_schema: z.object({ name: z.string().optional(), schema: z.record(z.string(), z.unknown()), strict: z.boolean().nullish() }) }),
    ])
    .nullish()
    .describe("Holds the answer to JSON, or to JSON that satisfies a schema. An answer cut at max_tokens is only its beginning."),
  logprobs: z.boolean().nullish().describe("Tells the log-probability of each token; in a stream with its last event."),
  top_logprobs: z.int().min(0).max(20).nullish().describe("Tells those of so many most probable tokens, too. Needs logprobs."),
  tools: z.array(z.unknown()).nullish(),
  functions: z.array(z.unknown()).nullish(),
  modalities: z.array(z.string()).nullish(),
});
export type ChatBody = z.infer<typeof chatBodySchema>;

/** Of all prompts of one request together, which has one place in the line. */
const MOST_ANSWERS = 256;

export const completionBodySchema = z.object({
  prompt: z.union([z.string(), z.array(z.string()).min(1).max(256), tokenIds, z.array(tokenIds).min(1).max(256)]).describe("Continued as it stands, without a template: texts, or token ids of this model."),
  ...samplingFields,
  max_tokens: z.int().min(1).nullish().describe("At most this many new tokens. Default 16."),
  echo: z.boolean().nullish(),
  best_of: z.int().nullish(),
  suffix: z.string().nullish(),
  logprobs: z.int().min(0).max(20).nullish().describe("Tells the log-probability of each token, and of so many most probable ones; in a stream with its last event."),
}).refine(({ prompt, n }) => (n ?? 1) * (Array.isArray(prompt) && typeof prompt[0] !== "number" ? prompt.length : 1) <= MOST_ANSWERS, { path: ["n"], message: `must ask for at most ${MOST_ANSWERS} answers, counted over all prompts` });
export type CompletionBody = z.infer<typeof completionBodySchema>;

const usage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() });
const finishReason = z.enum(["stop", "length"]);
const head = { id: z.string(), created: z.int(), model: z.string(), system_fingerprint: z.string() };

const chatLogprob = z.object({ token: z.string(), logprob: z.number(), bytes: z.array(z.int()) });
const completionLogprobs = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(z.number()),
  top_logprobs: z.array(z.record(z.string(), z.number())).nullable(),
  text_offset: z.array(z.int()),
});

export const chatReplySchema = z.object({
  ...head,
  object: z.literal("chat.completion"),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({ role: z.literal("assistant"), content: z.string(), refusal: z.null() }),
      logprobs: z.object({ content: z.array(chatLogprob.extend({ top_logprobs: z.array(chatLogprob) })), refusal: z.null() }).nullable(),
      finish_reason: finishReason,
    }),
  ),
  usage,
});

export const completionReplySchema = z.object({
  ...head,
  object: z.literal("text_completion"),
  choices: z.array(z.object({ index: z.int(), text: z.string(), logprobs: completionLogprobs.nullable(), finish_reason: finishReason })),
  usage,
});

const modelSchema = z.object({ id: z.string(), object: z.literal("model"), created: z.int(), owned_by: z.string() });
export const modelReplySchema = modelSchema;
export const modelsReplySchema = z.object({ object: z.literal("list"), data: z.array(modelSchema) });
