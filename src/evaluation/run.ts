import type { PromptFormat } from "../data/index.ts";
import { runIsolated, siblingModule } from "../engine/ffi/index.ts";
import type { EvaluationRecord, TaskKind } from "../records/index.ts";
import type { EvaluationProgress } from "./predict.ts";
import type { EntitySettings } from "./task.ts";

/** An evaluation as plain JSON: what, on what, how, where to. */
export interface EvaluationRequest {
  /** GGUF file. */
  readonly modelPath: string;
  /** Default: the name in the file, or the file's own. */
  readonly modelName?: string;
  /** Default: SHA-256 of the file. */
  readonly modelDigest?: string;
  /** LoRA adapter as a GGUF file, applied at full strength. */
  readonly adapterPath?: string;
  /** Dataset directory. */
  readonly datasetPath: string;
  readonly split: "train" | "validation" | "test";
  readonly promptFormat: PromptFormat;
  /** Jinja of the chat template. Default: the model's own. */
  readonly chatTemplate?: string;
  /** Folder that gets metrics.json, predictions.json and evaluation_report.txt. */
  readonly outDir: string;
  readonly packageVersion: string;
  /** What the answers are. Default: what the rows say. */
  readonly taskKind?: TaskKind;
  /** What makes two listed entities the same. */
  readonly entities?: EntitySettings;
  /** Default 256 tokens. */
  readonly maxNewTokens?: number;
  /** Above 0 answers are drawn instead of taken greedily. Default 0. */
  readonly temperature?: number;
  /** Texts that end an answer. Default none. */
  readonly stop?: readonly string[];
  /** Hold answers to the JSON shape that the gold answers of the whole dataset share. Default false. */
  readonly constrain?: boolean;
  /** Measure tokens per second beside the scores. Default false. */
  readonly benchmarkSpeed?: boolean;
  /** Default: what the model was trained for, at most 4096 tokens. */
  readonly maxSequenceLength?: number;
  /** Default: all rows. */
  readonly limit?: number;
  /** Default 8 rows. */
  readonly batchSize?: number;
  /** Default: physical cores, at most 8. */
  readonly threads?: number;
  /** Default: all layers when a GPU build is loaded. */
  readonly gpuLayers?: number;
  /** Seed of the bootstrap and of drawn answers. Default 42. */
  readonly seed?: number;
}

export interface EvaluateInChildOptions {
  readonly onProgress?: (progress: EvaluationProgress) => void;
  readonly signal?: AbortSignal;
}

/**
 * Evaluates in a child process, so that a crash of native code is an error. After a crash or a stop the same request goes on with the rows that
 * are left. Read the rows with `readEvaluation`.
 * @throws `engine.crashed`, `evaluation.stopped`, and whatever loading the dataset, loading the model and `evaluateModel` throw
 */
export function evaluateInChild(request: EvaluationRequest, options: EvaluateInChildOptions = {}): Promise<EvaluationRecord> {
  return runIsolated<EvaluationRequest, EvaluationProgress, EvaluationRecord>(siblingModule(import.meta.url, "./worker"), request, {
    what: `Evaluation of ${request.modelPath}`,
    onEvent: options.onProgress,
    signal: options.signal,
  });
}
