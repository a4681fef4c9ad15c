// evaluation/metrics.json and evaluation/predictions.json: what was measured, on what, how, and the answers themselves.
import { z } from "zod";
import { metricDirectionSchema } from "./metric.ts";

export const EVALUATION_SCHEMA_VERSION = 1;

/** A number this package measured itself, with its 95 % bootstrap interval. Declared numbers never have this shape. */
export const measuredMetricSchema = z.object({
  value: z.number(),
  low: z.number(),
  high: z.number(),
  /** Rows it was computed over. */
  n: z.number().int().positive(),
  /** "fraction", "percent", "nats/token", "bits/byte" or "perplexity". */
  unit: z.string(),
  direction: metricDirectionSchema,
  /** How it was computed: numbers with different signatures do not compare. */
  signature: z.string(),
  measured: z.literal(true),
});
export type MeasuredMetric = z.infer<typeof measuredMetricSchema>;

/** What the answers of a row are. */
export const taskKindSchema = z.enum(["text", "labels", "entities", "tags"]);
export type TaskKind = z.infer<typeof taskKindSchema>;

/** What the answers are, how many gold items stand behind each label or entity type, and how often entities went wrong in which way. */
const evaluationTaskSchema = z.object({
  /** `mixed`: rows of several kinds; metrics and classes of labels, entities and tags are then named `<kind>/<name>`. */
  kind: z.enum([...taskKindSchema.options, "mixed"]),
  /** How many rows are of each kind. */
  rows: z.partialRecord(taskKindSchema, z.number().int().positive()).optional(),
  /** 0 for a label that only rows of other splits carry. */
  support: z.record(z.string(), z.number().int().nonnegative()),
  errors: z.record(z.string(), z.number().int().positive()),
  /** Predicted entities that were left out before scoring, by the filter that dropped them. */
  dropped: z.record(z.string(), z.number().int().positive()).optional(),
  /** All labels of the dataset, where there are rows of labels. */
  labels: z.array(z.string()).optional(),
});
export type EvaluationTask = z.infer<typeof evaluationTaskSchema>;

/** How answers were generated; null in a record when the prompt format has no answers to generate. */
export const generationSettingsSchema = z.object({
  decoding: z.enum(["greedy", "sampled"]),
  max_new_tokens: z.number().int().positive(),
  /** Rows generated in parallel; another size can change the last bit of a logit. */
  batch_size: z.number().int().positive(),
  /** Only when sampled: the temperature, and the seed of the first row; each further row has the next. */
  temperature: z.number().positive().optional(),
  seed: z.number().int().nonnegative().optional(),
  /** Texts that end an answer. */
  stop: z.array(z.string()).optional(),
  /** The answers were held to this JSON schema. */
  json_schema: z.unknown().optional(),
  /** How many rows the schema held, where others are asked for something else. */
  json_schema_rows: z.number().int().positive().optional(),
});
export type GenerationSettings = z.infer<typeof generationSettingsSchema>;

/** metrics.json: the metrics of one model on one split, bound to both by digest. */
export const evaluationRecordSchema = z.object({
  schema_version: z.literal(EVALUATION_SCHEMA_VERSION),
  model: z.object({
    name: z.string(),
    path: z.string(),
    digest: z.string(),
    adapter: z.object({ path: z.string(), digest: z.string() }).nullable(),
  }),
  dataset: z.object({
    path: z.string(),
    digest: z.string(),
    split: z.string(),
    /** Rows evaluated: all of the split, or its first `limit`. */
    rows: z.number().int().positive(),
    limit: z.number().int().positive().nullable(),
    /** Digest of ids, rendered prompts and references, in order. */
    rows_digest: z.string(),
  }),
  /** Records from before there were tasks are of text. */
  task: evaluationTaskSchema.default({ kind: "text", support: {}, errors: {} }),
  prompt_format: z.string(),
  /** Longest prompt with answer, in tokens; longer prompts were cut. */
  max_sequence_length: z.number().int().positive(),
  generation: generationSettingsSchema.nullable(),
  bootstrap: z.object({ resamples: z.number().int().positive(), seed: z.number().int(), confidence: z.number() }),
  metrics: z.record(z.string(), measuredMetricSchema),
  counts: z.object({
    scored_tokens: z.number().int().nonnegative(),
    /** Answers that reached `max_new_tokens` without an end token. */
    truncated_answers: z.number().int().nonnegative(),
    /** Prompts that lost tokens to `max_sequence_length`. */
    cut_prompts: z.number().int().nonnegative(),
  }),
  /** Only when asked for: tokens per second, reading prompts and writing greedily (null: every answer ended at once), one sequence at a time. */
  speed: z.object({ prompt_tokens_per_second: z.number().positive(), generate_tokens_per_second: z.number().positive().nullable(), threads: z.number().int().positive() }).optional(),
  /** Digest of prompt format, decoding and signatures: equal digests were measured the same way. */
  evaluation_digest: z.string(),
  /** SHA-256 of the examples of predictions.json beside this file, as JSON with sorted keys. */
  predictions_digest: z.string(),
  engine_release: z.string(),
  package_version: z.string(),
  /** ISO 8601, UTC. */
  started_at: z.string(),
  ended_at: z.string(),
});
export type EvaluationRecord = z.infer<typeof evaluationRecordSchema>;

export const finishReasonSchema = z.enum(["stop", "length", "cancelled"]);

const entityCountsSchema = z.object({ correct: z.number().int().nonnegative(), predicted: z.number().int().nonnegative(), gold: z.number().int().nonnegative() });
const namedEntitySchema = z.object({ type: z.string(), text: z.string() });

/** How the entities of one answer compare with the gold ones. */
const entityScoresSchema = z.object({
  /** By entity type. */
  counts: z.record(z.string(), entityCountsSchema),
  /** All types; sharing half of the words is enough. */
  partial: entityCountsSchema,
  /** The answer could not be read. */
  unreadable: z.boolean(),
  /** Predictions that the source does not say. */
  hallucinated: z.number().int().nonnegative(),
  wrong: z.array(namedEntitySchema.extend({ error: z.string() })),
  missed: z.array(namedEntitySchema),
  /** What the filters left out. */
  dropped: z.array(namedEntitySchema.extend({ filter: z.string() })).optional(),
});

/** One answer in tags, against gold ones; as many of each. */
const tagScoresSchema = z.object({
  gold: z.array(z.string()),
  predicted: z.array(z.string()),
  /** The answer could not be read. */
  unreadable: z.boolean(),
  /** The answer had more tags than there are gold ones, or fewer. */
  misfit: z.boolean(),
  /** The answer listed entities, which were laid over the words of the source. */
  listed: z.boolean(),
});

/** One row's answer and scores. What needs a generated answer is null where none was generated. */
export const predictionSchema = z.object({
  id: z.string(),
  task: z.string().nullable(),
  /** The rendered prompt, as the model saw it (unless `cut_tokens` > 0). */
  input: z.string(),
  prediction: z.string().nullable(),
  reference: z.string(),
  finish_reason: finishReasonSchema.nullable(),
  /** Sum over the scored tokens of the reference and its end token, in nats. */
  nll: z.number(),
  scored_tokens: z.number().int().positive(),
  correct_tokens: z.number().int().nonnegative(),
  /** UTF-8 bytes of the reference. */
  reference_bytes: z.number().int().positive(),
  cut_tokens: z.number().int().nonnegative(),
  exact_match: z.number().nullable(),
  f1: z.number().nullable(),
  rougeL: z.number().nullable(),
  rouge1: z.number().optional(),
  rouge2: z.number().optional(),
  rougeLsum: z.number().optional(),
  /** Only where the answers are labels. */
  labels: z.object({ gold: z.array(z.string()), predicted: z.array(z.string()) }).optional(),
  /** Only where the answers are lists of entities. */
  entities: entityScoresSchema.optional(),
  /** Only where the answers are, or were made, tags of words. */
  tags: tagScoresSchema.optional(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** predictions.json, in the shape of seed 003: metrics by name, and one example a row in the order of the split. */
export const predictionsFileSchema = z.object({
  schema_version: z.literal(EVALUATION_SCHEMA_VERSION),
  metrics: z.record(z.string(), z.number()),
  examples: z.array(predictionSchema),
});
export type PredictionsFile = z.infer<typeof predictionsFileSchema>;

export const verdictSchema = z.enum(["better", "worse", "no clear difference"]);
export type Verdict = z.infer<typeof verdictSchema>;

/** One metric of two models over the same rows. */
export const comparisonRowSchema = z.object({
  metric: z.string(),
  unit: z.string(),
  direction: metricDirectionSchema,
  base: z.number(),
  tuned: z.number(),
  /** tuned − base, with its paired 95 % bootstrap interval. */
  difference: z.object({ value: z.number(), low: z.number(), high: z.number() }),
  n: z.number().int().positive(),
  /** Clear only when the interval of the difference leaves out 0. */
  verdict: verdictSchema,
});
export type ComparisonRow = z.infer<typeof comparisonRowSchema>;

export const evaluationComparisonSchema = z.object({
  schema_version: z.literal(EVALUATION_SCHEMA_VERSION),
  base: z.object({ name: z.string(), digest: z.string() }),
  tuned: z.object({ name: z.string(), digest: z.string() }),
  dataset_digest: z.string(),
  split: z.string(),
  prompt_format: z.string(),
  rows: z.array(comparisonRowSchema),
  /** What was not the same in the two evaluations and still allows a comparison. */
  notes: z.array(z.string()),
});
export type EvaluationComparison = z.infer<typeof evaluationComparisonSchema>;
