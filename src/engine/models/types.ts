import type { TensorTypeName } from "../ffi/index.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import type { DecoderType } from "./architectures.ts";

/** The hyper-parameters of a Llama-like decoder (Llama 1–3, Mistral, SmolLM, Qwen 2, 2.5 and 3). */
export interface LlamaConfig {
  /** Default llama. */
  readonly modelType?: DecoderType;
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly kvHeadCount: number;
  readonly headDim: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
  /** One divisor per frequency, `[headDim / 2]`: what the llama3 scaling amounts to. From `rope_freqs.weight` in a GGUF, where the parameters are lost. */
  readonly ropeFactors?: Float32Array;
  /** The output layer is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
  /** Longest sequence the model was made for, in tokens. */
  readonly contextLength: number;
  /** Attention sees only so many tokens back (Mistral 7B v0.1). */
  readonly slidingWindow?: number;
  readonly bosId?: number;
  readonly eosIds: readonly number[];
}

export type RopeScaling =
  | { readonly type: "llama3"; readonly factor: number; readonly lowFrequencyFactor: number; readonly highFrequencyFactor: number; readonly originalContextLength: number }
  | { readonly type: "linear"; readonly factor: number };

/** Weights by Hugging Face names, always in Hugging Face layout: q and k rows read from a GGUF are put back in order, quantized rows too. */
export interface WeightSource<Config = LlamaConfig> {
  readonly path: string;
  readonly format: "hf" | "gguf";
  readonly config: Config;
  /** In the order of the model: embedding, layers, final norm, head. */
  readonly names: readonly string[];
  readonly tokenizer: Tokenizer;
  /** SHA-256 over the digests of the files. Computed when first asked for: it reads every byte. */
  readonly digest: string;
  /** `shape` is `[out, in]` (row-major) or `[size]`. @throws `models.tensor_missing` */
  info(name: string): TensorInfo;
  /** All values, row-major. @throws `models.tensor_missing` */
  readF32(name: string): Float32Array;
  /** Values of `count` rows from row `first` (a vector is one row). @throws `models.tensor_missing`, RangeError outside the tensor */
  readRowsF32(name: string, first: number, count: number): Float32Array;
  /** Bytes of `count` rows from row `first`, in the type `info` names. @throws `models.tensor_missing`, RangeError outside the tensor */
  readRowsRaw(name: string, first: number, count: number): Uint8Array;
  /** All bytes in the type `info` names, row-major, little-endian. @throws `models.tensor_missing` */
  readRaw(name: string): Uint8Array;
  close(): void;
}

/** A model with another tokenizer of the same vocabulary; the token that ends its turns ends what is generated. */
export function withTokenizer(source: WeightSource, tokenizer: Tokenizer): WeightSource {
  const { eotId } = tokenizer;
  const eosIds = eotId === undefined || source.config.eosIds.includes(eotId) ? source.config.eosIds : [...source.config.eosIds, eotId];
  // Not copied: the digest is computed when it is asked for.
  return Object.create(source, { tokenizer: { value: tokenizer, enumerable: true }, config: { value: { ...source.config, eosIds }, enumerable: true } }) as WeightSource;
}

export interface TensorInfo {
  readonly shape: readonly number[];
  readonly type: TensorTypeName;
}

/** One adapted weight: W' = W + scale · B · A. */
export interface LoraModule {
  /** `[r, inFeatures]`, row-major. */
  readonly a: Float32Array;
  /** `[outFeatures, r]`, row-major. */
  readonly b: Float32Array;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly r: number;
  /** alpha / r, or alpha / sqrt(r) with rsLoRA, with the module's own rank and alpha where patterns give them. */
  readonly scale: number;
  /** `[outFeatures]`: the lengths of the rows of the merged weight (DoRA: Liu et al. 2024, arXiv:2402.09353, eq. 5). */
  readonly magnitude?: Float32Array;
}

/** A weight that an adapter brings whole (PEFT's `modules_to_save`), read from its file when asked for. */
export interface ReplacedWeight {
  readonly shape: readonly number[];
  /** Values of `count` rows from row `first`. */
  readRowsF32(first: number, count: number): Float32Array;
}

/** A LoRA adapter (PEFT). Modules are named like `model.layers.0.self_attn.q_proj`. */
export interface LoraAdapter {
  readonly r: number;
  readonly alpha: number;
  readonly dropout: number;
  readonly targetModules: readonly string[];
  readonly baseModel: string;
  readonly useRslora: boolean;
  /** The scale of modules that no pattern changes. */
  readonly scale: number;
  readonly modules: ReadonlyMap<string, LoraModule>;
  /** By the name of the weight, for example `lm_head.weight`. Default none. */
  readonly replaced?: ReadonlyMap<string, ReplacedWeight>;
  /** A head that is the embedding stays so when the embedding changes (PEFT's `ensure_weight_tying`). Default false. */
  readonly keepsTie?: boolean;
}

/** Types a tensor can be converted to. 1-D tensors stay f32 whatever is asked. */
export type ConversionType = "f32" | "f16" | "bf16" | "q8_0" | "q4_0" | "q4_1" | "q5_0" | "q5_1" | "q4_k" | "q5_k" | "q6_k";

export interface ConvertOptions {
  readonly type: ConversionType;
  /** Merged into the weights in f32 before conversion. */
  readonly adapter?: LoraAdapter;
  /** Written as `tunesmith.<key>`, or under its own name when the key starts with `general.`; `version`, `license`, `base_model` and `dataset` also where other tools look. */
  readonly provenance?: Readonly<Record<string, string>>;
}

export interface MergedDirectoryOptions {
  readonly dtype: "f32" | "f16" | "bf16";
  /** Written to the metadata of the weight files and to config.json under `tunesmith`. */
  readonly provenance?: Readonly<Record<string, string>>;
  /** A new weight file is begun above this. Default 5 GB. */
  readonly maxShardBytes?: number;
}
