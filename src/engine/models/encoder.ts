// A BERT that answers: vectors of texts, or scores of documents for a query.
import { setImmediate } from "node:timers/promises";
import { createArena, openBackend, writeTensor, type Backend, type DeviceName } from "../ggml/index.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { fitPair, frameOne, framePair, type EncoderSequence } from "./encoder-input.ts";
import type { EncoderWeights } from "./encoder-graph.ts";
import { createPassCache, type Pass, type PassCache } from "./encoder-pass.ts";
import { openEncoderSource, type EncoderSource } from "./encoder-source.ts";
import { encoderTensors, staysF32 } from "./encoder-tensors.ts";
import type { EncoderConfig } from "./encoder-config.ts";
import { unsupportedModel } from "./errors.ts";
import { f32ToBytes } from "./floats.ts";

export interface EncoderOptions {
  /** Default: all cores this process may use. */
  readonly threads?: number;
  /** Default `cpu`. */
  readonly device?: DeviceName;
}

export interface EmbedOptions {
  /** Cut texts that are too long at their end instead of refusing them. Default false. */
  readonly truncate?: boolean;
  /** Scale vectors to length 1. Default true. */
  readonly normalize?: boolean;
  /** Heeded between the batches that are computed. */
  readonly signal?: AbortSignal;
}

export interface Embedding {
  /** `[hiddenSize]` */
  readonly values: Float32Array;
  readonly tokens: number;
}

export interface RankScore {
  /** One per label, as the classifier gives them: no sigmoid or softmax. */
  readonly logits: Float32Array;
  /** Of query, document and what stands around them. */
  readonly tokens: number;
}

export interface Encoder {
  readonly config: EncoderConfig;
  readonly tokenizer: Tokenizer;
  /** SHA-256 over the digests of its files. */
  readonly digest: string;
  /** In the order of the texts. @throws `models.too_long` */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<readonly Embedding[]>;
  /** Scores of each document for the query, in the order of the documents. @throws `models.too_long`, `models.unsupported` without a classifier */
  score(query: string, documents: readonly string[], options?: Pick<EmbedOptions, "truncate" | "signal">): Promise<readonly RankScore[]>;
  /** Frees model and memory; calls under way must have ended. */
  dispose(): void;
}

/** Sequences computed together at most, and tokens of them. */
const MOST_SEQUENCES = 16;
const MOST_TOKENS = 4096;

/**
 * Loads a BERT, such as bge or MiniLM (vectors) or an ms-marco cross-encoder (scores), from a Hugging Face directory or a GGUF file.
 * @throws everything `openEncoderSource` throws, `engine.out_of_memory`
 */
export function openEncoder(path: string, options: EncoderOptions = {}): Encoder {
  const source = openEncoderSource(path);
  const backend = openBackend({ device: options.device ?? "cpu", threads: options.threads ?? 0 });
  try {
    const { digest, config, tokenizer } = source;
    const loaded = loadWeights(backend, source);
    const passes = createPassCache(backend, config, loaded.weights);
    let last: Promise<unknown> = Promise.resolve();
    // One computation at a time on a backend.
    const run = <Result>(sequences: readonly EncoderSequence[], read: (pass: Pass, row: number, length: number) => Result, signal?: AbortSignal): Promise<Result[]> => {
      const mine = last.then(() => runAll(passes, sequences, read, signal));
      last = mine.catch(() => {});
      return mine;
    };
    return {
      config,
      tokenizer,
      digest,
      async embed(texts, { truncate = false, normalize = true, signal } = {}) {
        const sequences = await frameAll(texts, (text) => frameOne(path, tokenizer, config.contextLength, text, truncate), signal);
        const vectors = await run(sequences, (pass, row, length) => pooled(pass, row, length, config, normalize), signal);
        return vectors.map((values, index) => ({ values, tokens: sequences[index]!.ids.length }));
      },
      async score(query, documents, { truncate = false, signal } = {}) {
        if (config.labels.length === 0) throw unsupportedModel(path, "it has no classifier, so it cannot score");
        const asked = tokenizer.encode(query);
        const sequences = await frameAll(documents, (document) => framePair(tokenizer, fitPair(path, asked, tokenizer.encode(document), config.contextLength - 3, truncate)), signal);
        const logits = await run(sequences, (pass, row) => pass.scores().slice(row * config.labels.length, (row + 1) * config.labels.length), signal);
        return logits.map((values, index) => ({ logits: values, tokens: sequences[index]!.ids.length }));
      },
      dispose() {
        passes.dispose();
        loaded.dispose();
        backend.dispose();
      },
    };
  } catch (error) {
    backend.dispose();
    throw error;
  } finally {
    source.close();
  }
}

function loadWeights(backend: Backend, source: EncoderSource): { readonly weights: EncoderWeights; dispose(): void } {
  const tensors = encoderTensors(source.config);
  const arena = createArena(backend, tensors.length);
  const weights = new Map(tensors.map((tensor) => [tensor.name, arena.tensor(staysF32(tensor) ? "f32" : source.info(tensor.name).type, tensor.shape)]));
  arena.allocate();
  for (const [name, weight] of weights) writeTensor(backend, weight, weight.type === "f32" ? f32ToBytes(source.readF32(name)) : source.readRaw(name));
  return { weights, dispose: () => arena.dispose() };
}

async function frameAll(texts: readonly string[], frame: (text: string) => EncoderSequence, signal?: AbortSignal): Promise<readonly EncoderSequence[]> {
  const sequences: EncoderSequence[] = [];
  for (const [index, text] of texts.entries()) {
    if (index % MOST_SEQUENCES === 0) await hear(signal);
    sequences.push(frame(text));
  }
  return sequences;
}

/** A turn of the event loop, in which who calls the work off is heard. */
async function hear(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}

/** Sequences of like length together, the results in the order given. */
async function runAll<Result>(passes: PassCache, sequences: readonly EncoderSequence[], read: (pass: Pass, row: number, length: number) => Result, signal?: AbortSignal): Promise<Result[]> {
  const order = [...sequences.keys()].sort((a, b) => sequences[a]!.ids.length - sequences[b]!.ids.length);
  const results: Result[] = [];
  while (order.length > 0) {
    await hear(signal);
    const longest = sequences[order.at(-1)!]!.ids.length;
    const chosen = order.splice(-Math.max(1, Math.min(MOST_SEQUENCES, Math.floor(MOST_TOKENS / longest))));
    const pass = passes.find(chosen.length, longest);
    await pass.run(chosen.map((index) => sequences[index]!));
    for (const [row, index] of chosen.entries()) results[index] = read(pass, row, sequences[index]!.ids.length);
  }
  return results;
}

function pooled(pass: Pass, row: number, length: number, { hiddenSize: D, pooling }: EncoderConfig, normalize: boolean): Float32Array {
  const hidden_TD = pass.hidden().subarray(row * pass.inputs.time * D);
  const counted = pooling === "mean" ? length : 1;
  const sums = new Float64Array(D);
  for (let token = 0; token < counted; token += 1) for (let d = 0; d < D; d += 1) sums[d]! += hidden_TD[token * D + d]!;
  const scale = normalize ? Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0)) : counted;
  return Float32Array.from(sums, (value) => value / (scale || 1));
}
