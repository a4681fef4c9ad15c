// A model as a Hugging Face directory: weights, config.json in both spellings, tokenizer, generation_config.json.
import { basename, dirname, join } from "node:path";
import { copy, ensureDirectory, exists, isFile, listDirectory, readJson, remove, rename, writeJson } from "../../files/index.ts";
import { writeSafetensorsDirectory, type SafetensorsDtype, type SafetensorsTensorSource } from "../safetensors/index.ts";
import { writeTokenizerFiles } from "../tokenizer/index.ts";
import { withAdapter } from "./adapted-source.ts";
import { architectureOf } from "./architectures.ts";
import { isFields, type Fields } from "./config-hf.ts";
import { encodedRows } from "./encoded-rows.ts";
import { cannotExport } from "./errors.ts";
import type { LoraAdapter, MergedDirectoryOptions, WeightSource } from "./types.ts";

/** Other converters look for it beside tokenizer.json. */
const SENTENCE_PIECE = "tokenizer.model";

const DTYPES = { f32: { safetensors: "F32", torch: "float32" }, f16: { safetensors: "F16", torch: "float16" }, bf16: { safetensors: "BF16", torch: "bfloat16" } } as const satisfies Record<string, { safetensors: SafetensorsDtype; torch: string }>;

/**
 * Writes the model, with the adapter merged in f32 if one is given, to a new directory; it appears whole or not at all.
 * @throws `models.cannot_export` when the directory is not empty or the rope scaling has no name, `models.adapter_mismatch`, `files.disk_too_small`
 */
export function writeMergedDirectory(base: WeightSource, adapter: LoraAdapter | undefined, directory: string, options: MergedDirectoryOptions): void {
  const source = adapter === undefined ? base : withAdapter(base, adapter);
  if (exists(directory) && isTaken(directory)) throw cannotExport(directory, "it exists already and is not an empty directory", "Choose another output directory; nothing was overwritten.");
  const config = configJson(source, options);
  const temporary = join(dirname(directory), `.${basename(directory)}.${process.pid}.tmp`);
  remove(temporary);
  ensureDirectory(temporary);
  try {
    writeSafetensorsDirectory(temporary, source.names.map((name) => tensorSource(source, name, options.dtype)), {
      maxShardBytes: options.maxShardBytes,
      metadata: { format: "pt", ...options.provenance },
    });
    writeJson(join(temporary, "config.json"), config);
    writeJson(join(temporary, "generation_config.json"), generationJson(source));
    writeTokenizerFiles(temporary, source.tokenizer);
    if (source.format === "hf" && isFile(join(source.path, SENTENCE_PIECE))) copy(join(source.path, SENTENCE_PIECE), join(temporary, SENTENCE_PIECE));
    if (exists(directory)) remove(directory);
    rename(temporary, directory);
  } finally {
    remove(temporary);
  }
}

function tensorSource(source: WeightSource, name: string, dtype: MergedDirectoryOptions["dtype"]): SafetensorsTensorSource {
  return { name, shape: source.info(name).shape, dtype: DTYPES[dtype].safetensors, bytes: () => encodedRows(source, name, { type: dtype }) };
}

/** The source's own config.json where it has one, with what the engine knows laid over it. */
function configJson(source: WeightSource, { dtype, provenance }: MergedDirectoryOptions): Fields {
  const { config } = source;
  const type = config.modelType ?? "llama";
  const { className, attentionBias } = architectureOf(config);
  return {
    ...ownJson(source, "config.json"),
    architectures: [className],
    model_type: type,
    hidden_act: "silu",
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    num_key_value_heads: config.kvHeadCount,
    head_dim: config.headDim,
    rms_norm_eps: config.normEpsilon,
    max_position_embeddings: config.contextLength,
    tie_word_embeddings: config.tiedEmbeddings,
    ...(type === "mistral" ? { sliding_window: config.slidingWindow ?? null } : {}),
    ...(type === "qwen2" || type === "qwen3" ? { use_sliding_window: false } : {}),
    ...(type === "mistral" || attentionBias ? {} : { attention_bias: false, mlp_bias: false }),
    bos_token_id: config.bosId ?? null,
    eos_token_id: oneOrMany(config.eosIds),
    pad_token_id: source.tokenizer.padId ?? null,
    ...ropeJson(source),
    torch_dtype: DTYPES[dtype].torch,
    dtype: DTYPES[dtype].torch,
    ...(provenance === undefined ? {} : { tunesmith: provenance }),
  };
}

/** Both spellings: transformers 5 reads rope_parameters, older releases rope_theta and rope_scaling. */
function ropeJson({ config, path }: WeightSource): Fields {
  const { ropeTheta, ropeScaling, ropeFactors } = config;
  if (ropeScaling === undefined && ropeFactors !== undefined) {
    throw cannotExport(path, "its rotary frequencies are scaled by a rule config.json has no name for", "Write a GGUF file instead, or start from the Hugging Face model.");
  }
  if (ropeScaling === undefined) return { rope_theta: ropeTheta, rope_scaling: null, rope_parameters: { rope_theta: ropeTheta, rope_type: "default" } };
  const scaling =
    ropeScaling.type === "linear"
      ? { rope_type: "linear", factor: ropeScaling.factor }
      : {
          rope_type: "llama3",
          factor: ropeScaling.factor,
          low_freq_factor: ropeScaling.lowFrequencyFactor,
          high_freq_factor: ropeScaling.highFrequencyFactor,
          original_max_position_embeddings: ropeScaling.originalContextLength,
        };
  return { rope_theta: ropeTheta, rope_scaling: scaling, rope_parameters: { rope_theta: ropeTheta, ...scaling } };
}

/** The source's own sampling defaults, with the ids the engine stops at. */
function generationJson(source: WeightSource): Fields {
  return { ...ownJson(source, "generation_config.json"), bos_token_id: source.config.bosId ?? null, eos_token_id: oneOrMany(source.config.eosIds) };
}

function ownJson({ format, path }: WeightSource, file: string): Fields {
  const json: unknown = format === "hf" && isFile(join(path, file)) ? readJson(join(path, file)) : {};
  return isFields(json) ? json : {};
}

function oneOrMany(ids: readonly number[]): number | readonly number[] | null {
  return ids.length > 1 ? ids : (ids[0] ?? null);
}

function isTaken(directory: string): boolean {
  if (isFile(directory)) return true;
  const { files, directories } = listDirectory(directory);
  return files.length + directories.length > 0;
}
