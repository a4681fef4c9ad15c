// Quality and speed of one model on one set of texts: the row of a quantization table.
import type { Generation, LlamaModel, LlamaSession, ScoreRequest } from "../engine/llama/index.ts";
import { bootstrapRatioDifference, type BootstrapOptions, type Interval, type RatioSample } from "./bootstrap.ts";
import { perplexity } from "./metrics/perplexity.ts";

export interface BenchmarkOptions {
  readonly model: Pick<LlamaModel, "createSession">;
  /** Encoded texts and where scoring begins; the tokens before that are also the prompts of the speed measurement. At least one. */
  readonly sequences: readonly ScoreRequest[];
  /** Tokens to generate for the speed; answers that end early are followed by the next prompt. Default 128. */
  readonly generateTokens?: number;
  /** Default: the threads of the model. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

export interface SpeedOptions extends Omit<BenchmarkOptions, "model" | "sequences"> {
  readonly model: Pick<LlamaModel, "info" | "createSession">;
  /** Encoded; at least one. */
  readonly prompts: readonly (readonly number[])[];
}

export interface ModelSpeed {
  /** Reading a prompt, one sequence at a time. */
  readonly promptTokensPerSecond: number;
  /** Writing an answer greedily, one sequence at a time; undefined when every answer ended at once. */
  readonly generateTokensPerSecond?: number;
}

export interface ModelBenchmark extends ModelSpeed {
  /** exp of nats per scored token over all sequences. */
  readonly perplexity: number;
  readonly scoredTokens: number;
  /** One entry a sequence, in order. */
  readonly perSequence: readonly { readonly nll: number; readonly scoredTokens: number }[];
}

/** Measures perplexity, then speed after one unmeasured answer. @throws RangeError without sequences; the signal's reason when aborted */
export async function benchmarkModel(options: BenchmarkOptions): Promise<ModelBenchmark> {
  const { model, sequences, generateTokens = 128, threads, signal } = options;
  if (sequences.length === 0) throw new RangeError("A benchmark needs at least one sequence");
  const longest = sequences.reduce((most, { ids, firstScored }) => Math.max(most, ids.length, firstScored + generateTokens), 0);
  const session = model.createSession({ contextLength: longest, sequences: 1, threads });
  try {
    const scores = await session.scoreBatch(sequences, { signal });
    const perSequence = scores.map(({ logprobs }) => ({ nll: logprobs.reduce((sum, logprob) => sum - logprob, 0), scoredTokens: logprobs.length }));
    const { numerators, denominators } = toSample(perSequence);
    const scoredTokens = sum(denominators);
    const prompts = sequences.map(({ ids, firstScored }) => ids.slice(0, firstScored));
    return { perplexity: perplexity(sum(numerators), scoredTokens), scoredTokens, perSequence, ...(await measureSpeed(session, prompts, generateTokens, signal)) };
  } finally {
    session.dispose();
  }
}

/** Speed alone: as many prompts as it takes to write `generateTokens` (default 128), one sequence at a time. @throws RangeError without prompts */
export async function benchmarkSpeed({ model, prompts, generateTokens = 128, threads, signal }: SpeedOptions): Promise<ModelSpeed> {
  if (prompts.length === 0) throw new RangeError("A benchmark needs at least one prompt");
  const longest = prompts.reduce((most, ids) => Math.max(most, ids.length + generateTokens), 0);
  const session = model.createSession({ contextLength: Math.min(longest, model.info.trainContextLength || longest), sequences: 1, threads });
  try {
    return await measureSpeed(session, prompts, generateTokens, signal);
  } finally {
    session.dispose();
  }
}

/** Perplexity of `other` minus perplexity of `base`, with its paired bootstrap interval. @throws RangeError when the sequences do not pair */
export function perplexityDifference(base: ModelBenchmark, other: ModelBenchmark, options: BootstrapOptions = {}): Interval {
  return bootstrapRatioDifference(toSample(base.perSequence), toSample(other.perSequence), options);
}

async function measureSpeed(session: Pick<LlamaSession, "generate">, prompts: SpeedOptions["prompts"], generateTokens: number, signal: AbortSignal | undefined): Promise<ModelSpeed> {
  const ask = (maxTokens: number, index: number) => session.generate({ promptIds: prompts[index % prompts.length]!, maxTokens, signal });
  await ask(Math.min(8, generateTokens), 0);
  const answers: Generation[] = [];
  let written = 0;
  for (let index = 0; written < generateTokens && index < Math.max(8, prompts.length); index++) {
    signal?.throwIfAborted();
    const answer = await ask(generateTokens - written, index);
    answers.push(answer);
    written += answer.ids.length;
  }
  const steps = sum(answers.map(countTimedTokens));
  const perSecond = (count: number, ms: number) => (1000 * count) / ms;
  return {
    promptTokensPerSecond: perSecond(sum(answers.map((answer) => answer.promptTokens)), sum(answers.map((answer) => answer.promptMs))),
    ...(steps === 0 ? {} : { generateTokensPerSecond: perSecond(steps, sum(answers.map((answer) => answer.generateMs))) }),
  };
}

/** The first token comes with the prompt; after it each token takes a step, and so does the end token that is not in `ids`. */
function countTimedTokens({ ids, finishReason }: Generation): number {
  return finishReason === "stop" ? ids.length : Math.max(0, ids.length - 1);
}

function toSample(perSequence: ModelBenchmark["perSequence"]): RatioSample {
  return { numerators: perSequence.map((row) => row.nll), denominators: perSequence.map((row) => row.scoredTokens), combine: perplexity };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
