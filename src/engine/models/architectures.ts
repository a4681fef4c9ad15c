// The decoders this engine computes: one block of one shape, with what sets each apart as data.
// Source: transformers' modeling_llama, modeling_mistral, modeling_qwen2 and modeling_qwen3; conversion/ of the pinned llama.cpp release.

/** Hugging Face's `model_type`. */
export type DecoderType = "llama" | "mistral" | "qwen2" | "qwen3";

export interface Architecture {
  /** In the `architectures` of config.json. */
  readonly className: string;
  /** `general.architecture` of a GGUF. */
  readonly gguf: string;
  /** Queries, keys and values have biases. */
  readonly attentionBias: boolean;
  /** Each head of queries and keys is normalized before it is rotated. */
  readonly headNorms: boolean;
  /** llama.cpp rotates neighbouring rows of q and k, so a GGUF holds them interleaved. */
  readonly interleaved: boolean;
  /** What transformers takes where config.json names no `head_dim`; default the hidden size over the heads. */
  readonly headDim?: number;
}

const plain = { attentionBias: false, headNorms: false, interleaved: false };

export const ARCHITECTURES: Readonly<Record<DecoderType, Architecture>> = {
  llama: { ...plain, className: "LlamaForCausalLM", gguf: "llama", interleaved: true },
  mistral: { ...plain, className: "MistralForCausalLM", gguf: "llama", interleaved: true },
  qwen2: { ...plain, className: "Qwen2ForCausalLM", gguf: "qwen2", attentionBias: true },
  qwen3: { ...plain, className: "Qwen3ForCausalLM", gguf: "qwen3", headNorms: true, headDim: 128 },
};

export const DECODER_TYPES = Object.keys(ARCHITECTURES) as readonly DecoderType[];

export function architectureOf({ modelType = "llama" }: { readonly modelType?: DecoderType }): Architecture {
  return ARCHITECTURES[modelType];
}

/** By `model_type`, or the class in `architectures`. */
export function findDecoderType(name: string): DecoderType | undefined {
  return DECODER_TYPES.find((type) => type === name || ARCHITECTURES[type].className === name);
}

/** By `general.architecture`; a Mistral is a llama there. */
export function findGgufDecoder(name: string): DecoderType | undefined {
  return DECODER_TYPES.find((type) => ARCHITECTURES[type].gguf === name);
}
