import { randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Pointer } from "../ffi/index.ts";
import type { Llama } from "./native.ts";
import type { SequenceJob } from "./sequences.ts";
import { createTextStream } from "./text-stream.ts";
import type { Generation, GenerateRequest } from "./types.ts";

interface GenerateContext {
  readonly llama: Llama;
  readonly context: Pointer;
  readonly contextLength: number;
  pieceOf(id: number): Uint8Array;
  isEndOfGeneration(id: number): boolean;
}

export interface GenerateJob {
  readonly job: SequenceJob;
  /** The answer, once the job is over. */
  result(): Generation;
  /** Frees the sampler, which is made when the first token is chosen. */
  free(): void;
}

/** A job that appends one sampled token a round until the answer is complete. */
export function generateJob(session: GenerateContext, request: GenerateRequest): GenerateJob {
  const { llama, context } = session;
  const { promptIds, signal } = request;
  let sampler: ReturnType<typeof createSampler> | undefined;
  const stream = createTextStream(request.stop, request.onText);
  const ids = [...promptIds];
  const limit = Math.min(request.maxTokens, session.contextLength - promptIds.length + 1);
  const startedMs = performance.now();
  let firstMs: number | undefined;
  let endedMs: number | undefined;
  let finishReason: Generation["finishReason"] | undefined = limit <= 0 ? "length" : undefined;

  const finish = (reason: Generation["finishReason"]) => {
    finishReason = reason;
    endedMs = performance.now();
  };
  return {
    job: {
      ids,
      firstOutput: promptIds.length - 1,
      isOver() {
        if (finishReason === undefined && signal?.aborted === true) finish("cancelled");
        return finishReason !== undefined;
      },
      onOutput(_index, row) {
        sampler ??= createSampler(llama, request);
        const id = llama.functions.sampler_sample(sampler.pointer, context, row.batchIndex);
        firstMs ??= performance.now();
        if (session.isEndOfGeneration(id)) return finish("stop");
        ids.push(id);
        if (stream.push(session.pieceOf(id))) finish("stop");
        else if (ids.length - promptIds.length >= limit) finish("length");
      },
    },
    result() {
      stream.end();
      const end = endedMs ?? performance.now();
      return {
        ids: ids.slice(promptIds.length),
        text: stream.text,
        finishReason: finishReason ?? "cancelled",
        promptTokens: promptIds.length,
        promptMs: (firstMs ?? end) - startedMs,
        generateMs: end - (firstMs ?? end),
      };
    },
    free: () => sampler?.free(),
  };
}

/** Top-k, top-p, temperature, then a draw; the most probable token at temperature 0. */
function createSampler({ functions }: Llama, request: GenerateRequest): { readonly pointer: Pointer; free(): void } {
  const { temperature = 0, topK = 0, topP = 1, seed = randomInt(2 ** 32 - 1) } = request;
  const chain = functions.sampler_chain_init(functions.sampler_chain_default_params());
  const parts = temperature === 0
    ? [functions.sampler_init_greedy()]
    : [
        ...(topK > 0 ? [functions.sampler_init_top_k(topK)] : []),
        ...(topP < 1 ? [functions.sampler_init_top_p(topP, 1)] : []),
        functions.sampler_init_temp(temperature),
        functions.sampler_init_dist(seed >>> 0),
      ];
  for (const part of parts) functions.sampler_chain_add(chain, part);
  let alive = true;
  return {
    pointer: chain,
    free() {
      if (alive) functions.sampler_free(chain);
      alive = false;
    },
  };
}
