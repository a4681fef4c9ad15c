// A Hugging Face model directory as a tensor store.
import { join } from "node:path";
import { exists, isFile, readJson } from "../../files/index.ts";
import { openSafetensorsDirectory, type SafetensorsFile } from "../safetensors/index.ts";
import { loadTokenizerDirectory } from "../tokenizer/index.ts";
import { architectureOf } from "./architectures.ts";
import { parseConfig } from "./config-hf.ts";
import { notAModel, unsupportedModel, unsupportedTensorType } from "./errors.ts";
import { isDispensable, modelTensors } from "./tensor-names.ts";
import { rowsOf, type TensorStore } from "./tensor-store.ts";
import type { LlamaConfig, TensorInfo } from "./types.ts";

const TYPES = { F32: "f32", F16: "f16", BF16: "bf16" } as const;

/** @throws `models.not_a_model`, everything `parseConfig`, `loadTokenizerDirectory` and `openSafetensorsDirectory` throw, `models.unsupported_type` */
export function openHfStore(directory: string): TensorStore {
  const configPath = join(directory, "config.json");
  if (!isFile(configPath)) throw noConfig(directory);
  const generationPath = join(directory, "generation_config.json");
  const config = parseConfig(directory, readJson(configPath), isFile(generationPath) ? readJson(generationPath) : {});
  const tokenizer = loadTokenizerDirectory(directory);
  const file = openSafetensorsDirectory(directory);
  try {
    const tensors = readableTensors(directory, file, config);
    return {
      path: directory,
      format: "hf",
      config,
      tokenizer,
      files: [...file.files, configPath, join(directory, "tokenizer.json")],
      find: (name) => tensors.get(name),
      readRows(name, first, count) {
        const tensor = file.tensors.get(name);
        const rowBytes = (tensor?.sizeBytes ?? 0) / rowsOf(tensor?.shape ?? []).rows;
        return file.readRange(name, first * rowBytes, count * rowBytes);
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The model's own tensors; anything else in the file would be left out of the computation without a word, so it is refused. */
function readableTensors(directory: string, file: SafetensorsFile, config: LlamaConfig): ReadonlyMap<string, TensorInfo> {
  const expected = new Set(modelTensors(config).map(({ name }) => name));
  const tensors = new Map<string, TensorInfo>();
  for (const { name, shape, dtype } of file.tensors.values()) {
    if (expected.has(name)) {
      const type = Object.hasOwn(TYPES, dtype) ? TYPES[dtype as keyof typeof TYPES] : undefined;
      if (type === undefined) throw unsupportedTensorType(directory, name, dtype);
      tensors.set(name, { shape, type });
    } else if (!isDispensable(name) && !(config.tiedEmbeddings && name === "lm_head.weight")) {
      throw unsupportedModel(directory, `it holds the tensor ${name}, which a plain ${architectureOf(config).gguf} model does not have`);
    }
  }
  return tensors;
}

function noConfig(directory: string) {
  if (exists(join(directory, "adapter_config.json"))) {
    return notAModel(directory, "it is a LoRA adapter, not a model", "Name the base model, and the adapter separately.");
  }
  return notAModel(directory, "it has no config.json", "Name a Hugging Face model directory or a .gguf file.");
}
