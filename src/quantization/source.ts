// What is quantized: a Hugging Face directory is first written as an unquantized GGUF, a GGUF file is taken as it is.
import { basename, join } from "node:path";
import { findNumber, openGguf } from "../engine/gguf/index.ts";
import { QUANTIZATION_TYPES } from "../engine/llama/index.ts";
import { convertToGguf, openModel } from "../engine/models/index.ts";
import { exists, fileMissing, isDirectory } from "../files/index.ts";
import { alreadyQuantized, notAModel } from "./errors.ts";

/** Types that llama's quantizer reads. */
export type SourceType = "f32" | "f16" | "bf16";

const SOURCE_TYPES: readonly string[] = ["f32", "f16", "bf16"] satisfies SourceType[];

export interface UnquantizedGguf {
  readonly path: string;
  readonly type: string;
}

/** The name of the files: that of the directory, or of the GGUF file without its type and extension. */
export function modelNameOf(modelPath: string): string {
  return basename(modelPath).replace(/\.gguf$/i, "").replace(/[-.](f32|f16|bf16)$/i, "");
}

/** @throws `files.missing`, `quantization.not_a_model`, `quantization.already_quantized` */
export function requireSource(modelPath: string): "directory" | "gguf" {
  if (!exists(modelPath)) throw fileMissing(modelPath);
  if (isDirectory(modelPath)) {
    if (!exists(join(modelPath, "config.json"))) throw notAModel(modelPath);
    return "directory";
  }
  if (!modelPath.toLowerCase().endsWith(".gguf")) throw notAModel(modelPath);
  const type = ggufType(modelPath);
  if (!SOURCE_TYPES.includes(type)) throw alreadyQuantized(modelPath, type);
  return "gguf";
}

/** Writes the directory as GGUF to `path`, or returns the GGUF file it is already. */
export function prepareSource(modelPath: string, path: string, type: SourceType, provenance: Readonly<Record<string, string>> | undefined): UnquantizedGguf {
  if (requireSource(modelPath) === "gguf") return { path: modelPath, type: ggufType(modelPath) };
  const source = openModel(modelPath);
  try {
    convertToGguf(source, path, { type, provenance });
  } finally {
    source.close();
  }
  return { path, type };
}

/** The file type that the header names, or that of its largest tensor. */
function ggufType(path: string): string {
  const file = openGguf(path);
  file.close();
  const id = findNumber(file.metadata, "general.file_type");
  const named = Object.entries(QUANTIZATION_TYPES).find(([, value]) => value === id)?.[0];
  const largest = [...file.tensors.values()].reduce((a, b) => (b.sizeBytes > a.sizeBytes ? b : a), { type: "f32", sizeBytes: 0 });
  return named ?? largest.type;
}
