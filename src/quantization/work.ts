// What the child process of a quantization is told, what it tells while it works, and what it measures.
import type { QuantizationType } from "../engine/llama/index.ts";
import type { QuantizationRecord, QuantizedModel } from "../records/index.ts";
import type { ScoredSequence } from "./measure.ts";
import type { ModelToQuantize, WantedType } from "./source.ts";

export interface QuantizationWork extends ModelToQuantize {
  readonly model: string;
  readonly types: readonly QuantizationType[];
  /** Where everything is written; the parent moves the models out and deletes the rest. */
  readonly stagingDir: string;
  readonly sourceType: WantedType;
  readonly threads: number;
  readonly provenance?: Readonly<Record<string, string>>;
  readonly perplexity?: { readonly sequences: readonly ScoredSequence[]; readonly datasetDigest: string | null };
  /** Sequences that tell which columns of the matrices matter. */
  readonly importance?: ImportanceSource;
  /** What vectors or scores of an encoder are compared on. */
  readonly texts?: TextSource;
  readonly benchmark: boolean;
  readonly testPrompt?: string;
}

/** Texts like those an encoder will read: what is asked, and what answers it. */
export interface TextSource {
  readonly rows: readonly { readonly question: string; readonly answer: string }[];
  readonly datasetDigest: string | null;
}

/** Texts like those the model will read, as tokens. */
export interface ImportanceSource {
  readonly sequences: readonly (readonly number[])[];
  readonly datasetDigest: string | null;
}

export type QuantizationEvent =
  | { readonly stage: "converting"; readonly type: string }
  /** `done` of `total` sequences are read for the importance matrix. */
  | { readonly stage: "weighing"; readonly done: number; readonly total: number }
  | { readonly stage: "quantizing"; readonly type: string; readonly index: number; readonly count: number }
  /** `done` of `total` sequences are scored. */
  | { readonly stage: "measuring"; readonly type: string; readonly done: number; readonly total: number }
  | { readonly stage: "quantized"; readonly model: QuantizedModel };

export interface QuantizationWorkDone {
  readonly source: QuantizationRecord["source"];
  readonly types: readonly QuantizedModel[];
}

/** What is measured on the source as well. */
export type Measured = Pick<QuantizedModel, "perplexity" | "prompt_tokens_per_s" | "generate_tokens_per_s" | "measured_on">;
/** What is measured on every type, against the source. */
export type Compared = Measured & Pick<QuantizedModel, "kl_divergence" | "top1_agreement" | "vectors" | "scores" | "test_generation">;

/** The unquantized model, loaded: what every type is held against. */
export interface Yardstick {
  readonly parameterCount: number;
  measure(type: string): Promise<Measured>;
  /** Loads one file, which also proves that it can be loaded, and measures what was asked for. */
  compare(path: string, type: string): Promise<Compared>;
  dispose(): void;
}

export interface YardstickParts {
  readonly work: QuantizationWork;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export type Emit = (event: QuantizationEvent) => void;
