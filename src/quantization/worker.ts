// Runs in a child process: converts, quantizes and measures one type after another.
import { join } from "node:path";
import { loadLlama, measureImportance, planQuantizedBytes, quantizeGguf, type ImportanceMatrix, type LlamaModel, type QuantizationType } from "../engine/llama/index.ts";
import type { IsolatedContext } from "../engine/ffi/index.ts";
import { requireFreeBytes, sha256File, statFile } from "../files/index.ts";
import type { QuantizationRecord, QuantizedModel } from "../records/index.ts";
import { compareModels } from "./divergence.ts";
import { quantizationCancelled } from "./errors.ts";
import { compareSizes, measurePerplexity, measureSpeed, testGeneration, type Perplexity, type ScoredSequence } from "./measure.ts";
import { prepareSource, type ModelToQuantize, type SourceType } from "./source.ts";

export interface QuantizationWork extends ModelToQuantize {
  readonly model: string;
  readonly types: readonly QuantizationType[];
  /** Where everything is written; the parent moves the models out and deletes the rest. */
  readonly stagingDir: string;
  readonly sourceType: SourceType;
  readonly threads: number;
  readonly provenance?: Readonly<Record<string, string>>;
  readonly perplexity?: { readonly sequences: readonly ScoredSequence[]; readonly datasetDigest: string | null };
  /** Sequences that tell which columns of the matrices matter. */
  readonly importance?: ImportanceSource;
  readonly benchmark: boolean;
  readonly testPrompt?: string;
}

/** Texts like those the model will read, as tokens. */
export interface ImportanceSource {
  readonly sequences: readonly (readonly number[])[];
  readonly datasetDigest: string | null;
}

export type QuantizationEvent =
  | { readonly stage: "converting"; readonly type: string }
  /** `done` of `total` sequences are read for the importance matrix. */
  | { readonly stage: "weighing"; readonly done: number; readonly total: number }
  | { readonly stage: "quantizing"; readonly type: string; readonly index: number; readonly count: number }
  /** `done` of `total` sequences are scored. */
  | { readonly stage: "measuring"; readonly type: string; readonly done: number; readonly total: number }
  | { readonly stage: "quantized"; readonly model: QuantizedModel };

export interface QuantizationWorkDone {
  readonly source: QuantizationRecord["source"];
  readonly types: readonly QuantizedModel[];
}

type Measured = Pick<QuantizedModel, "perplexity" | "prompt_tokens_per_s" | "generate_tokens_per_s" | "measured_on">;
type Emit = (event: QuantizationEvent) => void;

/** The entry that `runIsolated` calls. */
export async function run(work: QuantizationWork, { emit, signal }: IsolatedContext<QuantizationEvent>): Promise<QuantizationWorkDone> {
  const done: QuantizedModel[] = [];
  const proceed = () => {
    if (signal.aborted) throw quantizationCancelled(done.map(({ type }) => type));
  };
  emit({ stage: "converting", type: work.sourceType });
  const source = prepareSource(work, join(work.stagingDir, `${work.model}-${work.sourceType}.source.gguf`), work.sourceType, work.provenance);
  proceed();
  let plannedBytes = 0;
  for (const type of work.types) plannedBytes += await planQuantizedBytes(source.path, type, { threads: work.threads });
  requireFreeBytes(work.stagingDir, plannedBytes);
  const importance = await weigh(source.path, work, emit, signal).finally(proceed);
  const reference = await loadLlama(source.path, { threads: work.threads });
  try {
    const measuredSource = await measureSource(reference, source.type, work, emit, signal).finally(proceed);
    const sourceBytes = statFile(source.path).sizeBytes;
    const { parameterCount } = reference.info;
    for (const [index, type] of work.types.entries()) {
      emit({ stage: "quantizing", type, index, count: work.types.length });
      const path = `${work.model}-${type}.gguf`;
      const staged = join(work.stagingDir, path);
      const { fallbacks } = await quantizeGguf(source.path, staged, type, { threads: work.threads, importance });
      proceed();
      const measured = await measureType(staged, type, reference, work, emit, signal).finally(proceed);
      const model: QuantizedModel = {
        type,
        path,
        ...compareSizes(statFile(staged).sizeBytes, sourceBytes, parameterCount),
        sha256: sha256File(staged),
        perplexity_change: measured.perplexity === null || measuredSource.perplexity === null ? null : measured.perplexity - measuredSource.perplexity,
        fallbacks: [...fallbacks],
        importance: importance === undefined || IGNORES_IMPORTANCE.includes(type) ? null : importanceFields(work.importance),
        task_metric: null,
        ...measured,
      };
      done.push(model);
      emit({ stage: "quantized", model });
    }
    const sha256 = sha256File(source.path);
    return { source: { path: work.modelPath, adapter: work.adapter?.path ?? null, type: source.type, sha256, size_bytes: sourceBytes, parameter_count: parameterCount, task_metric: null, ...measuredSource }, types: done };
  } finally {
    reference.dispose();
  }
}

/** Their scales follow from the largest value of a block, or they have none. */
const IGNORES_IMPORTANCE: readonly QuantizationType[] = ["f32", "f16", "bf16", "q8_0"];

async function weigh(path: string, { importance, threads }: QuantizationWork, emit: Emit, signal: AbortSignal): Promise<ImportanceMatrix | undefined> {
  if (importance === undefined || importance.sequences.length === 0) return undefined;
  const { sequences } = importance;
  return measureImportance(path, sequences, { threads, signal, onProgress: (done) => emit({ stage: "weighing", done, total: sequences.length }) });
}

function importanceFields(importance: ImportanceSource | undefined): QuantizedModel["importance"] {
  if (importance === undefined) return null;
  const { sequences, datasetDigest } = importance;
  return { dataset_digest: datasetDigest, rows: sequences.length, tokens: sequences.reduce((sum, { length }) => sum + length, 0) };
}

async function measureSource(model: LlamaModel, type: string, work: QuantizationWork, emit: Emit, signal: AbortSignal): Promise<Measured> {
  const sequences = work.perplexity?.sequences ?? [];
  const perplexity = await measurePerplexity(model, sequences, { signal, onProgress: tellProgress(type, sequences, emit) });
  return { ...perplexityFields(perplexity, work), ...(await speedFields(model, work, signal)) };
}

/** Loads one file, which also proves that it can be loaded, and measures what was asked for. */
async function measureType(path: string, type: string, reference: LlamaModel, work: QuantizationWork, emit: Emit, signal: AbortSignal) {
  const model = await loadLlama(path, { threads: work.threads });
  try {
    const sequences = work.perplexity?.sequences ?? [];
    const divergence = await compareModels(reference, model, sequences, { signal, onProgress: tellProgress(type, sequences, emit) });
    return {
      ...perplexityFields(divergence?.perplexity, work),
      kl_divergence: divergence === undefined ? null : { mean: divergence.mean, p99: divergence.p99, max: divergence.max },
      top1_agreement: divergence?.top1Agreement ?? null,
      ...(await speedFields(model, work, signal)),
      test_generation: work.testPrompt === undefined ? null : await testGeneration(model, work.testPrompt, signal),
    };
  } finally {
    model.dispose();
  }
}

function perplexityFields(measured: Perplexity | undefined, { perplexity }: QuantizationWork): Pick<Measured, "perplexity" | "measured_on"> {
  if (measured === undefined) return { perplexity: null, measured_on: null };
  return { perplexity: measured.perplexity, measured_on: { dataset_digest: perplexity?.datasetDigest ?? null, rows: measured.rows, tokens: measured.tokens } };
}

async function speedFields(model: LlamaModel, work: QuantizationWork, signal: AbortSignal): Promise<Pick<Measured, "prompt_tokens_per_s" | "generate_tokens_per_s">> {
  if (!work.benchmark) return { prompt_tokens_per_s: null, generate_tokens_per_s: null };
  return measureSpeed(model, work.perplexity?.sequences[0], signal);
}

function tellProgress(type: string, sequences: readonly ScoredSequence[], emit: Emit): (done: number) => void {
  return (done) => emit({ stage: "measuring", type, done, total: sequences.length });
}
