// Every weight of a decoder: its Hugging Face name, its GGUF name, its shape.
// Source: gguf-py/gguf/tensor_mapping.py of the pinned llama.cpp release; transformers' LlamaForCausalLM, Qwen2ForCausalLM and Qwen3ForCausalLM.
import { architectureOf } from "./architectures.ts";
import type { LlamaConfig } from "./types.ts";

export interface ModelTensor {
  /** Hugging Face name, ending in `.weight` or `.bias`. */
  readonly name: string;
  readonly gguf: string;
  /** `[out, in]` or `[size]`. */
  readonly shape: readonly number[];
}

/** GGUF's name of the stretched rotary frequencies. */
export const ROPE_FACTORS = "rope_freqs.weight";

/** All weights in the order of the forward pass; the head only when it is not the embedding. */
export function modelTensors(config: LlamaConfig): readonly ModelTensor[] {
  const { hiddenSize, vocabSize, layerCount, tiedEmbeddings } = config;
  return [
    { name: "model.embed_tokens.weight", gguf: "token_embd.weight", shape: [vocabSize, hiddenSize] },
    ...Array.from({ length: layerCount }, (_, layer) => layerTensors(config, layer)).flat(),
    { name: "model.norm.weight", gguf: "output_norm.weight", shape: [hiddenSize] },
    ...(tiedEmbeddings ? [] : [{ name: "lm_head.weight", gguf: "output.weight", shape: [vocabSize, hiddenSize] }]),
  ];
}

function layerTensors(config: LlamaConfig, layer: number): readonly ModelTensor[] {
  const { hiddenSize, intermediateSize, headCount, kvHeadCount, headDim } = config;
  const { attentionBias, headNorms } = architectureOf(config);
  const make = (kind: "weight" | "bias") => (hf: string, gguf: string, ...shape: readonly number[]): ModelTensor => ({ name: `model.layers.${layer}.${hf}.${kind}`, gguf: `blk.${layer}.${gguf}.${kind}`, shape });
  const tensor = make("weight");
  const projection = (letter: "q" | "k" | "v", heads: number): readonly ModelTensor[] => [
    tensor(`self_attn.${letter}_proj`, `attn_${letter}`, heads * headDim, hiddenSize),
    ...(attentionBias ? [make("bias")(`self_attn.${letter}_proj`, `attn_${letter}`, heads * headDim)] : []),
  ];
  return [
    tensor("input_layernorm", "attn_norm", hiddenSize),
    ...projection("q", headCount),
    ...projection("k", kvHeadCount),
    ...projection("v", kvHeadCount),
    ...(headNorms ? [tensor("self_attn.q_norm", "attn_q_norm", headDim), tensor("self_attn.k_norm", "attn_k_norm", headDim)] : []),
    tensor("self_attn.o_proj", "attn_output", hiddenSize, headCount * headDim),
    tensor("post_attention_layernorm", "ffn_norm", hiddenSize),
    tensor("mlp.gate_proj", "ffn_gate", intermediateSize, hiddenSize),
    tensor("mlp.up_proj", "ffn_up", intermediateSize, hiddenSize),
    tensor("mlp.down_proj", "ffn_down", hiddenSize, intermediateSize),
  ];
}

/** Tensors that stand in files but carry nothing a model needs. */
export function isDispensable(name: string): boolean {
  return /rotary_emb\.inv_freq$|\.attn_rot_embd\.weight$|\.attention\.(masked_)?bias$/.test(name);
}
