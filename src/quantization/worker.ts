// Runs in a child process: converts, quantizes and measures one type after another.
import { join } from "node:path";
import { measureImportance, planQuantizedBytes, quantizeGguf, type ImportanceMatrix, type QuantizationType } from "../engine/llama/index.ts";
import type { IsolatedContext } from "../engine/ffi/index.ts";
import { isEncoder } from "../engine/models/index.ts";
import { requireFreeBytes, sha256File, statFile } from "../files/index.ts";
import type { QuantizedModel } from "../records/index.ts";
import { quantizationCancelled } from "./errors.ts";
import { compareSizes } from "./measure.ts";
import { openDecoderYardstick } from "./measure-decoder.ts";
import { openEncoderYardstick } from "./measure-encoder.ts";
import { prepareSource } from "./source.ts";
import type { Emit, ImportanceSource, QuantizationEvent, QuantizationWork, QuantizationWorkDone } from "./work.ts";

/** The entry that `runIsolated` calls. */
export async function run(work: QuantizationWork, { emit, signal }: IsolatedContext<QuantizationEvent>): Promise<QuantizationWorkDone> {
  const done: QuantizedModel[] = [];
  const proceed = () => {
    if (signal.aborted) throw quantizationCancelled(done.map(({ type }) => type));
  };
  emit({ stage: "converting", type: work.sourceType });
  const source = prepareSource(work, join(work.stagingDir, `${work.model}.source.gguf`), work.sourceType, work.provenance);
  proceed();
  let plannedBytes = 0;
  for (const type of work.types) plannedBytes += await planQuantizedBytes(source.path, type, { threads: work.threads });
  requireFreeBytes(work.stagingDir, plannedBytes);
  const importance = await weigh(source.path, work, emit, signal).finally(proceed);
  const parts = { work, emit, signal };
  const yardstick = isEncoder(source.path) ? await openEncoderYardstick(source.path, parts) : await openDecoderYardstick(source.path, parts);
  try {
    const measuredSource = await yardstick.measure(source.type).finally(proceed);
    const sourceBytes = statFile(source.path).sizeBytes;
    const { parameterCount } = yardstick;
    for (const [index, type] of work.types.entries()) {
      emit({ stage: "quantizing", type, index, count: work.types.length });
      const path = `${work.model}-${type}.gguf`;
      const staged = join(work.stagingDir, path);
      const { fallbacks } = await quantizeGguf(source.path, staged, type, { threads: work.threads, importance });
      proceed();
      const measured = await yardstick.compare(staged, type).finally(proceed);
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
    yardstick.dispose();
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
