// What is quantized: a Hugging Face directory, or a model with an adapter, is first written as an unquantized GGUF; a GGUF file is taken as it is.
import { basename, join, resolve } from "node:path";
import { applyTemplate } from "../data/index.ts";
import { findNumber, openGguf } from "../engine/gguf/index.ts";
import { QUANTIZATION_TYPES } from "../engine/llama/index.ts";
import { convertEncoderToGguf, convertToGguf, isEncoder, onnxModelDirectory, openEncoderSource, openModel, openWeights, readAdapter, storedType, withTokenizer } from "../engine/models/index.ts";
import { exists, fileMissing, isDirectory } from "../files/index.ts";
import { alreadyQuantized, notAModel } from "./errors.ts";

/** Types that llama's quantizer reads. */
export type SourceType = "f32" | "f16" | "bf16";

/**
 * `auto` loses nothing on the way: as the weights are stored. Sums with an adapter onto 16-bit weights are rounded once, to f16, which keeps
 * eight times as much of them as bf16.
 */
export type WantedType = SourceType | "auto";

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

/** The name of the files: that of the directory, or of the GGUF file without its type and extension; an ONNX file is called as its model's directory. */
export function modelNameOf(modelPath: string): string {
  if (/\.onnx$/i.test(modelPath)) return basename(resolve(onnxModelDirectory(modelPath)));
  return basename(modelPath).replace(/\.gguf$/i, "").replace(/[-.](f32|f16|bf16)$/i, "");
}

/** Whether the model must be written as a GGUF first. @throws `files.missing`, `quantization.not_a_model`, `quantization.already_quantized` */
export function mustConvert({ modelPath, adapter }: ModelToQuantize): boolean {
  if (!exists(modelPath)) throw fileMissing(modelPath);
  if (isDirectory(modelPath)) {
    if (!exists(join(modelPath, "config.json"))) throw notAModel(modelPath);
    return true;
  }
  if (modelPath.toLowerCase().endsWith(".onnx")) return true;
  if (!modelPath.toLowerCase().endsWith(".gguf")) throw notAModel(modelPath);
  if (adapter !== undefined) return true;
  const type = ggufType(modelPath);
  if (!SOURCE_TYPES.includes(type)) throw alreadyQuantized(modelPath, type);
  return false;
}

/** Writes the model as GGUF to `path`, with its adapter merged in f32, or returns the GGUF file it is already. */
export function prepareSource(model: ModelToQuantize, path: string, wanted: WantedType, provenance: Readonly<Record<string, string>> | undefined): UnquantizedGguf {
  const { modelPath, adapter } = model;
  if (!mustConvert(model)) return { path: modelPath, type: ggufType(modelPath) };
  const type = chooseType(model, wanted);
  const options = { type, provenance, adapter: adapter && readAdapter(adapter.path) };
  if (isEncoder(modelPath)) {
    const source = openEncoderSource(modelPath);
    try {
      convertEncoderToGguf(source, path, options);
    } finally {
      source.close();
    }
    return { path, type };
  }
  const source = openModel(modelPath);
  try {
    const template = adapter?.chatTemplate;
    convertToGguf(template === undefined ? source : withTokenizer(source, applyTemplate(source.tokenizer, template)), path, options);
    return { path, type };
  } finally {
    source.close();
  }
}

/** What {@link prepareSource} writes the model as. Reads headers. */
export function chooseType({ modelPath, adapter }: ModelToQuantize, wanted: WantedType): SourceType {
  if (wanted !== "auto") return wanted;
  const source = openWeights(modelPath);
  source.close();
  const stored = storedType(source);
  return adapter !== undefined && stored === "bf16" ? "f16" : stored;
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
