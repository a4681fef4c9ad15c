// LoRA adapters as PEFT directories: adapter_config.json and adapter_model.safetensors.
import { join } from "node:path";
import { ensureDirectory, exists, fileMissing, isFile, listDirectory, readJson, writeJson } from "../../files/index.ts";
import { openSafetensors, writeSafetensors } from "../safetensors/index.ts";
import { adapterConfigJson, parseAdapterConfig } from "./adapter-config.ts";
import { adapterTensors, readFloats, readModule, sortAdapterTensors } from "./adapter-tensors.ts";
import { adapterUnusable } from "./errors.ts";
import { loraScale } from "./lora.ts";
import type { LoraAdapter, ReplacedWeight } from "./types.ts";

const CONFIG = "adapter_config.json";
const WEIGHTS = "adapter_model.safetensors";

/** Reads a PEFT directory; ranks and alphas of single modules, rsLoRA, DoRA, embeddings and whole weights (`modules_to_save`) are honoured. @throws `files.missing`, `models.adapter_unusable`, `safetensors.broken` */
export function readAdapter(directory: string): LoraAdapter {
  if (!exists(directory)) throw fileMissing(directory);
  if (!isFile(join(directory, CONFIG))) throw adapterUnusable(directory, `it has no ${CONFIG}`, "Name a directory written by PEFT or by `tunesmith train`.");
  if (!isFile(join(directory, WEIGHTS))) throw noWeights(directory);
  const config = parseAdapterConfig(directory, readJson(join(directory, CONFIG)));
  const file = openSafetensors(join(directory, WEIGHTS));
  try {
    const tensors = sortAdapterTensors(directory, file.tensors.keys());
    const modules = new Map([...tensors.modules].map(([name, parts]) => [name, readModule(directory, file, name, parts, config)]));
    const replaced = new Map([...tensors.replaced].map(([name, tensor]) => [name, replacedWeight(join(directory, WEIGHTS), directory, tensor, file.tensors.get(tensor)?.shape ?? [])]));
    return {
      r: config.r,
      alpha: config.alpha,
      dropout: config.dropout,
      targetModules: config.targetModules.length > 0 ? config.targetModules : [...new Set([...modules.keys()].map((name) => name.split(".").at(-1) ?? name))],
      baseModel: config.baseModel,
      useRslora: config.useRslora,
      scale: loraScale(config),
      modules,
      ...(replaced.size === 0 ? {} : { replaced, keepsTie: config.keepsTie }),
    };
  } finally {
    file.close();
  }
}

/** Writes a PEFT directory that old and new PEFT releases load. Files are replaced one by one, each atomically. @throws `files.disk_too_small` */
export function writeAdapter(directory: string, adapter: LoraAdapter): void {
  ensureDirectory(directory);
  writeSafetensors(join(directory, WEIGHTS), adapterTensors(adapter));
  writeJson(join(directory, CONFIG), adapterConfigJson(adapter));
}

/** Opened anew for each piece: nothing is held open while a model is converted. */
function replacedWeight(path: string, directory: string, tensor: string, shape: readonly number[]): ReplacedWeight {
  return {
    shape,
    readRowsF32(first, count) {
      const file = openSafetensors(path);
      try {
        return readFloats(directory, file, tensor, { first, count });
      } finally {
        file.close();
      }
    },
  };
}

function noWeights(directory: string) {
  const pickle = listDirectory(directory).files.find((name) => name.endsWith(".bin"));
  if (pickle === undefined) return adapterUnusable(directory, `it has no ${WEIGHTS}`, "Download the adapter again.");
  return adapterUnusable(directory, `its weights are in ${pickle}, a pickle file, which can run code when read`, "Save the adapter again with a current PEFT, which writes safetensors.");
}
