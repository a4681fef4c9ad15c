import { exists, fileMissing, isDirectory, listDirectory } from "../../files/index.ts";
import { notAModel } from "./errors.ts";
import { openGgufStore } from "./open-gguf.ts";
import { openHfStore } from "./open-hf.ts";
import { modelTensors } from "./tensor-names.ts";
import { createWeightSource } from "./tensor-store.ts";
import type { WeightSource } from "./types.ts";

/**
 * Opens a Llama-family model: a Hugging Face directory (F32, F16, BF16, sharded or not) or a GGUF file (F32, F16, BF16 and ggml
 * quantizations). Reads headers only and checks every tensor's presence and shape. Close it.
 * @throws `files.missing`, `models.*`, `gguf.*`, `safetensors.*`, `tokenizer.*`
 */
export function openModel(path: string): WeightSource {
  if (!exists(path)) throw fileMissing(path);
  const store = isDirectory(path) ? openDirectory(path) : openFileOf(path);
  try {
    return createWeightSource(store, modelTensors(store.config));
  } catch (error) {
    store.close();
    throw error;
  }
}

function openDirectory(path: string) {
  const { files } = listDirectory(path);
  const ggufs = files.filter((name) => name.endsWith(".gguf"));
  if (!files.includes("config.json") && ggufs.length > 0) {
    throw notAModel(path, `it has no config.json, but ${ggufs.length === 1 ? "a GGUF file" : `${ggufs.length} GGUF files`}`, `Name the file, for example ${path}/${ggufs[0]}.`);
  }
  return openHfStore(path);
}

function openFileOf(path: string) {
  if (/\.(safetensors|json)$/.test(path)) throw notAModel(path, "it is one file of a model directory", "Name the directory it is in.");
  if (/\.(bin|pt|pth|ckpt)$/.test(path)) throw notAModel(path, "it is a pickle file, which can run code when read", "Save the model again with safe_serialization=True and name its directory.");
  return openGgufStore(path);
}
