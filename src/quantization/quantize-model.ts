import { join } from "node:path";
import { runIsolated, siblingModule } from "../engine/ffi/index.ts";
import { defaultThreads, QUANTIZATION_TYPES, type QuantizationType } from "../engine/llama/index.ts";
import { ensureDirectory, exists, listDirectory, readJson, remove, rename, writeJson } from "../files/index.ts";
import { parseRecord, QUANTIZATION_SCHEMA_VERSION, quantizationRecordSchema, type QuantizationRecord, type QuantizedModel, type TaskMetric } from "../records/index.ts";
import { noQuantizationTypes, unknownQuantizationTypes } from "./errors.ts";
import type { ScoredSequence } from "./measure.ts";
import { estimateBytes, requireRoom } from "./room.ts";
import { modelNameOf, type ModelToQuantize, type WantedType } from "./source.ts";
import type { ImportanceSource, QuantizationEvent, QuantizationWork, QuantizationWorkDone, TextSource } from "./work.ts";

/** Name of the record beside the models. */
export const QUANTIZATION_RECORD_FILE = "quantization_metrics.json";

/** `modelPath` is a Hugging Face model directory, an unquantized .gguf file, or the .onnx file of a BERT. */
export interface QuantizeModelOptions extends ModelToQuantize {
  /** In the order in which they are made, for example q8_0 and q4_k_m. */
  readonly types: readonly string[];
  readonly outputDir: string;
  /** What the file names begin with. Default: the name of the model path. */
  readonly name?: string;
  /** The unquantized GGUF that is written on the way, where the model is none. Default `auto`. */
  readonly sourceType?: WantedType;
  /** Default: physical cores, at most 8. */
  readonly threads?: number;
  /** Written into the GGUF header where one is written on the way, as `tunesmith.<key>`. */
  readonly provenance?: Readonly<Record<string, string>>;
  /** Measures perplexity on these sequences, of the source too. Default: not measured. */
  readonly perplexity?: { readonly sequences: readonly ScoredSequence[]; readonly datasetDigest: string | null };
  /** Weighs the columns of every matrix by what these sequences excite, on data that nothing is measured on. Default: every column weighs the same. */
  readonly importance?: ImportanceSource;
  /** Compares the vectors or scores of an encoder on these texts. Default: not compared. */
  readonly texts?: TextSource;
  /** Measures tokens per second. Default false. */
  readonly benchmark?: boolean;
  /** Answers this prompt with every type; the text as the model shall see it. Default: not answered. */
  readonly testPrompt?: string;
  /** ISO 8601, for the record. */
  readonly createdAt: string;
}

export interface QuantizeModelContext {
  readonly onEvent?: (event: QuantizationEvent) => void;
  /** Bytes free where the files go. Default: asked of the file system. */
  readonly freeBytes?: number;
  /** Stops after the step under way; nothing is left behind. */
  readonly signal?: AbortSignal;
}

/**
 * Quantizes a model to several types in a child process and writes `<name>-<type>.gguf` and `quantization_metrics.json` into `outputDir`.
 * All files appear when the last type is done. Types of an earlier call from the same source that are still there keep their entry.
 * @throws `quantization.*`, `models.*`, `llama.*`, `files.disk_too_small`, `engine.crashed`
 */
export async function quantizeModel(options: QuantizeModelOptions, { onEvent, freeBytes, signal }: QuantizeModelContext = {}): Promise<QuantizationRecord> {
  const types = requireTypes(options.types);
  requireRoom(options.outputDir, estimateBytes(options, options.sourceType ?? "auto", types), freeBytes);
  const model = options.name ?? modelNameOf(options.modelPath);
  const threads = options.threads ?? defaultThreads();
  const stagingDir = join(options.outputDir, `.quantizing-${process.pid}`);
  const isNew = !exists(options.outputDir);
  ensureDirectory(stagingDir);
  try {
    const work: QuantizationWork = {
      modelPath: options.modelPath,
      adapter: options.adapter,
      model,
      types,
      stagingDir,
      sourceType: options.sourceType ?? "auto",
      threads,
      provenance: options.provenance,
      perplexity: options.perplexity,
      importance: options.importance,
      texts: options.texts,
      benchmark: options.benchmark ?? false,
      testPrompt: options.testPrompt,
    };
    const done = await runIsolated<QuantizationWork, QuantizationEvent, QuantizationWorkDone>(siblingModule(import.meta.url, "./worker"), work, {
      what: `Quantization of ${options.modelPath}`,
      onEvent,
      signal,
    });
    const earlier = keptEntries(findQuantizationRecord(options.outputDir), done, options.outputDir);
    const record = quantizationRecordSchema.parse({
      schema_version: QUANTIZATION_SCHEMA_VERSION,
      created_at: options.createdAt,
      model,
      threads,
      source: done.source,
      types: [...earlier, ...done.types],
    });
    for (const { path } of done.types) rename(join(stagingDir, path), join(options.outputDir, path));
    writeJson(join(options.outputDir, QUANTIZATION_RECORD_FILE), record);
    return record;
  } finally {
    remove(stagingDir);
    if (isNew && isEmpty(options.outputDir)) remove(options.outputDir);
  }
}

/** The record of a folder of quantized models; undefined when there is none. @throws `records.invalid`, `records.too_new` */
export function findQuantizationRecord(directory: string): QuantizationRecord | undefined {
  const path = join(directory, QUANTIZATION_RECORD_FILE);
  return exists(path) ? parseRecord(quantizationRecordSchema, readJson(path), path) : undefined;
}

/** Writes how well the source and each type (by file name) do their task into the record of a folder. */
export function recordTaskMetrics(record: QuantizationRecord, outputDir: string, metrics: { readonly source: TaskMetric; readonly types: ReadonlyMap<string, TaskMetric> }): QuantizationRecord {
  const types = record.types.map((type) => ({ ...type, task_metric: metrics.types.get(type.path) ?? type.task_metric }));
  const measured = { ...record, source: { ...record.source, task_metric: metrics.source }, types };
  writeJson(join(outputDir, QUANTIZATION_RECORD_FILE), measured);
  return measured;
}

function isEmpty(directory: string): boolean {
  const { files, directories } = listDirectory(directory);
  return files.length + directories.length === 0;
}

/** Entries of types that were not made again, as long as their file is there and their source was the same. */
function keptEntries(previous: QuantizationRecord | undefined, done: QuantizationWorkDone, outputDir: string): readonly QuantizedModel[] {
  if (previous === undefined || previous.source.sha256 !== done.source.sha256) return [];
  const made = new Set(done.types.map(({ path }) => path));
  return previous.types.filter(({ path }) => !made.has(path) && exists(join(outputDir, path)));
}

function requireTypes(types: readonly string[]): readonly QuantizationType[] {
  if (types.length === 0) throw noQuantizationTypes();
  const known = Object.keys(QUANTIZATION_TYPES);
  const unknown = types.filter((type) => !known.includes(type.toLowerCase()));
  if (unknown.length > 0) throw unknownQuantizationTypes(unknown, known);
  return [...new Set(types.map((type) => type.toLowerCase() as QuantizationType))];
}
