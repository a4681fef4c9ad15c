import { randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Pointer } from "../ffi/index.ts";
import { logitChanges } from "./adjust.ts";
import { beginConstraint, type ConstraintContext } from "./constraint.ts";
import { jsonSchemaToGrammar } from "./grammar/json-schema.ts";
import { readDistribution } from "./logprobs.ts";
import type { Llama } from "./native.ts";
import type { OutputRow, SequenceJob } from "./sequences.ts";
import { createTextStream } from "./text-stream.ts";
import type { ChosenToken, Generation, GenerateRequest } from "./types.ts";

interface GenerateContext {
  readonly llama: Llama;
  readonly context: Pointer;
  readonly contextLength: number;
  pieceOf(id: number): Uint8Array;
  isEndOfGeneration(id: number): boolean;
  /** Made when the first answer is held to a grammar. */
  constraints(): ConstraintContext;
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
  const { promptIds, signal, topLogprobs } = request;
  const grammar = grammarOf(request);
  let sampler: Sampler | undefined;
  const stream = createTextStream(request.stop, request.onText);
  const ids = [...promptIds];
  const changes = logitChanges(request);
  const logprobs: ChosenToken[] = [];
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
        sampler ??= createSampler(session, request, grammar);
        const distribution = topLogprobs === undefined ? undefined : readDistribution(row.logits_V(), topLogprobs, session.pieceOf);
        changes?.apply(row.logits_V());
        const id = sampler.choose(row);
        changes?.chosen(id);
        firstMs ??= performance.now();
        if (session.isEndOfGeneration(id)) return finish("stop");
        ids.push(id);
        if (distribution !== undefined) logprobs.push(distribution.of(id));
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
        ...(topLogprobs === undefined ? {} : { logprobs }),
        finishReason: finishReason ?? "cancelled",
        promptTokens: promptIds.length,
        promptMs: (firstMs ?? end) - startedMs,
        generateMs: end - (firstMs ?? end),
      };
    },
    free: () => sampler?.free(),
  };
}

/** @throws TypeError, `llama.schema_unsupported`, `llama.schema_too_large` */
function grammarOf({ grammar, jsonSchema }: GenerateRequest): string | undefined {
  if (jsonSchema === undefined) return grammar;
  if (grammar !== undefined) throw new TypeError("An answer is held to a grammar or to a JSON schema, not to both");
  return jsonSchemaToGrammar(jsonSchema);
}

interface Sampler {
  choose(row: OutputRow): number;
  free(): void;
}

/** Top-k, top-p, temperature, then a draw; the most probable token at temperature 0. Held to the grammar, if there is one. */
function createSampler(session: GenerateContext, request: GenerateRequest, grammar: string | undefined): Sampler {
  const { functions } = session.llama;
  const { temperature = 0, topK = 0, topP = 1, seed = randomInt(2 ** 32 - 1) } = request;
  const pointer = functions.sampler_chain_init(functions.sampler_chain_default_params());
  const parts = temperature === 0
    ? [functions.sampler_init_greedy()]
    : [
        ...(topK > 0 ? [functions.sampler_init_top_k(topK)] : []),
        ...(topP < 1 ? [functions.sampler_init_top_p(topP, 1)] : []),
        functions.sampler_init_temp(temperature),
        functions.sampler_init_dist(seed >>> 0),
      ];
  for (const part of parts) functions.sampler_chain_add(pointer, part);
  const sample = (row: OutputRow) => functions.sampler_sample(pointer, session.context, row.batchIndex);
  const free = once(() => functions.sampler_free(pointer));
  if (grammar === undefined) return { choose: sample, free };
  try {
    const constraint = beginConstraint(session.constraints(), grammar, { pointer, sample });
    const freeConstraint = once(constraint.free);
    return {
      choose: constraint.choose,
      free() {
        freeConstraint();
        free();
      },
    };
  } catch (thrown) {
    free();
    throw thrown;
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
