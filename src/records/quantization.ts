// quantization_metrics.json beside the quantized models: what was written, and what was measured on it. The four size fields of seed 003 keep
// their meaning; one entry per type replaces its one object that every type overwrote.
import { z } from "zod";

export const QUANTIZATION_SCHEMA_VERSION = 1;

/** What perplexity was measured on; two perplexities may be compared only when these agree. */
export const quantizationMeasuredOnSchema = z.object({
  dataset_digest: z.string().nullable(),
  /** Sequences. */
  rows: z.number().int().nonnegative(),
  /** Scored tokens. */
  tokens: z.number().int().nonnegative(),
});
export type QuantizationMeasuredOn = z.infer<typeof quantizationMeasuredOnSchema>;

/** A short greedy answer that shows whether the model ends by itself. */
export const testGenerationSchema = z.object({
  prompt: z.string(),
  text: z.string(),
  tokens: z.number().int().nonnegative(),
  finish_reason: z.enum(["stop", "length", "cancelled"]),
});
export type TestGeneration = z.infer<typeof testGenerationSchema>;

/** How well the answers do their task, with the 95 % bootstrap interval. */
export const taskMetricSchema = z.object({
  name: z.string(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
  rows: z.number().int().positive(),
});
export type TaskMetric = z.infer<typeof taskMetricSchema>;

/** How far what a model expects next is from what the unquantized one expects, over every scored token and the whole vocabulary. */
export const klDivergenceSchema = z.object({
  /** Nats, of the quantized model from the unquantized one. */
  mean: z.number().nonnegative(),
  /** 99 of 100 tokens have at most this. */
  p99: z.number().nonnegative(),
  max: z.number().nonnegative(),
});
export type KlDivergence = z.infer<typeof klDivergenceSchema>;

/** How far the vectors of an encoder have moved. */
export const vectorAgreementSchema = z.object({
  /** Cosine of a text's vector with that of the unquantized encoder, −1 to 1. */
  mean_cosine: z.number(),
  min_cosine: z.number(),
  texts: z.number().int().positive(),
});
export type VectorAgreement = z.infer<typeof vectorAgreementSchema>;

/** How far the scores of a cross-encoder or classifier have moved. */
export const scoreAgreementSchema = z.object({
  /** Absolute difference of its outputs (logits) from those of the unquantized one. */
  mean_difference: z.number().nonnegative(),
  max_difference: z.number().nonnegative(),
  /** Standard deviation of the unquantized outputs: what a difference is large or small against. */
  spread: z.number().nonnegative(),
  /** Share of the questions with the same best document, or of the pairs with the same label, 0 to 1. */
  same_best: z.number().min(0).max(1),
  /** Outputs compared: one a pair of question and document, or one a label. */
  outputs: z.number().int().positive(),
});
export type ScoreAgreement = z.infer<typeof scoreAgreementSchema>;

const measured = {
  /** exp of the mean negative log-likelihood in nats; null when it was not measured. */
  perplexity: z.number().positive().nullable(),
  prompt_tokens_per_s: z.number().nonnegative().nullable(),
  generate_tokens_per_s: z.number().nonnegative().nullable(),
  measured_on: quantizationMeasuredOnSchema.nullable(),
  /** Null when it was not asked for. */
  task_metric: taskMetricSchema.nullable().default(null),
};

export const quantizedModelSchema = z.object({
  type: z.string().min(1),
  /** File name, beside the record. */
  path: z.string().min(1),
  size_bytes: z.number().int().positive(),
  /** Bits of the whole file for one parameter. */
  bits_per_weight: z.number().positive(),
  /** Size of the source over this size. */
  compression_ratio: z.number().positive(),
  size_reduction_percent: z.number(),
  sha256: z.string(),
  /** Perplexity minus that of the source; null unless both were measured. */
  perplexity_change: z.number().nullable(),
  /** Null where nothing was scored, and in records of earlier releases. */
  kl_divergence: klDivergenceSchema.nullable().default(null),
  /** Share of the scored tokens for which both find the same token most probable, 0 to 1. */
  top1_agreement: z.number().min(0).max(1).nullable().default(null),
  /** Null for what does not answer with vectors, or was not measured. */
  vectors: vectorAgreementSchema.nullable().default(null),
  /** Null for what does not score, or was not measured. */
  scores: scoreAgreementSchema.nullable().default(null),
  /** Tensors that got another type than the mix wants. */
  fallbacks: z.array(z.string()),
  /** What the importance matrix was measured on; null for a type quantized without one. */
  importance: quantizationMeasuredOnSchema.nullable().default(null),
  test_generation: testGenerationSchema.nullable(),
  ...measured,
});
export type QuantizedModel = z.infer<typeof quantizedModelSchema>;

export const quantizationRecordSchema = z.object({
  schema_version: z.literal(QUANTIZATION_SCHEMA_VERSION),
  created_at: z.string(),
  /** What the file names begin with. */
  model: z.string().min(1),
  /** The unquantized model, in the GGUF form that was quantized. */
  source: z.object({
    /** As given by the caller: a Hugging Face directory or a GGUF file. */
    path: z.string(),
    /** The adapter that was merged into it on the way. */
    adapter: z.string().nullable().default(null),
    type: z.string(),
    /** Of the GGUF form. */
    sha256: z.string(),
    size_bytes: z.number().int().positive(),
    parameter_count: z.number().int().positive(),
    ...measured,
  }),
  threads: z.number().int().positive(),
  types: z.array(quantizedModelSchema),
});
export type QuantizationRecord = z.infer<typeof quantizationRecordSchema>;
