// verification.json beside the quantized models: whether what is handed on still answers as what was trained and judged.
import { z } from "zod";
import { klDivergenceSchema, quantizationMeasuredOnSchema } from "./quantization.ts";

export const VERIFICATION_SCHEMA_VERSION = 1;

const file = z.object({ path: z.string(), sha256: z.string() });

export const verifiedModelSchema = z.object({
  ...file.shape,
  /** Type of the weights: f16, q4_k_m, … */
  type: z.string(),
  /** Of the reference from this model, nats for each scored token. */
  kl_divergence: klDivergenceSchema,
  /** Share of the scored tokens for which both find the same token most probable, 0 to 1. */
  top1_agreement: z.number().min(0).max(1),
  perplexity: z.number().positive(),
  /** Greedy answers compared token for token. */
  answers: z.object({
    count: z.number().int().nonnegative(),
    identical: z.number().int().nonnegative(),
    /** Tokens of the reference's answers, and how many of them come before the first difference. */
    tokens: z.number().int().nonnegative(),
    same_tokens: z.number().int().nonnegative(),
  }),
  passed: z.boolean(),
  /** Empty when it passed. */
  reasons: z.array(z.string()),
});
export type VerifiedModel = z.infer<typeof verifiedModelSchema>;

export const verificationThresholdsSchema = z.object({
  /** Largest mean KL divergence of weights that are not quantized: only rounding may tell them from the reference. */
  max_kl_unquantized: z.number().nonnegative(),
  /** Largest mean KL divergence of quantized weights. */
  max_kl: z.number().nonnegative(),
  /** Smallest share of tokens with the same most probable token. */
  min_top1_agreement: z.number().min(0).max(1),
});
export type VerificationThresholds = z.infer<typeof verificationThresholdsSchema>;

export const verificationRecordSchema = z.object({
  schema_version: z.literal(VERIFICATION_SCHEMA_VERSION),
  created_at: z.string(),
  /** What was trained: a model, or a base with its adapter at work beside it. */
  reference: z.object({ name: z.string(), model: file, adapter: file.nullable(), perplexity: z.number().positive() }),
  measured_on: quantizationMeasuredOnSchema,
  thresholds: verificationThresholdsSchema,
  models: z.array(verifiedModelSchema),
  passed: z.boolean(),
});
export type VerificationRecord = z.infer<typeof verificationRecordSchema>;
