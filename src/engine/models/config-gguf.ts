// Hyper-parameters as GGUF metadata, both ways. Source of the keys: gguf-py/gguf/constants.py of the pinned llama.cpp release.
import { findNumber, findText, ggufNumber, ggufText, needNumber, type GgufFile, type GgufMetadata, type GgufValue } from "../gguf/index.ts";
import { architectureOf, DECODER_TYPES, findGgufDecoder } from "./architectures.ts";
import { checkConfig } from "./config-hf.ts";
import { brokenConfig, unsupportedArchitecture, unsupportedModel } from "./errors.ts";
import { bytesToF32 } from "./floats.ts";
import { recogniseScaling } from "./recognise-scaling.ts";
import { ROPE_FACTORS } from "./tensor-names.ts";
import type { LlamaConfig, RopeScaling } from "./types.ts";

/** @throws `models.unsupported_architecture`, `models.unsupported`, `models.broken_config`, `gguf.key_missing` */
export function configFromGguf(file: GgufFile): LlamaConfig {
  const { metadata, path } = file;
  const architecture = findText(metadata, "general.architecture") ?? "not named";
  const modelType = findGgufDecoder(architecture);
  if (modelType === undefined) throw unsupportedArchitecture(path, architecture, DECODER_TYPES);
  if (findText(metadata, "general.type") === "adapter") throw unsupportedModel(path, "it is a LoRA adapter, not a model");
  if ((findNumber(metadata, "split.count") ?? 1) > 1) throw unsupportedModel(path, "it is one part of a split GGUF; join the parts first");
  if ((findNumber(metadata, `${architecture}.expert_count`) ?? 0) > 0) throw unsupportedModel(path, "it is a mixture of experts");
  const need = (key: string): number => positive(path, `${architecture}.${key}`, needNumber(metadata, `${architecture}.${key}`));
  const find = (key: string): number | undefined => findNumber(metadata, `${architecture}.${key}`);
  const hiddenSize = need("embedding_length");
  const headCount = need("attention.head_count");
  const headDim = find("attention.key_length") ?? hiddenSize / headCount;
  const embedding = file.tensors.get("token_embd.weight");
  const bosId = findNumber(metadata, "tokenizer.ggml.bos_token_id");
  refusePartialRotation(path, headDim, find("rope.dimension_count"), find("attention.value_length"));
  const config = checkConfig(path, {
    modelType,
    vocabSize: embedding?.shape[0] ?? need("vocab_size"),
    hiddenSize,
    intermediateSize: need("feed_forward_length"),
    layerCount: need("block_count"),
    headCount,
    kvHeadCount: find("attention.head_count_kv") ?? headCount,
    headDim,
    normEpsilon: need("attention.layer_norm_rms_epsilon"),
    ropeTheta: find("rope.freq_base") ?? 10_000,
    ...readScaling(file, architecture, headDim),
    tiedEmbeddings: !file.tensors.has("output.weight"),
    contextLength: need("context_length"),
    bosId,
    eosIds: [...new Set(["eos", "eot", "eom"].map((role) => findNumber(metadata, `tokenizer.ggml.${role}_token_id`)).filter((id) => id !== undefined))],
  });
  return { ...config, ropeScaling: recogniseScaling(config) };
}

/** `general.architecture` of a configuration and the keys named after it. */
export function ggufConfigMetadata(config: LlamaConfig): GgufMetadata {
  const { gguf } = architectureOf(config);
  const counts = {
    block_count: config.layerCount,
    context_length: config.contextLength,
    embedding_length: config.hiddenSize,
    feed_forward_length: config.intermediateSize,
    "attention.head_count": config.headCount,
    "attention.head_count_kv": config.kvHeadCount,
    "attention.key_length": config.headDim,
    "attention.value_length": config.headDim,
    "rope.dimension_count": config.headDim,
    vocab_size: config.vocabSize,
  };
  const linear: [string, GgufValue][] =
    config.ropeScaling?.type === "linear" ? [[`${gguf}.rope.scaling.type`, ggufText("linear")], [`${gguf}.rope.scaling.factor`, ggufNumber(config.ropeScaling.factor, "f32")]] : [];
  return new Map([
    ["general.architecture", ggufText(gguf)],
    ...Object.entries(counts).map(([key, value]): [string, GgufValue] => [`${gguf}.${key}`, ggufNumber(value)]),
    [`${gguf}.attention.layer_norm_rms_epsilon`, ggufNumber(config.normEpsilon, "f32")],
    [`${gguf}.rope.freq_base`, ggufNumber(config.ropeTheta, "f32")],
    ...linear,
  ]);
}

function readScaling({ path, metadata, tensors, read }: GgufFile, architecture: string, headDim: number): Pick<LlamaConfig, "ropeScaling" | "ropeFactors"> {
  const type = findText(metadata, `${architecture}.rope.scaling.type`) ?? "none";
  if (type === "linear") {
    const ropeScaling: RopeScaling = { type, factor: positive(path, `${architecture}.rope.scaling.factor`, needNumber(metadata, `${architecture}.rope.scaling.factor`)) };
    return { ropeScaling };
  }
  if (type !== "none") throw unsupportedModel(path, `its rope scaling is ${type}, llama3 and linear can be used`);
  const factors = tensors.get(ROPE_FACTORS);
  if (factors === undefined) return {};
  if (factors.type !== "f32" || factors.shape.length !== 1 || factors.shape[0] !== headDim / 2) throw brokenConfig(path, `${ROPE_FACTORS} is ${factors.type} [${factors.shape.join(", ")}], it needs to be f32 [${headDim / 2}]`);
  return { ropeFactors: bytesToF32(read(ROPE_FACTORS)) };
}

function refusePartialRotation(path: string, headDim: number, rotated: number | undefined, valueLength: number | undefined): void {
  if (rotated !== undefined && rotated !== headDim) throw unsupportedModel(path, `it rotates only ${rotated} of ${headDim} dimensions of each head`);
  if (valueLength !== undefined && valueLength !== headDim) throw unsupportedModel(path, `its values have ${valueLength} dimensions a head, its keys ${headDim}`);
}

function positive(path: string, key: string, value: number): number {
  if (value > 0) return value;
  throw brokenConfig(path, `${key} is ${value}, it needs to be positive`);
}
