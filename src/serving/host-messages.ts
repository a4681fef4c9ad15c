// What the serving process and its model process say to each other.
import type { ChosenToken, JsonSchema, LlamaInfo } from "../engine/llama/index.ts";
import type { ErrorRecord } from "../errors.ts";

export interface ModelHostOptions {
  /** A GGUF file; for an encoder a Hugging Face directory, too. */
  readonly modelPath: string;
  /** `encoder` for a BERT: it embeds texts or ranks documents. Default `decoder`. */
  readonly kind?: "decoder" | "encoder";
  /** Default: physical cores, at most 8. */
  readonly threads?: number;
  /** Default: the trained length, at most 4096. */
  readonly contextLength?: number;
  /** Answers under way side by side; each has a context of its own length. `auto`: as many as memory allows, at most 8. Default 1. */
  readonly parallel?: number | "auto";
  /** LoRA adapters in GGUF form. Default none. */
  readonly adapters?: readonly { readonly path: string; readonly scale?: number }[];
}

export interface HostRequest {
  readonly text: string;
  /** The prompt as token ids, in place of the text. */
  readonly ids?: readonly number[];
  /** Reads special tokens written in the text (chat templates spell them out). */
  readonly parseSpecial: boolean;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed?: number;
  readonly stop: readonly string[];
  /** By token id. */
  readonly logitBias?: ReadonlyMap<number, number>;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  /** Tells log-probabilities, and those of so many most probable tokens. */
  readonly topLogprobs?: number;
  /** Holds the answer to JSON that satisfies it. */
  readonly jsonSchema?: JsonSchema;
}

export type HostPrompt = Pick<HostRequest, "text" | "ids" | "parseSpecial">;

/** A text, or its token ids. */
export type EmbedInput = string | readonly number[];

export interface HostAnswer {
  readonly text: string;
  readonly tokens: number;
  readonly promptTokens: number;
  readonly finishReason: "stop" | "length" | "cancelled";
  /** One for each token, where they were asked for. */
  readonly logprobs?: readonly ChosenToken[];
  readonly promptMs: number;
  readonly generateMs: number;
}

/** What a model can be asked for. */
export type ModelTask = "generate" | "embed" | "rerank";

export interface HostInfo extends LlamaInfo {
  readonly contextLength: number;
  /** Answers under way side by side. */
  readonly parallel: number;
  readonly tasks: readonly ModelTask[];
  /** No token writes more: a text of n times as many bytes has at least n tokens. Undefined for an encoder, which cuts texts. */
  readonly longestTokenBytes?: number;
}

/** What a model can be asked, and what it answers. */
export interface HostAsks {
  /** `stream`: whether pieces are sent while the text grows. */
  readonly generate: { readonly ask: { readonly request: HostRequest; readonly stream: boolean }; readonly answer: HostAnswer };
  /** Refuses a prompt that leaves no room for an answer. */
  readonly check: { readonly ask: HostPrompt; readonly answer: { readonly promptTokens: number } };
  readonly embed: { readonly ask: { readonly texts: readonly EmbedInput[] }; readonly answer: Vectors };
  /** Documents that are too long are cut at their end. */
  readonly rank: { readonly ask: { readonly query: string; readonly documents: readonly string[] }; readonly answer: Ranking };
}

export interface Vectors {
  /** One for each text, of length 1. */
  readonly vectors: readonly Float32Array[];
  readonly tokens: number;
}

export interface Ranking {
  /** One for each document, as the classifier gives it: higher fits better. */
  readonly scores: readonly number[];
  readonly tokens: number;
}

export type HostAsk = { readonly [Kind in keyof HostAsks]: { readonly kind: Kind } & HostAsks[Kind]["ask"] }[keyof HostAsks];

export type ToHost =
  | { readonly kind: "open"; readonly options: ModelHostOptions }
  | { readonly kind: "ask"; readonly id: number; readonly ask: HostAsk }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "close" };

export type FromHost =
  | { readonly kind: "opened"; readonly info: HostInfo }
  | { readonly kind: "refused"; readonly error: ErrorRecord }
  /** Text of one turn of the event loop, for each answer that grew. */
  | { readonly kind: "pieces"; readonly pieces: ReadonlyMap<number, string> }
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly error: ErrorRecord };
