import { encodePromptText, type LlamaModel } from "../engine/llama/index.ts";
import type { QuantizedModel, TestGeneration } from "../records/index.ts";

/** A sequence whose tokens from `firstScored` on count for the perplexity. */
export interface ScoredSequence {
  readonly ids: readonly number[];
  readonly firstScored: number;
}

/** Mean negative log-likelihood of many sequences, as exp: every scored token weighs the same. */
export interface Perplexity {
  readonly perplexity: number;
  readonly rows: number;
  readonly tokens: number;
}

export interface Speed {
  readonly prompt_tokens_per_s: number;
  readonly generate_tokens_per_s: number;
}

/** Sequences computed side by side: short ones fill a batch together. */
const SIDE_BY_SIDE = 4;
const SPEED_PROMPT_TOKENS = 128;
const SPEED_ANSWER_TOKENS = 48;
const SPEED_ROUNDS = 3;
const TEST_ANSWER_TOKENS = 128;
const SPEED_TEXT = "A person with a high temperature, a dry cough and a sore throat asks what helps and when to see a doctor. ";

/** exp(-mean log p) over the scored tokens of all sequences; undefined when none is scored. `onProgress` is told how many sequences are done. */
export async function measurePerplexity(
  model: LlamaModel,
  sequences: readonly ScoredSequence[],
  options: { readonly signal?: AbortSignal; readonly onProgress?: (done: number) => void } = {},
): Promise<Perplexity | undefined> {
  const longest = Math.max(2, ...sequences.map(({ ids }) => ids.length));
  const session = model.createSession({ contextLength: longest, sequences: Math.min(SIDE_BY_SIDE, Math.max(1, sequences.length)) });
  let sum = 0;
  let tokens = 0;
  try {
    for (let first = 0; first < sequences.length; first += 4 * SIDE_BY_SIDE) {
      const scores = await session.scoreBatch(sequences.slice(first, first + 4 * SIDE_BY_SIDE), { signal: options.signal });
      for (const { logprobs } of scores) {
        tokens += logprobs.length;
        for (const logprob of logprobs) sum -= logprob;
      }
      options.onProgress?.(Math.min(sequences.length, first + 4 * SIDE_BY_SIDE));
    }
  } finally {
    session.dispose();
  }
  return tokens === 0 ? undefined : { perplexity: Math.exp(sum / tokens), rows: sequences.length, tokens };
}

/** Tokens per second of reading a prompt and of answering, one sequence at a time, after a warm-up; the fastest of three rounds. */
export async function measureSpeed(model: LlamaModel, sample: ScoredSequence | undefined, signal?: AbortSignal): Promise<Speed> {
  const promptIds = speedPrompt(model, sample);
  const session = model.createSession({ contextLength: SPEED_PROMPT_TOKENS + SPEED_ANSWER_TOKENS });
  let prompt = 0;
  let answer = 0;
  try {
    await session.generate({ promptIds: promptIds.slice(0, 8), maxTokens: 4, signal });
    for (let round = 0; round < SPEED_ROUNDS; round += 1) {
      const { ids, finishReason, promptTokens, promptMs, generateMs } = await session.generate({ promptIds, maxTokens: SPEED_ANSWER_TOKENS, temperature: 1, seed: round, signal });
      prompt = Math.max(prompt, (1000 * promptTokens) / promptMs);
      const decoded = ids.length - (finishReason === "stop" ? 0 : 1);
      if (decoded > 0 && generateMs > 0) answer = Math.max(answer, (1000 * decoded) / generateMs);
    }
  } finally {
    session.dispose();
  }
  return { prompt_tokens_per_s: prompt, generate_tokens_per_s: answer };
}

/** The sample repeated, or a plain text, cut to one length: comparable between types. */
function speedPrompt(model: LlamaModel, sample: ScoredSequence | undefined): number[] {
  const unit = sample === undefined || sample.ids.length === 0 ? model.tokenize(SPEED_TEXT) : [...sample.ids];
  const ids: number[] = [];
  while (ids.length < SPEED_PROMPT_TOKENS) ids.push(...unit);
  return ids.slice(0, SPEED_PROMPT_TOKENS);
}

/** Answers one prompt greedily: `finish_reason` is `stop` when the model ended by itself. */
export async function testGeneration(model: LlamaModel, prompt: string, signal?: AbortSignal): Promise<TestGeneration> {
  const promptIds = encodePromptText(model, prompt, { parseSpecial: true });
  const session = model.createSession({ contextLength: promptIds.length + TEST_ANSWER_TOKENS });
  try {
    const { text, ids, finishReason } = await session.generate({ promptIds, maxTokens: TEST_ANSWER_TOKENS, signal });
    return { prompt, text, tokens: ids.length, finish_reason: finishReason };
  } finally {
    session.dispose();
  }
}

/** Sizes of a quantized file against its source. */
export function compareSizes(sizeBytes: number, sourceBytes: number, parameterCount: number): Pick<QuantizedModel, "size_bytes" | "bits_per_weight" | "compression_ratio" | "size_reduction_percent"> {
  return {
    size_bytes: sizeBytes,
    bits_per_weight: (8 * sizeBytes) / parameterCount,
    compression_ratio: sourceBytes / sizeBytes,
    size_reduction_percent: 100 * (1 - sizeBytes / sourceBytes),
  };
}
