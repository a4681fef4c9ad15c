// One model on one split, from rows to a record that is bound to both.
import type { PromptFormat, Row, TextTokenizer } from "../data/index.ts";
import type { LlamaModel } from "../engine/llama/index.ts";
import { digestJson } from "../files/index.ts";
import { EVALUATION_SCHEMA_VERSION, type EvaluationRecord, type Prediction } from "../records/index.ts";
import { BOOTSTRAP_DEFAULTS, type BootstrapOptions } from "./bootstrap.ts";
import { measurePredictions } from "./measures.ts";
import { predictRows, type EvaluationProgress } from "./predict.ts";
import { digestRows, encodeEvaluationRows, type EvaluationRow } from "./rows.ts";

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
  readonly datasetPath: string;
  readonly datasetDigest: string;
  readonly split: string;
  readonly promptFormat: PromptFormat;
  readonly engineRelease: string;
  readonly packageVersion: string;
  readonly settings?: EvaluationSettings;
  readonly bootstrap?: BootstrapOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
  /** Default: the clock. */
  readonly now?: () => Date;
}

export interface EvaluationSettings {
  /** Evaluate only the first so many rows. Default all. */
  readonly limit?: number;
  /** Longest generated answer, in tokens. Default 256. */
  readonly maxNewTokens?: number;
  /** Longest prompt with answer, in tokens; a longer row loses the beginning of its input. Default: what the model was trained for, at most 4096. */
  readonly maxSequenceLength?: number;
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
 * Answers every row greedily, scores its gold answer, and computes all metrics with their intervals.
 * @throws `evaluation.split_empty`, `evaluation.answers_missing`, `evaluation.stopped`, `data.answer_too_long`
 */
export async function evaluateModel(options: EvaluateOptions): Promise<Evaluation> {
  const { model, settings = {} } = options;
  const now = options.now ?? (() => new Date());
  const startedAt = now().toISOString();
  const contextLimit = model.info.trainContextLength || 4096;
  const maxSequenceLength = Math.min(settings.maxSequenceLength ?? 4096, contextLimit);
  const rows = encodeEvaluationRows(options.rows.slice(0, settings.limit), { ...options, dataset: options.datasetPath, maxSequenceLength });
  const generation = planGeneration(rows, settings);
  const { maxNewTokens, batchSize } = generation;
  const longest = rows.reduce((most, { ids, firstScored }) => Math.max(most, ids.length, firstScored + maxNewTokens), 0);
  const session = model.createSession({
    contextLength: Math.min(longest, contextLimit),
    sequences: batchSize,
    threads: settings.threads,
  });
  try {
    const predictions = await predictRows({ session, rows, maxNewTokens, batchSize, signal: options.signal, onProgress: options.onProgress });
    const record = toRecord(options, { rows, predictions, maxSequenceLength, ...generation, startedAt, endedAt: now().toISOString() });
    return { record, predictions };
  } finally {
    session.dispose();
  }
}

/** Plain text has no prompt to answer: then nothing is generated. */
function planGeneration(rows: readonly EvaluationRow[], settings: EvaluationSettings): { readonly maxNewTokens: number; readonly batchSize: number } {
  const answerable = rows.every((row) => row.input !== "");
  return { maxNewTokens: answerable ? (settings.maxNewTokens ?? 256) : 0, batchSize: Math.min(settings.batchSize ?? 8, rows.length) };
}

interface Measured {
  readonly rows: readonly EvaluationRow[];
  readonly predictions: readonly Prediction[];
  readonly maxSequenceLength: number;
  readonly maxNewTokens: number;
  readonly batchSize: number;
  readonly startedAt: string;
  readonly endedAt: string;
}

function toRecord(options: EvaluateOptions, measured: Measured): EvaluationRecord {
  const { rows, predictions, maxNewTokens, batchSize } = measured;
  const metrics = measurePredictions(predictions, options.bootstrap);
  const conditions = {
    prompt_format: options.promptFormat,
    max_sequence_length: measured.maxSequenceLength,
    generation: maxNewTokens === 0 ? null : ({ decoding: "greedy", max_new_tokens: maxNewTokens, batch_size: batchSize } as const),
  };
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
    ...conditions,
    bootstrap: { ...BOOTSTRAP_DEFAULTS, ...options.bootstrap },
    metrics: { ...metrics },
    counts: {
      scored_tokens: predictions.reduce((sum, row) => sum + row.scored_tokens, 0),
      truncated_answers: predictions.filter((row) => row.finish_reason === "length").length,
      cut_prompts: predictions.filter((row) => row.cut_tokens > 0).length,
    },
    evaluation_digest: digestJson({ ...conditions, signatures: Object.values(metrics).map((metric) => metric.signature) }),
    predictions_digest: digestJson(predictions),
    engine_release: options.engineRelease,
    package_version: options.packageVersion,
    started_at: measured.startedAt,
    ended_at: measured.endedAt,
  };
}
