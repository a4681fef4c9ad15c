// A BERT as a weight source: a Hugging Face or sentence-transformers directory, a GGUF file, or an ONNX file.
import { join } from "node:path";
import { exists, fileMissing, isDirectory, isFile, readJson } from "../../files/index.ts";
import { findText, openGguf } from "../gguf/index.ts";
import { openSafetensorsDirectory, type SafetensorsFile } from "../safetensors/index.ts";
import { loadTokenizerDirectory, tokenizerFromGguf } from "../tokenizer/index.ts";
import { encoderConfigFromGguf, isEncoderConfig, parseEncoderConfig, type EncoderConfig } from "./encoder-config.ts";
import { findOnnx, openOnnxStore } from "./encoder-onnx.ts";
import { encoderName, encoderTensors, isEncoderDispensable } from "./encoder-tensors.ts";
import { notAModel, unsupportedModel, unsupportedTensorType } from "./errors.ts";
import { createWeightSource, rowsOf, type TensorStore } from "./tensor-store.ts";
import type { TensorInfo, WeightSource } from "./types.ts";

/** Weights of a BERT by their Hugging Face names without a leading `bert.`. */
export type EncoderSource = WeightSource<EncoderConfig>;

const TYPES = { F32: "f32", F16: "f16", BF16: "bf16" } as const;
const WRONG_KIND = "Name a directory or .gguf file of a BERT, such as bge-small-en-v1.5 or ms-marco-MiniLM-L-6-v2.";

/** Whether a model directory or GGUF file holds a BERT; false for what is neither. Reads a header. Of ONNX files, only BERTs can be read. */
export function isEncoder(path: string): boolean {
  if (isOnnx(path)) return isFile(path);
  if (isDirectory(path)) return isFile(join(path, "config.json")) && isEncoderConfig(readJson(join(path, "config.json")));
  if (!path.endsWith(".gguf") || !isFile(path)) return false;
  const file = openGguf(path);
  file.close();
  return findText(file.metadata, "general.architecture") === "bert";
}

/**
 * Opens a BERT, with its pooler and classifier where it has them. Reads headers only and checks every tensor's presence and shape. Close it.
 * @throws `files.missing`, `models.*`, `gguf.*`, `safetensors.*`, `onnx.*`, `tokenizer.*`
 */
export function openEncoderSource(path: string): EncoderSource {
  if (!exists(path)) throw fileMissing(path);
  const store = openStore(path);
  try {
    return createWeightSource(store, encoderTensors(store.config));
  } catch (error) {
    store.close();
    throw error;
  }
}

function openStore(path: string): TensorStore<EncoderConfig> {
  if (isDirectory(path)) {
    const onnx = isFile(join(path, "model.safetensors")) || isFile(join(path, "model.safetensors.index.json")) ? undefined : findOnnx(path);
    return onnx === undefined ? openDirectory(path) : openOnnxStore(onnx);
  }
  return isOnnx(path) ? openOnnxStore(path) : openFileOf(path);
}

function isOnnx(path: string): boolean {
  return path.toLowerCase().endsWith(".onnx");
}

function openDirectory(directory: string): TensorStore<EncoderConfig> {
  const configPath = join(directory, "config.json");
  if (!isFile(configPath)) throw notAModel(directory, "it has no config.json", WRONG_KIND);
  const json = readJson(configPath);
  if (!isEncoderConfig(json)) throw notAModel(directory, "its config.json is not that of a BERT", WRONG_KIND);
  const tokenizer = loadTokenizerDirectory(directory);
  const file = openSafetensorsDirectory(directory);
  try {
    const names = new Map([...file.tensors.keys()].map((name) => [encoderName(name), name]));
    const poolingPath = join(directory, "1_Pooling", "config.json");
    const config = parseEncoderConfig(directory, json, {
      pooler: names.has("pooler.dense.weight"),
      outputs: file.tensors.get(names.get("classifier.weight") ?? "")?.shape[0] ?? 0,
      pooling: isFile(poolingPath) ? readJson(poolingPath) : undefined,
    });
    const tensors = readableTensors(directory, file, config);
    return {
      path: directory,
      format: "hf",
      config,
      tokenizer,
      files: [...file.files, configPath, join(directory, "tokenizer.json"), ...(isFile(poolingPath) ? [poolingPath] : [])],
      find: (name) => tensors.get(name),
      readRows(name, first, count) {
        const stored = names.get(name) ?? name;
        const tensor = file.tensors.get(stored);
        const rowBytes = (tensor?.sizeBytes ?? 0) / rowsOf(tensor?.shape ?? []).rows;
        return file.readRange(stored, first * rowBytes, count * rowBytes);
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function openFileOf(path: string): TensorStore<EncoderConfig> {
  const file = openGguf(path);
  try {
    const config = encoderConfigFromGguf(file);
    const tensors = encoderTensors(config);
    const names = new Map(tensors.map(({ name, gguf }) => [name, gguf]));
    const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
    const known = new Set(names.values());
    const foreign = [...file.tensors.keys()].find((name) => !known.has(name));
    if (foreign !== undefined) throw unsupportedModel(path, `it holds the tensor ${foreign}, which a plain BERT does not have`);
    return {
      path,
      format: "gguf",
      config,
      tokenizer: tokenizerFromGguf(file.metadata, path),
      files: [path],
      find(name) {
        const tensor = file.tensors.get(names.get(name) ?? "");
        const shape = shapes.get(name) ?? [];
        // llama's quantizer writes a matrix of one row as a vector.
        return tensor !== undefined && [1, ...tensor.shape].join() === shape.join() ? { shape, type: tensor.type } : tensor;
      },
      readRows(name, first, count) {
        const gguf = names.get(name) ?? "";
        const rowBytes = (file.tensors.get(gguf)?.sizeBytes ?? 0) / rowsOf(shapes.get(name) ?? []).rows;
        return file.readRange(gguf, first * rowBytes, count * rowBytes);
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The model's own tensors by the names of this room; any other that matters is refused. */
function readableTensors(directory: string, file: SafetensorsFile, config: EncoderConfig): ReadonlyMap<string, TensorInfo> {
  const expected = new Set(encoderTensors(config).map(({ name }) => name));
  const tensors = new Map<string, TensorInfo>();
  for (const { name: stored, shape, dtype } of file.tensors.values()) {
    const name = encoderName(stored);
    if (isEncoderDispensable(name)) continue;
    if (!expected.has(name)) throw unsupportedModel(directory, `it holds the tensor ${stored}, which a plain BERT does not have`);
    const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype as keyof typeof TYPES] : undefined;
    if (type === undefined) throw unsupportedTensorType(directory, stored, dtype);
    tensors.set(name, { shape, type });
  }
  return tensors;
}
