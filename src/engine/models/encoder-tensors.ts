// Every weight of a BERT: its Hugging Face name without the leading `bert.`, its GGUF name, its shape.
// llama.cpp's converter leaves the pooler out, so that its cross-encoders score with the classifier on the bare first token; here it is kept.
// Source: gguf-py/gguf/tensor_mapping.py and src/models/bert.cpp of the pinned llama.cpp release; transformers' BertModel.
import type { EncoderConfig } from "./encoder-config.ts";
import type { ModelTensor } from "./tensor-names.ts";

export function encoderTensors(config: EncoderConfig): readonly ModelTensor[] {
  const { hiddenSize: D, vocabSize, contextLength, tokenTypes, layerCount, pooler, labels } = config;
  return [
    { name: "embeddings.word_embeddings.weight", gguf: "token_embd.weight", shape: [vocabSize, D] },
    { name: "embeddings.position_embeddings.weight", gguf: "position_embd.weight", shape: [contextLength, D] },
    { name: "embeddings.token_type_embeddings.weight", gguf: "token_types.weight", shape: [tokenTypes, D] },
    ...affine("embeddings.LayerNorm", "token_embd_norm", D),
    ...Array.from({ length: layerCount }, (_, layer) => layerTensors(config, layer)).flat(),
    ...(pooler ? affine("pooler.dense", "cls", D, D) : []),
    ...(labels.length > 0 ? affine("classifier", "cls.output", labels.length, D) : []),
  ];
}

/** llama.cpp adds these row by row, so they stay f32 like vectors. */
export function staysF32({ gguf, shape }: ModelTensor): boolean {
  return shape.length === 1 || gguf === "position_embd.weight" || gguf === "token_types.weight";
}

/** The name within this table of a tensor in a file: old files say gamma and beta, classifiers put `bert.` in front. */
export function encoderName(name: string): string {
  return name.replace(/^bert\./, "").replace(/\.gamma$/, ".weight").replace(/\.beta$/, ".bias");
}

/** Tensors that stand in files but are no part of what is computed: position numbers, heads of pre-training. */
export function isEncoderDispensable(name: string): boolean {
  return name === "embeddings.position_ids" || /^cls\.(predictions|seq_relationship)\./.test(name);
}

function layerTensors({ hiddenSize: D, intermediateSize: F }: EncoderConfig, layer: number): readonly ModelTensor[] {
  const at = (hf: string, gguf: string, ...shape: readonly [number, number?]) => affine(`encoder.layer.${layer}.${hf}`, `blk.${layer}.${gguf}`, ...shape);
  return [
    ...at("attention.self.query", "attn_q", D, D),
    ...at("attention.self.key", "attn_k", D, D),
    ...at("attention.self.value", "attn_v", D, D),
    ...at("attention.output.dense", "attn_output", D, D),
    ...at("attention.output.LayerNorm", "attn_output_norm", D),
    ...at("intermediate.dense", "ffn_up", F, D),
    ...at("output.dense", "ffn_down", D, F),
    ...at("output.LayerNorm", "layer_output_norm", D),
  ];
}

/** Weight and bias of a linear layer `[out, in]`, or gain and bias of a norm `[size]`. */
function affine(hf: string, gguf: string, out: number, inner?: number): readonly ModelTensor[] {
  return [
    { name: `${hf}.weight`, gguf: `${gguf}.weight`, shape: inner === undefined ? [out] : [out, inner] },
    { name: `${hf}.bias`, gguf: `${gguf}.bias`, shape: [out] },
  ];
}
