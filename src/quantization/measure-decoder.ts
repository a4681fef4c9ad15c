// What is measured on a model that writes: perplexity, divergence, speed, one answer.
import { loadLlama, type LlamaModel } from "../engine/llama/index.ts";
import { compareModels } from "./divergence.ts";
import { measurePerplexity, measureSpeed, testGeneration, type Perplexity } from "./measure.ts";
import type { Measured, QuantizationWork, Yardstick, YardstickParts } from "./work.ts";

/** @throws `llama.*` */
export async function openDecoderYardstick(path: string, { work, emit, signal }: YardstickParts): Promise<Yardstick> {
  const { threads } = work;
  const sequences = work.perplexity?.sequences ?? [];
  const tellProgress = (type: string) => (done: number) => emit({ stage: "measuring", type, done, total: sequences.length });
  const reference = await loadLlama(path, { threads });
  return {
    parameterCount: reference.info.parameterCount,
    async measure(type) {
      const perplexity = await measurePerplexity(reference, sequences, { signal, onProgress: tellProgress(type) });
      return { ...perplexityFields(perplexity, work), ...(await speedFields(reference, work, signal)) };
    },
    async compare(candidatePath, type) {
      const model = await loadLlama(candidatePath, { threads });
      try {
        const divergence = await compareModels(reference, model, sequences, { signal, onProgress: tellProgress(type) });
        return {
          ...perplexityFields(divergence?.perplexity, work),
          kl_divergence: divergence === undefined ? null : { mean: divergence.mean, p99: divergence.p99, max: divergence.max },
          top1_agreement: divergence?.top1Agreement ?? null,
          vectors: null,
          scores: null,
          ...(await speedFields(model, work, signal)),
          test_generation: work.testPrompt === undefined ? null : await testGeneration(model, work.testPrompt, signal),
        };
      } finally {
        model.dispose();
      }
    },
    dispose: () => reference.dispose(),
  };
}

function perplexityFields(measured: Perplexity | undefined, { perplexity }: QuantizationWork): Pick<Measured, "perplexity" | "measured_on"> {
  if (measured === undefined) return { perplexity: null, measured_on: null };
  return { perplexity: measured.perplexity, measured_on: { dataset_digest: perplexity?.datasetDigest ?? null, rows: measured.rows, tokens: measured.tokens } };
}

async function speedFields(model: LlamaModel, work: QuantizationWork, signal: AbortSignal): Promise<Pick<Measured, "prompt_tokens_per_s" | "generate_tokens_per_s">> {
  if (!work.benchmark) return { prompt_tokens_per_s: null, generate_tokens_per_s: null };
  return measureSpeed(model, work.perplexity?.sequences[0], signal);
}
