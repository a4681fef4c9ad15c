// One model on one split, from rows to a record that is bound to both.
import type { PromptFormat, Row, TextTokenizer } from "../data/index.ts";
import { defaultThreads, type JsonSchema, type LlamaModel } from "../engine/llama/index.ts";
import { digestJson } from "../files/index.ts";
import { EVALUATION_SCHEMA_VERSION, type EvaluationRecord, type GenerationSettings, type Prediction, type TaskKind } from "../records/index.ts";
import { chooseHeld, schemaOfAnswers } from "./answer-schema.ts";
import { benchmarkSpeed } from "./benchmark.ts";
import { BOOTSTRAP_DEFAULTS, type BootstrapOptions } from "./bootstrap.ts";
import { measurePredictions } from "./measures.ts";
import { openPartial } from "./partial.ts";
import { predictRows, type EvaluationProgress } from "./predict.ts";
import { digestRows, encodeEvaluationRows, type EvaluationRow } from "./rows.ts";
import { describeTask, type EntitySettings } from "./task.ts";

/** What is measured, and what the record says about it. */
export interface EvaluateOptions {
  readonly model: Pick<LlamaModel, "info" | "createSession">;
  /** The tokenizer of the same model. */
  readonly tokenizer: TextTokenizer;
  readonly modelName: string;
  readonly modelPath: string;
  /** SHA-256 of the model file. */
  readonly modelDigest: string;
  /** The LoRA adapter the model was loaded with. */
  readonly adapter?: { readonly path: string; readonly digest: string };
  /** All rows of the split. */
  readonly rows: readonly Row[];
  /** All rows of all splits: they know labels and shapes of answers that these may lack. Default: the same rows. */
  readonly datasetRows?: readonly Row[];
  readonly datasetPath: string;
  readonly datasetDigest: string;
  readonly split: string;
  readonly promptFormat: PromptFormat;
  readonly engineRelease: string;
  readonly packageVersion: string;
  readonly settings?: EvaluationSettings;
  readonly bootstrap?: BootstrapOptions;
  /** File that keeps answers as they come, for the same evaluation to go on from after a kill; delete it when the record is written. Default: none is kept. */
  readonly partialPath?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Default: the clock. */
  readonly now?: () => Date;
}

export interface EvaluationSettings {
  /** Evaluate only the first so many rows. Default all. */
  readonly limit?: number;
  /** What the answers are; it decides over the metrics. Default: what the rows say. */
  readonly taskKind?: TaskKind;
  /** What makes two listed entities the same. */
  readonly entities?: EntitySettings;
  /** Longest generated answer, in tokens. Default 256. */
  readonly maxNewTokens?: number;
  /** Longest prompt with answer, in tokens; a longer row loses the beginning of its input. Default: what the model was trained for, at most 4096. */
  readonly maxSequenceLength?: number;
  /** Above 0 answers are drawn instead of taken greedily, the same ones for the same seed. Default 0. */
  readonly temperature?: number;
  /** Of the first row's answer; each further row has the next. Default 42. */
  readonly seed?: number;
  /** Texts that end an answer. Default none. */
  readonly stop?: readonly string[];
  /** Hold answers to the JSON shape that the gold answers of the whole dataset share; where only some tasks ask for JSON, their rows. Default false. */
  readonly constrain?: boolean;
  /** Measure tokens per second beside the scores. Default false. */
  readonly benchmarkSpeed?: boolean;
  /** Rows at a time. Default 8. */
  readonly batchSize?: number;
  /** Default: the threads of the model. */
  readonly threads?: number;
}

/** A record with the rows it was computed from. */
export interface Evaluation {
  readonly record: EvaluationRecord;
  /** In the order of the split. */
  readonly predictions: readonly Prediction[];
}

/**
 * Answers every row, scores its gold answer, and computes all metrics with their intervals.
 * @throws `evaluation.split_empty`, `evaluation.answers_missing`, `evaluation.gold_missing`, `evaluation.answers_not_json`, `evaluation.stopped`, `data.answer_too_long`
 */
export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const { model, settings = {} } = options;
  const now = options.now ?? (() => new Date());
  const contextLimit = model.info.trainContextLength || 4096;
  const maxSequenceLength = Math.min(settings.maxSequenceLength ?? 4096, contextLimit);
  const rows = encodeEvaluationRows(options.rows.slice(0, settings.limit), { ...options, dataset: options.datasetPath, maxSequenceLength, taskKind: settings.taskKind });
  const held = new Set(settings.constrain === true ? chooseHeld(rows, options.split) : []);
  const generation = planGeneration(rows, held, options);
  const conditions = { prompt_format: options.promptFormat, max_sequence_length: maxSequenceLength, generation };
  const maxNewTokens = generation?.max_new_tokens ?? 0;
  const batchSize = generation?.batch_size ?? batchSizeOf(rows, settings);
  const longest = rows.reduce((most, { ids, firstScored }) => Math.max(most, ids.length, firstScored + maxNewTokens), 0);
  const partial = options.partialPath === undefined ? undefined : await openPartial(options.partialPath, digestSettings(options, rows, conditions), now().toISOString());
  const startedAt = partial?.startedAt ?? now().toISOString();
  const session = model.createSession({ contextLength: Math.min(longest, contextLimit), sequences: batchSize, threads: settings.threads });
  try {
    const predictions = await predictRows({
      session,
      rows,
      maxNewTokens,
      batchSize,
      sampling: {
        temperature: generation?.temperature,
        seed: generation?.seed,
        stop: generation?.stop,
        jsonSchema: generation?.json_schema as JsonSchema | undefined,
        isHeld: (row) => held.has(row),
      },
      entities: settings.entities,
      known: partial?.known,
      onPrediction: partial?.append,
      signal: options.signal,
      onProgress: options.onProgress,
    });
    const speed = settings.benchmarkSpeed === true ? await measureSpeed(options, rows) : undefined;
    return { record: toRecord(options, conditions, { rows, predictions, speed, startedAt, endedAt: now().toISOString() }), predictions };
  } finally {
    session.dispose();
  }
}

/** Prompts of the split, in its order; of plain text all but the last token. */
async function measureSpeed({ model, settings = {}, signal }: EvaluateOptions, rows: readonly EvaluationRow[]): Promise<NonNullable<EvaluationRecord["speed"]>> {
  const threads = settings.threads ?? defaultThreads();
  const prompts = rows.map(({ ids, firstScored, input }) => ids.slice(0, input === "" ? ids.length - 1 : firstScored));
  const room = (model.info.trainContextLength || 4096) - prompts.reduce((most, ids) => Math.max(most, ids.length), 0);
  const speed = await benchmarkSpeed({ model, prompts, threads, signal, generateTokens: Math.max(1, Math.min(128, room)) });
  return { prompt_tokens_per_second: speed.promptTokensPerSecond, generate_tokens_per_second: speed.generateTokensPerSecond ?? null, threads };
}

/** Plain text has no prompt to answer: then nothing is generated. What is not used is left out, so that settings that are the same have the same digest. */
function planGeneration(rows: readonly EvaluationRow[], held: ReadonlySet<EvaluationRow>, options: EvaluateOptions): GenerationSettings | null {
  const { settings = {} } = options;
  if (rows.some((row) => row.input === "")) return null;
  const { maxNewTokens = 256, temperature = 0, seed = BOOTSTRAP_DEFAULTS.seed, stop = [] } = settings;
  return {
    decoding: temperature === 0 ? "greedy" : "sampled",
    max_new_tokens: maxNewTokens,
    batch_size: batchSizeOf(rows, settings),
    ...(temperature === 0 ? {} : { temperature, seed }),
    ...(stop.length === 0 ? {} : { stop: [...stop] }),
    ...(held.size === 0 ? {} : { json_schema: planSchema([...held], options) }),
    ...(held.size === 0 || held.size === rows.length ? {} : { json_schema_rows: held.size }),
  };
}

/** The schema is that of the whole dataset: one of the gold answers at hand would give away which types they hold. */
function planSchema(held: readonly EvaluationRow[], { rows, datasetRows = rows }: EvaluateOptions): JsonSchema {
  const tasks = new Set(held.map(({ task }) => task));
  return schemaOfAnswers(held.map(({ reference }) => reference), datasetRows.filter((row) => tasks.has(row.task)).map(({ output }) => output));
}

function batchSizeOf(rows: readonly EvaluationRow[], settings: EvaluationSettings): number {
  return Math.min(settings.batchSize ?? 8, rows.length);
}

type Conditions = Pick<EvaluationRecord, "prompt_format" | "max_sequence_length" | "generation">;

/** Over everything that an answer or its scores depend on. */
function digestSettings(options: EvaluateOptions, rows: readonly EvaluationRow[], conditions: Conditions): string {
  return digestJson({
    model: [options.modelPath, options.modelDigest, options.adapter?.digest ?? null],
    dataset: [options.datasetDigest, options.split],
    rows: digestRows(rows),
    golds: rows.map(({ gold }) => [gold.kind, gold.kind === "tags" && gold.tags === undefined]),
    entities: options.settings?.entities ?? {},
    conditions,
    made_by: [options.engineRelease, options.packageVersion],
  });
}

interface Measured {
  readonly rows: readonly EvaluationRow[];
  readonly predictions: readonly Prediction[];
  readonly speed: EvaluationRecord["speed"];
  readonly startedAt: string;
  readonly endedAt: string;
}

function toRecord(options: EvaluateOptions, conditions: Conditions, measured: Measured): EvaluationRecord {
  const { rows, predictions } = measured;
  const task = describeTask(predictions, rows.flatMap(({ gold }) => (gold.kind === "labels" ? [gold.all] : []))[0]);
  const metrics = measurePredictions(predictions, { task, entities: options.settings?.entities }, options.bootstrap);
  return {
    schema_version: EVALUATION_SCHEMA_VERSION,
    model: { name: options.modelName, path: options.modelPath, digest: options.modelDigest, adapter: options.adapter ?? null },
    dataset: {
      path: options.datasetPath,
      digest: options.datasetDigest,
      split: options.split,
      rows: rows.length,
      limit: options.settings?.limit ?? null,
      rows_digest: digestRows(rows),
    },
    task,
    ...conditions,
    bootstrap: { ...BOOTSTRAP_DEFAULTS, ...options.bootstrap },
    metrics: { ...metrics },
    counts: {
      scored_tokens: predictions.reduce((sum, row) => sum + row.scored_tokens, 0),
      truncated_answers: predictions.filter((row) => row.finish_reason === "length").length,
      cut_prompts: predictions.filter((row) => row.cut_tokens > 0).length,
    },
    ...(measured.speed === undefined ? {} : { speed: measured.speed }),
    evaluation_digest: digestJson({ ...conditions, signatures: Object.values(metrics).map((metric) => metric.signature) }),
    predictions_digest: digestJson(predictions),
    engine_release: options.engineRelease,
    package_version: options.packageVersion,
    started_at: measured.startedAt,
    ended_at: measured.endedAt,
  };
}
