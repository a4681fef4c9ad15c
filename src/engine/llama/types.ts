// The values that cross the door of this room. Token ids are plain numbers, log-probabilities are in nats.
import type { JsonSchema } from "./grammar/json-schema.ts";

/** A LoRA adapter in GGUF form, applied to every session of the model. */
export interface LlamaAdapterOptions {
  readonly path: string;
  /** Multiplies the adapter's own alpha / r. Default 1. */
  readonly scale?: number;
}

export interface LoadLlamaOptions {
  /** Threads of every session that names none. Default: physical cores, at most 8. */
  readonly threads?: number;
  /** Default none. */
  readonly adapters?: readonly LlamaAdapterOptions[];
  /** Layers held on the GPU. Default: all when a GPU build is loaded. */
  readonly gpuLayers?: number;
}

export interface LlamaInfo {
  readonly architecture: string;
  readonly name: string;
  readonly parameterCount: number;
  /** Bytes of all tensors. */
  readonly sizeBytes: number;
  readonly trainContextLength: number;
  readonly vocabSize: number;
  readonly chatTemplate?: string;
  readonly bosId?: number;
  readonly eosId?: number;
  readonly eotId?: number;
  /** Whether the tokenizer puts the beginning-of-sequence token in front. */
  readonly addBos: boolean;
  /** Every scalar of the GGUF header as text. */
  readonly metadata: ReadonlyMap<string, string>;
}

export interface TokenizeOptions {
  /** Adds the special tokens that the model is configured to add. Default false. */
  readonly addSpecial?: boolean;
  /** Reads special tokens written in the text. Default false: they are plain text. */
  readonly parseSpecial?: boolean;
}

export interface SessionOptions {
  /** Tokens that one sequence can hold. Default: the trained length, at most 4096. */
  readonly contextLength?: number;
  /** Sequences computed side by side. Default 1. */
  readonly sequences?: number;
  /** Default: the threads of the model. */
  readonly threads?: number;
  /** Number format of keys and values. Default `f16`. `f32` takes twice the memory, computes attention in full precision, and agrees with PyTorch to 1e-4. */
  readonly cacheType?: "f16" | "f32";
}

export interface GenerateRequest {
  readonly promptIds: readonly number[];
  /** At most this many new tokens; fewer when the context is full. */
  readonly maxTokens: number;
  /** 0 takes the most probable token. Default 0. */
  readonly temperature?: number;
  /** Keeps the k most probable tokens; 0 keeps all. Default 0. */
  readonly topK?: number;
  /** Keeps the most probable tokens that together reach p; 1 keeps all. Default 1. */
  readonly topP?: number;
  /** 32 bits. Same seed, same machine, same threads: same text, except that sums in a batch are rounded otherwise than alone. Default: drawn anew. */
  readonly seed?: number;
  /** What is taken from a token's logit for each time, and once, that the answer holds it already. Default 0. */
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** Added to the logits of these tokens; an end of generation, too, can be made more or less likely. Default none. */
  readonly logitBias?: ReadonlyMap<number, number>;
  /** Tells of each token its log-probability and those of so many most probable tokens. Default: tells none. */
  readonly topLogprobs?: number;
  /** Holds the answer to JSON that satisfies a schema. An answer that ends with `length` is only the beginning of it. Default: free text. */
  readonly jsonSchema?: JsonSchema;
  /** Holds the answer to a grammar in llama.cpp's GBNF, whose rule is `root`. For trusted grammars: some take llama for ever. Default: free text. */
  readonly grammar?: string;
  /** Texts that end the answer; they are not part of it. */
  readonly stop?: readonly string[];
  readonly signal?: AbortSignal;
  /** Receives the answer in pieces of whole characters; joined they are the text. */
  readonly onText?: (piece: string) => void;
}

/** Bytes are those a token writes: not always whole characters. */
export interface TokenLogprob {
  readonly id: number;
  readonly bytes: Uint8Array;
  /** In nats, before temperature, penalties and bias. */
  readonly logprob: number;
}

export interface ChosenToken extends TokenLogprob {
  /** The most probable tokens, best first. */
  readonly top: readonly TokenLogprob[];
}

export interface Generation {
  /** New tokens without the end-of-generation token. */
  readonly ids: readonly number[];
  readonly text: string;
  /** One for each of `ids`, where they were asked for. */
  readonly logprobs?: readonly ChosenToken[];
  /** `stop`: end of generation or a stop text; `length`: maxTokens or a full context. */
  readonly finishReason: "stop" | "length" | "cancelled";
  readonly promptTokens: number;
  /** Until the first new token was chosen. */
  readonly promptMs: number;
  /** From there to the end. */
  readonly generateMs: number;
}

export interface ScoreRequest {
  readonly ids: readonly number[];
  /** Index of the first token that is scored, at least 1: the first token has nothing before it. */
  readonly firstScored: number;
}

export interface ScoreOptions {
  readonly signal?: AbortSignal;
  /** Receives the V logits behind each scored token `ids[index]` of a request; the array may be read only during the call. */
  readonly onLogits?: (request: number, index: number, logits_V: Float32Array) => void;
}

/** One entry per scored token, from `firstScored` to the last. */
export interface Score {
  /** log p(ids[i] | ids[<i]) in nats. */
  readonly logprobs: Float32Array;
  /** 1 where ids[i] is the most probable token. */
  readonly correct: Uint8Array;
}

/**
 * One context that many answers share. Calls may overlap: a request joins those under way at their next token and leaves when it is done;
 * past `sequences` at a time they wait in the order in which they came. A request that fails or is cancelled leaves the others as they are.
 */
export interface LlamaSession {
  readonly contextLength: number;
  /** Sequences in the context now, and requests that wait for a place. */
  readonly load: { readonly running: number; readonly waiting: number };
  /** @throws `llama.context_exceeded` when the prompt leaves no room for a token, `llama.schema_unsupported`, `llama.schema_too_large`, `llama.grammar_invalid`, `llama.grammar_ended` */
  generate(request: GenerateRequest): Promise<Generation>;
  /** Answers in the order of the requests; when one fails, all of the call end. */
  generateBatch(requests: readonly GenerateRequest[]): Promise<Generation[]>;
  /** @throws RangeError, `llama.context_exceeded`, `llama.not_finite` */
  score(ids: readonly number[], firstScored: number): Promise<Score>;
  scoreBatch(sequences: readonly ScoreRequest[], options?: ScoreOptions): Promise<Score[]>;
  /** Frees the context, once; work under way ends with `llama.disposed`. */
  dispose(): void;
}

/** Which tokens make the vector of a text: all, the first, or the last. */
export type EmbedderPooling = "mean" | "first" | "last";

export interface EmbedderOptions {
  /** Default: what the model's metadata name (Qwen3-Embedding: last), else mean. */
  readonly pooling?: EmbedderPooling;
  /** Tokens of the longest text. Default: the trained length, at most 4096. */
  readonly contextLength?: number;
  /** Default: the threads of the model. */
  readonly threads?: number;
  /** Number format of keys and values. Default `f16`. */
  readonly cacheType?: "f16" | "f32";
}

export interface EmbedOptions {
  /** Cut texts that are too long at their end instead of refusing them. Default false. */
  readonly truncate?: boolean;
  /** Scale vectors to length 1. Default true. */
  readonly normalize?: boolean;
  readonly signal?: AbortSignal;
}

export interface LlamaEmbedder {
  /** Numbers of a vector. */
  readonly dimensions: number;
  readonly pooling: EmbedderPooling;
  readonly contextLength: number;
  /** One vector and the number of tokens for each text, or list of token ids. @throws `llama.context_exceeded`, `llama.disposed`, RangeError for an empty one */
  embed(inputs: readonly (string | readonly number[])[], options?: EmbedOptions): Promise<readonly { readonly values: Float32Array; readonly tokens: number }[]>;
  /** Frees the context, once; work under way ends with `llama.disposed`. */
  dispose(): void;
}

export interface LlamaModel {
  readonly info: LlamaInfo;
  tokenize(text: string, options?: TokenizeOptions): number[];
  /** Special tokens are left out; invalid UTF-8 becomes U+FFFD. */
  detokenize(ids: readonly number[]): string;
  isEndOfGeneration(id: number): boolean;
  /** Bytes of the token with the longest text, special ones included: looks at every token. */
  longestTokenBytes(): number;
  /** @throws `llama.context_failed`, `llama.disposed` */
  createSession(options?: SessionOptions): LlamaSession;
  /** Opens a context that gives vectors of texts instead of answers. @throws `llama.context_failed`, `llama.disposed` */
  createEmbedder(options?: EmbedderOptions): LlamaEmbedder;
  /** Disposes every session and embedder, then frees adapters and model, once. */
  dispose(): void;
}
