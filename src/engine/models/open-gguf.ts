// A GGUF model as a tensor store: Hugging Face names, rows of q and k back in Hugging Face order, also quantized ones.
import { openGguf, type GgufFile } from "../gguf/index.ts";
import { tokenizerFromGguf } from "../tokenizer/index.ts";
import { architectureOf } from "./architectures.ts";
import { configFromGguf } from "./config-gguf.ts";
import { unsupportedModel } from "./errors.ts";
import { isRotated, unpermuteHeadRows } from "./permute.ts";
import { isDispensable, modelTensors, ROPE_FACTORS } from "./tensor-names.ts";
import { rowsOf, type TensorStore } from "./tensor-store.ts";
import type { LlamaConfig } from "./types.ts";

/** @throws everything `openGguf`, `configFromGguf` and `tokenizerFromGguf` throw, `models.unsupported` */
export function openGgufStore(path: string): TensorStore {
  const file = openGguf(path);
  try {
    const config = configFromGguf(file);
    const tokenizer = tokenizerFromGguf(file.metadata, path);
    const names = ggufNames(file, config);
    return {
      path,
      format: "gguf",
      config,
      tokenizer,
      files: [path],
      find: (name) => file.tensors.get(names.get(name) ?? ""),
      readRows: (name, first, count) => readRows(file, names.get(name) ?? "", isRotated(name, config) ? config.headDim : 1, first, count),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Hugging Face name → GGUF name. A tensor nobody asks for would be left out of the computation without a word, so it is refused. */
function ggufNames(file: GgufFile, config: LlamaConfig): ReadonlyMap<string, string> {
  const names = new Map(modelTensors(config).map(({ name, gguf }) => [name, gguf]));
  const known = new Set([...names.values(), ROPE_FACTORS]);
  const foreign = [...file.tensors.keys()].find((name) => !known.has(name) && !isDispensable(name));
  if (foreign !== undefined) throw unsupportedModel(file.path, `it holds the tensor ${foreign}, which a plain ${architectureOf(config).gguf} model does not have`);
  return names;
}

/** Rows `first`…; where rows move within blocks of `headDim`, whole blocks are read and put in order first. */
function readRows(file: GgufFile, gguf: string, headDim: number, first: number, count: number): Uint8Array {
  const tensor = file.tensors.get(gguf);
  const rowBytes = (tensor?.sizeBytes ?? 0) / rowsOf(tensor?.shape ?? []).rows;
  if (headDim === 1) return file.readRange(gguf, first * rowBytes, count * rowBytes);
  const start = Math.floor(first / headDim) * headDim;
  const end = Math.ceil((first + count) / headDim) * headDim;
  const block = unpermuteHeadRows(file.readRange(gguf, start * rowBytes, (end - start) * rowBytes), rowBytes, headDim);
  return start === first && end === first + count ? block : block.slice((first - start) * rowBytes, (first - start + count) * rowBytes);
}
