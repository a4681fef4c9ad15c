// What is quantized: a Hugging Face directory, or a model with an adapter, is first written as an unquantized GGUF; a GGUF file is taken as it is.
import { basename, join } from "node:path";
import { applyTemplate } from "../data/index.ts";
import { findNumber, openGguf } from "../engine/gguf/index.ts";
import { QUANTIZATION_TYPES } from "../engine/llama/index.ts";
import { convertToGguf, openModel, readAdapter, withTokenizer, type WeightSource } from "../engine/models/index.ts";
import { exists, fileMissing, isDirectory } from "../files/index.ts";
import { alreadyQuantized, notAModel } from "./errors.ts";

/** Types that llama's quantizer reads. */
export type SourceType = "f32" | "f16" | "bf16";

const SOURCE_TYPES: readonly string[] = ["f32", "f16", "bf16"] satisfies SourceType[];

/** A LoRA adapter that is merged into the model on the way, tensor by tensor. */
export interface MergedAdapter {
  /** PEFT directory, for example a checkpoint. */
  readonly path: string;
  /** Jinja of the chat template it was trained with. Default: that of the model. */
  readonly chatTemplate?: string;
}

export interface ModelToQuantize {
  /** A Hugging Face directory or a .gguf file; with an adapter, its base, which may be quantized. */
  readonly modelPath: string;
  readonly adapter?: MergedAdapter;
}

export interface UnquantizedGguf {
  readonly path: string;
  readonly type: string;
}

/** The name of the files: that of the directory, or of the GGUF file without its type and extension. */
export function modelNameOf(modelPath: string): string {
  return basename(modelPath).replace(/\.gguf$/i, "").replace(/[-.](f32|f16|bf16)$/i, "");
}

/** Whether the model must be written as a GGUF first. @throws `files.missing`, `quantization.not_a_model`, `quantization.already_quantized` */
export function mustConvert({ modelPath, adapter }: ModelToQuantize): boolean {
  if (!exists(modelPath)) throw fileMissing(modelPath);
  if (isDirectory(modelPath)) {
    if (!exists(join(modelPath, "config.json"))) throw notAModel(modelPath);
    return true;
  }
  if (!modelPath.toLowerCase().endsWith(".gguf")) throw notAModel(modelPath);
  if (adapter !== undefined) return true;
  const type = ggufType(modelPath);
  if (!SOURCE_TYPES.includes(type)) throw alreadyQuantized(modelPath, type);
  return false;
}

/** Writes the model as GGUF to `path`, with its adapter merged in f32, or returns the GGUF file it is already. `auto` keeps 32 bits and bf16, else f16. */
export function prepareSource(model: ModelToQuantize, path: string, wanted: SourceType | "auto", provenance: Readonly<Record<string, string>> | undefined): UnquantizedGguf {
  const { modelPath, adapter } = model;
  if (!mustConvert(model)) return { path: modelPath, type: ggufType(modelPath) };
  const source = openModel(modelPath);
  try {
    const template = adapter?.chatTemplate;
    const spoken = template === undefined ? source : withTokenizer(source, applyTemplate(source.tokenizer, template));
    const type = wanted === "auto" ? storedType(source) : wanted;
    convertToGguf(spoken, path, { type, provenance, adapter: adapter && readAdapter(adapter.path) });
    return { path, type };
  } finally {
    source.close();
  }
}

function storedType(source: WeightSource): SourceType {
  const { type } = source.info("model.embed_tokens.weight");
  return type === "f32" || type === "bf16" ? type : "f16";
}

/** The file type that the header names, or that of its largest tensor. */
export function ggufType(path: string): string {
  const file = openGguf(path);
  file.close();
  const id = findNumber(file.metadata, "general.file_type");
  const named = Object.entries(QUANTIZATION_TYPES).find(([, value]) => value === id)?.[0];
  const largest = [...file.tensors.values()].reduce((a, b) => (b.sizeBytes > a.sizeBytes ? b : a), { type: "f32", sizeBytes: 0 });
  return named ?? largest.type;
}
