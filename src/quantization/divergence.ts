// How far a model has moved from another one: both read the same tokens, and what they expect next is compared over the whole vocabulary.
import type { LlamaModel, LlamaSession } from "../engine/llama/index.ts";
import { otherVocabulary } from "./errors.ts";
import type { Perplexity, ScoredSequence } from "./measure.ts";

/** KL divergence of the candidate from the reference per scored token, in nats: sum over the vocabulary of p · (ln p − ln q), p of the reference. */
export interface Divergence {
  readonly mean: number;
  /** 99 of 100 tokens have at most this. */
  readonly p99: number;
  readonly max: number;
  /** Share of the tokens for which both find the same token most probable, 0 to 1. */
  readonly top1Agreement: number;
  /** Of the candidate, over the same tokens. */
  readonly perplexity: Perplexity;
}

export interface CompareOptions {
  readonly signal?: AbortSignal;
  /** Told how many sequences are done. */
  readonly onProgress?: (done: number) => void;
}

/** Logits of the reference that are held at once; a single longer sequence may take more. */
const HELD_BYTES = 128 * 2 ** 20;
const SIDE_BY_SIDE = 4;

/**
 * Runs both models over the sequences, a few at a time; undefined when no token is scored. The logits of the reference are computed anew for
 * every candidate: kept for a whole dataset they would be larger than the models.
 * @throws `quantization.other_vocabulary`, `llama.*`
 */
export async function compareModels(reference: LlamaModel, candidate: LlamaModel, sequences: readonly ScoredSequence[], { signal, onProgress }: CompareOptions = {}): Promise<Divergence | undefined> {
  const vocabSize = reference.info.vocabSize;
  if (candidate.info.vocabSize !== vocabSize) throw otherVocabulary(vocabSize, candidate.info.vocabSize);
  const contextLength = Math.max(2, ...sequences.map(({ ids }) => ids.length));
  const open = (model: LlamaModel): LlamaSession => model.createSession({ contextLength, sequences: Math.min(SIDE_BY_SIDE, Math.max(1, sequences.length)) });
  const referenceSession = open(reference);
  const candidateSession = open(candidate);
  const divergences: number[] = [];
  let agreed = 0;
  let surprise = 0;
  let done = 0;
  try {
    for (const group of groupsOf(sequences, vocabSize)) {
      const held = group.map(({ ids, firstScored }) => new Float32Array(Math.max(0, ids.length - firstScored) * vocabSize));
      const rowOf = (request: number, index: number): Float32Array => {
        const place = index - group[request]!.firstScored;
        return held[request]!.subarray(place * vocabSize, (place + 1) * vocabSize);
      };
      await referenceSession.scoreBatch(group, { signal, onLogits: (request, index, logits_V) => rowOf(request, index).set(logits_V) });
      const scores = await candidateSession.scoreBatch(group, {
        signal,
        onLogits(request, index, logits_V) {
          const { divergence, sameBest } = divergenceOf(rowOf(request, index), logits_V);
          divergences.push(divergence);
          if (sameBest) agreed += 1;
        },
      });
      for (const { logprobs } of scores) for (const logprob of logprobs) surprise -= logprob;
      done += group.length;
      onProgress?.(done);
    }
  } finally {
    referenceSession.dispose();
    candidateSession.dispose();
  }
  const tokens = divergences.length;
  if (tokens === 0) return undefined;
  divergences.sort((a, b) => a - b);
  return {
    mean: divergences.reduce((sum, value) => sum + value, 0) / tokens,
    p99: divergences[Math.ceil(0.99 * tokens) - 1] ?? 0,
    max: divergences[tokens - 1] ?? 0,
    top1Agreement: agreed / tokens,
    perplexity: { perplexity: Math.exp(surprise / tokens), rows: sequences.length, tokens },
  };
}

/** KL(p ‖ q) in nats of two rows of logits, in double precision; never below 0, where rounding would take it. */
export function divergenceOf(p_V: Float32Array, q_V: Float32Array): { readonly divergence: number; readonly sameBest: boolean } {
  const p = normalizer(p_V);
  const q = normalizer(q_V);
  let sum = 0;
  for (let id = 0; id < p_V.length; id += 1) {
    const logP = p_V[id]! - p.logTotal;
    sum += Math.exp(logP) * (logP - (q_V[id]! - q.logTotal));
  }
  return { divergence: Math.max(0, sum), sameBest: p.best === q.best };
}

/** ln of the sum of exp over the logits, around their maximum, and the first index of the maximum. */
function normalizer(logits_V: Float32Array): { readonly logTotal: number; readonly best: number } {
  let best = 0;
  for (let id = 1; id < logits_V.length; id += 1) if (logits_V[id]! > logits_V[best]!) best = id;
  const maximum = logits_V[best] ?? 0;
  let total = 0;
  for (let id = 0; id < logits_V.length; id += 1) total += Math.exp(logits_V[id]! - maximum);
  return { logTotal: maximum + Math.log(total), best };
}

/** Consecutive sequences whose scored rows fit together into {@link HELD_BYTES}, at least one each. */
function* groupsOf(sequences: readonly ScoredSequence[], vocabSize: number): Generator<readonly ScoredSequence[]> {
  let group: ScoredSequence[] = [];
  let bytes = 0;
  for (const sequence of sequences) {
    const own = Math.max(0, sequence.ids.length - sequence.firstScored) * vocabSize * 4;
    if (group.length > 0 && (bytes + own > HELD_BYTES || group.length === 4 * SIDE_BY_SIDE)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(sequence);
    bytes += own;
  }
  if (group.length > 0) yield group;
}
