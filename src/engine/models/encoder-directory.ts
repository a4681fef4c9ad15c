// A BERT as a Hugging Face directory: weights, config.json, tokenizer, and what sentence-transformers keeps beside them.
import { basename, dirname, join } from "node:path";
import { copy, ensureDirectory, exists, isFile, listDirectory, readJson, remove, rename, writeJson } from "../../files/index.ts";
import { writeSafetensorsDirectory } from "../safetensors/index.ts";
import { writeTokenizerFiles } from "../tokenizer/index.ts";
import { isFields, type Fields } from "./config-hf.ts";
import type { EncoderConfig } from "./encoder-config.ts";
import { withEncoderNames } from "./encoder-gguf.ts";
import type { EncoderSource } from "./encoder-source.ts";
import { encoderTensors } from "./encoder-tensors.ts";
import { encodeRows } from "./encode-rows.ts";
import { cannotExport } from "./errors.ts";
import { checkModules, mergedRows } from "./merge.ts";
import type { LoraAdapter, MergedDirectoryOptions } from "./types.ts";

const DTYPES = { f32: ["F32", "float32"], f16: ["F16", "float16"], bf16: ["BF16", "bfloat16"] } as const;

/** What describes the model to sentence-transformers and to older tokenizers; copied where it stands. */
const SIDE_FILES = ["modules.json", "config_sentence_transformers.json", "sentence_bert_config.json", "vocab.txt"];
const POOLING = join("1_Pooling", "config.json");

/**
 * Writes the model, with the adapter merged in f32 if one is given, to a new directory; it appears whole or not at all.
 * @throws `models.cannot_export` when the directory is not empty, `models.adapter_mismatch`, `files.disk_too_small`
 */
export function writeMergedEncoderDirectory(source: EncoderSource, adapter: LoraAdapter | undefined, directory: string, options: MergedDirectoryOptions): void {
  const { config } = source;
  const named = adapter === undefined ? undefined : withEncoderNames(adapter);
  if (named !== undefined) checkModules(named, encoderTensors(config));
  if (exists(directory) && isTaken(directory)) throw cannotExport(directory, "it exists already and is not an empty directory", "Choose another output directory; nothing was overwritten.");
  const [dtype, torchName] = DTYPES[options.dtype];
  const temporary = join(dirname(directory), `.${basename(directory)}.${process.pid}.tmp`);
  remove(temporary);
  ensureDirectory(temporary);
  try {
    const tensors = source.names.map((name) => ({ name: storedName(config, name), shape: source.info(name).shape, dtype, bytes: () => pieces(name) }));
    writeSafetensorsDirectory(temporary, tensors, { maxShardBytes: options.maxShardBytes, metadata: { format: "pt", ...options.provenance } });
    writeJson(join(temporary, "config.json"), { ...configJson(source), dtype: torchName, torch_dtype: torchName, ...(options.provenance === undefined ? {} : { tunesmith: options.provenance }) });
    writeTokenizerFiles(temporary, source.tokenizer);
    writeSideFiles(source, temporary);
    if (exists(directory)) remove(directory);
    rename(temporary, directory);
  } finally {
    remove(temporary);
  }

  function* pieces(name: string): Generator<Uint8Array> {
    for (const values of mergedRows(source, name, named)) yield encodeRows(options.dtype, values, source.info(name).shape.at(-1) ?? 1);
  }
}

/** transformers puts `bert.` in front of everything below a classifier. */
function storedName({ labels }: EncoderConfig, name: string): string {
  return labels.length > 0 && !name.startsWith("classifier.") ? `bert.${name}` : name;
}

function configJson({ config, format, path, tokenizer }: EncoderSource): Fields {
  const own: unknown = format === "hf" ? readJson(join(path, "config.json")) : {};
  const { labels } = config;
  return {
    ...(isFields(own) ? own : {}),
    architectures: [labels.length > 0 ? "BertForSequenceClassification" : "BertModel"],
    model_type: "bert",
    hidden_act: "gelu",
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.layerCount,
    num_attention_heads: config.headCount,
    max_position_embeddings: config.contextLength,
    type_vocab_size: config.tokenTypes,
    layer_norm_eps: config.normEpsilon,
    pad_token_id: tokenizer.padId ?? null,
    ...(labels.length > 0 ? { id2label: Object.fromEntries(labels.entries()), label2id: Object.fromEntries(labels.map((label, index) => [label, index])) } : {}),
  };
}

/** A GGUF names only how vectors are pooled. */
function writeSideFiles({ config, format, path }: EncoderSource, directory: string): void {
  const files = format === "hf" ? [...SIDE_FILES, POOLING].filter((name) => isFile(join(path, name))) : [];
  ensureDirectory(join(directory, "1_Pooling"));
  for (const name of files) copy(join(path, name), join(directory, name));
  if (config.pooling === "rank") remove(join(directory, "1_Pooling"));
  else if (!files.includes(POOLING)) {
    writeJson(join(directory, POOLING), { word_embedding_dimension: config.hiddenSize, pooling_mode_cls_token: config.pooling === "cls", pooling_mode_mean_tokens: config.pooling === "mean" });
  }
}

function isTaken(directory: string): boolean {
  if (isFile(directory)) return true;
  const { files, directories } = listDirectory(directory);
  return files.length + directories.length > 0;
}
