// Runs in a child process: converts, quantizes and measures one type after another.
import { join } from "node:path";
import { loadLlama, planQuantizedBytes, quantizeGguf, type LlamaModel, type QuantizationType } from "../engine/llama/index.ts";
import type { IsolatedContext } from "../engine/ffi/index.ts";
import { requireFreeBytes, sha256File, statFile } from "../files/index.ts";
import type { QuantizationRecord, QuantizedModel } from "../records/index.ts";
import { quantizationCancelled } from "./errors.ts";
import { compareSizes, measurePerplexity, measureSpeed, testGeneration, type ScoredSequence } from "./measure.ts";
import { prepareSource, type SourceType } from "./source.ts";

export interface QuantizationWork {
  readonly modelPath: string;
  readonly model: string;
  readonly types: readonly QuantizationType[];
  /** Where everything is written; the parent moves the models out and deletes the rest. */
  readonly stagingDir: string;
  readonly sourceType: SourceType;
  readonly threads: number;
  readonly provenance?: Readonly<Record<string, string>>;
  readonly perplexity?: { readonly sequences: readonly ScoredSequence[]; readonly datasetDigest: string | null };
  readonly benchmark: boolean;
  readonly testPrompt?: string;
}

export type QuantizationEvent =
  | { readonly stage: "converting"; readonly type: string }
  | { readonly stage: "quantizing"; readonly type: string; readonly index: number; readonly count: number }
  /** `done` of `total` sequences are scored. */
  | { readonly stage: "measuring"; readonly type: string; readonly done: number; readonly total: number }
  | { readonly stage: "quantized"; readonly model: QuantizedModel };

export interface QuantizationWorkDone {
  readonly source: QuantizationRecord["source"];
  readonly types: readonly QuantizedModel[];
}

type Measured = Pick<QuantizedModel, "perplexity" | "prompt_tokens_per_s" | "generate_tokens_per_s" | "measured_on" | "test_generation"> & { readonly parameterCount: number };

/** The entry that `runIsolated` calls. */
export async function run(work: QuantizationWork, { emit, signal }: IsolatedContext<QuantizationEvent>): Promise<QuantizationWorkDone> {
  const done: QuantizedModel[] = [];
  const proceed = () => {
    if (signal.aborted) throw quantizationCancelled(done.map(({ type }) => type));
  };
  emit({ stage: "converting", type: work.sourceType });
  const source = prepareSource(work.modelPath, join(work.stagingDir, `${work.model}-${work.sourceType}.source.gguf`), work.sourceType, work.provenance);
  proceed();
  let plannedBytes = 0;
  for (const type of work.types) plannedBytes += await planQuantizedBytes(source.path, type, { threads: work.threads });
  requireFreeBytes(work.stagingDir, plannedBytes);
  const { test_generation: _sourceAnswer, parameterCount, ...measuredSource } = await measure(source.path, source.type, work, emit, proceed, signal);
  const sourceBytes = statFile(source.path).sizeBytes;

  for (const [index, type] of work.types.entries()) {
    emit({ stage: "quantizing", type, index, count: work.types.length });
    const path = `${work.model}-${type}.gguf`;
    const staged = join(work.stagingDir, path);
    const { fallbacks } = await quantizeGguf(source.path, staged, type, { threads: work.threads });
    proceed();
    const { parameterCount: _same, ...measured } = await measure(staged, type, work, emit, proceed, signal);
    const model: QuantizedModel = {
      type,
      path,
      ...compareSizes(statFile(staged).sizeBytes, sourceBytes, parameterCount),
      sha256: sha256File(staged),
      perplexity_change: measured.perplexity === null || measuredSource.perplexity === null ? null : measured.perplexity - measuredSource.perplexity,
      fallbacks: [...fallbacks],
      ...measured,
    };
    done.push(model);
    emit({ stage: "quantized", model });
  }
  const sha256 = sha256File(source.path);
  return { source: { path: work.modelPath, type: source.type, sha256, size_bytes: sourceBytes, parameter_count: parameterCount, ...measuredSource }, types: done };
}

/** Loads one file, which also proves that it can be loaded, and measures what was asked for. */
async function measure(path: string, type: string, work: QuantizationWork, emit: (event: QuantizationEvent) => void, proceed: () => void, signal: AbortSignal): Promise<Measured> {
  const model = await loadLlama(path, { threads: work.threads });
  try {
    const perplexity = await perplexityOf(model, type, work, emit, signal).finally(proceed);
    const speed = work.benchmark ? await measureSpeed(model, work.perplexity?.sequences[0], signal) : undefined;
    proceed();
    return {
      perplexity: perplexity?.perplexity ?? null,
      measured_on: perplexity === undefined ? null : { dataset_digest: work.perplexity?.datasetDigest ?? null, rows: perplexity.rows, tokens: perplexity.tokens },
      prompt_tokens_per_s: speed?.prompt_tokens_per_s ?? null,
      generate_tokens_per_s: speed?.generate_tokens_per_s ?? null,
      test_generation: work.testPrompt === undefined ? null : await testGeneration(model, work.testPrompt, signal),
      parameterCount: model.info.parameterCount,
    };
  } finally {
    model.dispose();
    proceed();
  }
}

async function perplexityOf(model: LlamaModel, type: string, work: QuantizationWork, emit: (event: QuantizationEvent) => void, signal: AbortSignal) {
  const sequences = work.perplexity?.sequences ?? [];
  if (sequences.length === 0) return undefined;
  return measurePerplexity(model, sequences, { signal, onProgress: (done) => emit({ stage: "measuring", type, done, total: sequences.length }) });
}
