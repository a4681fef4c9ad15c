// What a file of weights says about itself. Everything is plain data; what was not found is absent.
import type { PlainValue } from "./pickle/plain.ts";

/** `torch`: a file of `torch.save`; `torchscript`: a compiled archive; `adapter` and `model`: directories. */
export const FILE_FORMATS = ["torch", "torchscript", "safetensors", "gguf", "adapter", "model"] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

export interface TensorFact {
  readonly name: string;
  /** Row-major, `[out, in]`. */
  readonly shape: readonly number[];
  /** `float32`, `bfloat16`, `q4_k`, … */
  readonly dtype: string;
  readonly elements: number;
  /** The earlier tensor whose memory it is: tied weights. */
  readonly sharedWith?: string;
}

/** One part of a model that is put together of parts. */
export interface PartFact {
  readonly name: string;
  readonly inChannels?: readonly number[];
  readonly innerChannels?: number;
  readonly outChannels?: number;
}

export interface ComponentFacts {
  readonly encoder?: PartFact;
  readonly decoder?: PartFact;
  readonly head?: PartFact;
}

export interface LanguageModelFacts {
  readonly layers?: number;
  readonly hiddenSize?: number;
  readonly intermediateSize?: number;
  readonly vocabSize?: number;
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly headDim?: number;
  readonly contextLength?: number;
  readonly tiedEmbeddings?: boolean;
}

export interface AdapterFacts {
  readonly rank?: number;
  readonly alpha?: number;
  readonly targets: readonly string[];
  readonly baseModel?: string;
}

export interface GgufFacts {
  readonly name?: string;
  /** As `general.file_type` names it, else the type most weights have. */
  readonly quantization?: string;
  readonly tokenizer?: string;
  readonly chatTemplate: boolean;
}

/** State of one callback as it was saved. `mode` stands in the callback's own key. */
export interface CallbackFact {
  readonly name: string;
  readonly monitor?: string;
  readonly mode?: "min" | "max";
  readonly bestModelPath?: string;
  readonly bestModelScore?: number;
  readonly kthBestModelPath?: string;
  readonly kthValue?: number;
  readonly lastModelPath?: string;
  /** Path to score of each that was kept. */
  readonly bestModels: Readonly<Record<string, number>>;
  readonly state: PlainValue;
}

export interface OptimizerFact {
  readonly groups: number;
  /** Of each group. */
  readonly learningRates: readonly number[];
  readonly parameters: number;
  /** Parameters that have momenta or the like. */
  readonly withState: number;
  /** Settings of the first group. */
  readonly settings: PlainValue;
}

export interface TrainingFacts {
  /** 0-based, as saved. */
  readonly epoch?: number;
  readonly globalStep?: number;
  readonly lightningVersion?: string;
  readonly hyperParameters?: PlainValue;
  readonly callbacks: readonly CallbackFact[];
  readonly optimizers: readonly OptimizerFact[];
  readonly schedulers: readonly PlainValue[];
  /** Scores of these weights: saved with them, or kept by a callback under this file's name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A class or function the file asks for, which was not followed. */
export interface RefusedFact {
  readonly name: string;
  /** Calls, or mentions when it was never called. */
  readonly count: number;
  /** Of the first call. */
  readonly args?: PlainValue;
  /** Loading the file in Python could run a command, open a file or reach the network through it. */
  readonly dangerous: boolean;
}

export interface FileFacts {
  readonly path: string;
  readonly format: FileFormat;
  /** How the file is made: `zip`, `legacy` (PyTorch before 1.6) or `pickle`; of torch files only. */
  readonly container?: "zip" | "script" | "legacy" | "pickle";
  /** Files that were opened. */
  readonly files: readonly string[];
  /** Of all of them. */
  readonly sizeBytes: number;
  readonly tensors: readonly TensorFact[];
  /** Elements of all tensors; tied ones count once, statistics of batch norms do not. */
  readonly parameterCount: number;
  /** Elements of running means, variances and counters. */
  readonly bufferCount: number;
  /** Bytes of all tensors; tied ones count once. */
  readonly tensorBytes: number;
  /** Elements by dtype. */
  readonly dtypes: Readonly<Record<string, number>>;
  /** Where in the file the weights stand: `state_dict`; absent when they are the file. */
  readonly weightsKey?: string;
  /** What all names begin with: `model._orig_mod.` */
  readonly prefix?: string;
  readonly architecture?: string;
  readonly components: ComponentFacts;
  readonly languageModel?: LanguageModelFacts;
  readonly adapter?: AdapterFacts;
  readonly gguf?: GgufFacts;
  readonly training?: TrainingFacts;
  /** Top-level entries that are no tensors, each with a word on what it is. */
  readonly contents: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, PlainValue>>;
  readonly refused: readonly RefusedFact[];
  /** What is wrong with the file although it could be read. */
  readonly problems: readonly string[];
}
