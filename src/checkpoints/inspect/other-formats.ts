// Formats that cannot run anything: safetensors and GGUF. Their readers check the whole header; no tensor is read.
import { openGguf, type GgufMetadata } from "../../engine/gguf/index.ts";
import { openSafetensors, openSafetensorsDirectory, type SafetensorsFile } from "../../engine/safetensors/index.ts";
import { statFile } from "../../files/index.ts";
import { detectComponents } from "./components.ts";
import type { FileFacts, GgufFacts, LanguageModelFacts, TensorFact } from "./facts.ts";
import { detectLanguageModel } from "./language-model.ts";
import type { PlainValue } from "./pickle/plain.ts";
import { countTensors, findPrefix } from "./tensors.ts";

const DTYPES: Readonly<Record<string, string>> = {
  F64: "float64", F32: "float32", F16: "float16", BF16: "bfloat16", I64: "int64", I32: "int32", I16: "int16", I8: "int8", U64: "uint64", U32: "uint32", U16: "uint16", U8: "uint8", BOOL: "bool",
  F8_E4M3: "float8_e4m3fn", F8_E5M2: "float8_e5m2", F8_E8M0: "float8_e8m0fnu",
};

/** `general.file_type`. Source: llama.cpp, include/llama.h, `enum llama_ftype`. */
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: "f32", 1: "f16", 2: "q4_0", 3: "q4_1", 7: "q8_0", 8: "q5_0", 9: "q5_1", 10: "q2_k", 11: "q3_k_s", 12: "q3_k_m", 13: "q3_k_l", 14: "q4_k_s", 15: "q4_k_m", 16: "q5_k_s", 17: "q5_k_m", 18: "q6_k",
  32: "bf16",
};

/** @throws `safetensors.broken`, `safetensors.unsupported_dtype`, `files.missing` */
export function inspectSafetensors(path: string, isDirectory = false): FileFacts {
  const source: SafetensorsFile = isDirectory ? openSafetensorsDirectory(path) : openSafetensors(path);
  try {
    const stored = [...source.tensors.values()];
    const tensors = stored.map(({ name, shape, dtype }): TensorFact => ({ name, shape, dtype: DTYPES[dtype] ?? dtype, elements: shape.reduce((product, size) => product * size, 1) }));
    const prefix = findPrefix(tensors.map(({ name }) => name));
    return {
      path,
      format: isDirectory ? "model" : "safetensors",
      files: source.files,
      sizeBytes: source.files.reduce((sum, file) => sum + statFile(file).sizeBytes, 0),
      ...countTensors(tensors),
      tensorBytes: stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      ...(prefix !== "" && { prefix }),
      ...detectComponents(tensors),
      ...detectLanguageModel(tensors),
      contents: {},
      metadata: Object.fromEntries(source.metadata),
      refused: [],
      problems: [],
    };
  } finally {
    source.close();
  }
}

/** @throws `gguf.not_gguf`, `gguf.unsupported`, `gguf.broken`, `files.missing` */
export function inspectGguf(path: string): FileFacts {
  const source = openGguf(path);
  try {
    const { metadata } = source;
    const stored = [...source.tensors.values()];
    const tensors = stored.map(({ name, shape, type }): TensorFact => ({ name, shape, dtype: type, elements: shape.reduce((product, size) => product * size, 1) }));
    const totals = countTensors(tensors);
    const architecture = textOf(metadata, "general.architecture");
    return {
      path,
      format: "gguf",
      files: [path],
      sizeBytes: statFile(path).sizeBytes,
      ...totals,
      tensorBytes: stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      ...(architecture !== undefined && { architecture }),
      components: {},
      ...(architecture !== undefined && { languageModel: languageModelOf(metadata, architecture) }),
      gguf: ggufFacts(metadata, Object.keys(totals.dtypes)),
      contents: {},
      metadata: plainMetadata(metadata),
      refused: [],
      problems: [],
    };
  } finally {
    source.close();
  }
}

function languageModelOf(metadata: GgufMetadata, architecture: string): LanguageModelFacts {
  const number = (name: string): number | undefined => numberOf(metadata, `${architecture}.${name}`);
  const tokens = metadata.get("tokenizer.ggml.tokens");
  const facts = {
    layers: number("block_count"),
    hiddenSize: number("embedding_length"),
    intermediateSize: number("feed_forward_length"),
    vocabSize: number("vocab_size") ?? (tokens?.type === "array" ? tokens.value.length : undefined),
    heads: number("attention.head_count"),
    kvHeads: number("attention.head_count_kv"),
    headDim: number("attention.key_length") ?? number("rope.dimension_count"),
    contextLength: number("context_length"),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function ggufFacts(metadata: GgufMetadata, dtypes: readonly string[]): GgufFacts {
  const name = textOf(metadata, "general.name");
  const quantization = FILE_TYPES[numberOf(metadata, "general.file_type") ?? -1] ?? dtypes[0];
  const tokenizer = textOf(metadata, "tokenizer.ggml.model");
  return { ...(name !== undefined && { name }), ...(quantization !== undefined && { quantization }), ...(tokenizer !== undefined && { tokenizer }), chatTemplate: metadata.has("tokenizer.chat_template") };
}

/** Long lists (the vocabulary) are told by their length. */
function plainMetadata(metadata: GgufMetadata): Readonly<Record<string, PlainValue>> {
  return Object.fromEntries([...metadata].map(([key, { value }]): [string, PlainValue] => [key, typeof value === "object" && value.length > 16 ? `(${value.length} values)` : (value as PlainValue)]));
}

function textOf(metadata: GgufMetadata, key: string): string | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === "string" ? value : undefined;
}

function numberOf(metadata: GgufMetadata, key: string): number | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === "number" ? value : undefined;
}
