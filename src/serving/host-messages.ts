// What the serving process and its model process say to each other.
import type { LlamaInfo } from "../engine/llama/index.ts";
import type { ErrorRecord } from "../errors.ts";

export interface ModelHostOptions {
  /** A GGUF file. */
  readonly modelPath: string;
  /** Default: physical cores, at most 8. */
  readonly threads?: number;
  /** Default: the trained length, at most 4096. */
  readonly contextLength?: number;
  /** LoRA adapters in GGUF form. Default none. */
  readonly adapters?: readonly { readonly path: string; readonly scale?: number }[];
}

export interface HostRequest {
  readonly text: string;
  /** Reads special tokens written in the text (chat templates spell them out). */
  readonly parseSpecial: boolean;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly seed?: number;
  readonly stop: readonly string[];
}

export interface HostAnswer {
  readonly text: string;
  readonly tokens: number;
  readonly promptTokens: number;
  readonly finishReason: "stop" | "length" | "cancelled";
  readonly promptMs: number;
  readonly generateMs: number;
}

export interface HostInfo extends LlamaInfo {
  readonly contextLength: number;
}

export type ToHost =
  | { readonly kind: "open"; readonly options: ModelHostOptions }
  | { readonly kind: "generate"; readonly id: number; readonly request: HostRequest }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "close" };

export type FromHost =
  | { readonly kind: "opened"; readonly info: HostInfo }
  | { readonly kind: "refused"; readonly error: ErrorRecord }
  | { readonly kind: "piece"; readonly id: number; readonly text: string }
  | { readonly kind: "answer"; readonly id: number; readonly answer: HostAnswer }
  | { readonly kind: "failed"; readonly id: number; readonly error: ErrorRecord };
