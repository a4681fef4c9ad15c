// LoRA adapters as PEFT directories: adapter_config.json and adapter_model.safetensors.
import { join } from "node:path";
import { ensureDirectory, exists, fileMissing, isFile, listDirectory, readJson, writeJson } from "../../files/index.ts";
import { openSafetensors, writeSafetensors, type SafetensorsFile } from "../safetensors/index.ts";
import { adapterConfigJson, parseAdapterConfig, type AdapterConfig } from "./adapter-config.ts";
import { adapterUnusable } from "./errors.ts";
import { bf16ToF32, bytesToF32, f16ToF32, f32ToBytes } from "./floats.ts";
import { loraScale } from "./lora.ts";
import type { LoraAdapter, LoraModule } from "./types.ts";

const CONFIG = "adapter_config.json";
const WEIGHTS = "adapter_model.safetensors";
const PREFIX = "base_model.model.";

/** Reads a PEFT directory; ranks and alphas of single modules and rsLoRA are honoured. @throws `files.missing`, `models.adapter_unusable`, `safetensors.broken` */
export function readAdapter(directory: string): LoraAdapter {
  if (!exists(directory)) throw fileMissing(directory);
  if (!isFile(join(directory, CONFIG))) throw adapterUnusable(directory, `it has no ${CONFIG}`, "Name a directory written by PEFT or by `tunesmith train`.");
  if (!isFile(join(directory, WEIGHTS))) throw noWeights(directory);
  const config = parseAdapterConfig(directory, readJson(join(directory, CONFIG)));
  const file = openSafetensors(join(directory, WEIGHTS));
  try {
    const modules = readModules(directory, file, config);
    return {
      r: config.r,
      alpha: config.alpha,
      dropout: config.dropout,
      targetModules: config.targetModules.length > 0 ? config.targetModules : [...new Set([...modules.keys()].map((name) => name.split(".").at(-1) ?? name))],
      baseModel: config.baseModel,
      useRslora: config.useRslora,
      scale: loraScale(config),
      modules,
    };
  } finally {
    file.close();
  }
}

/** Writes a PEFT directory that old and new PEFT releases load. Files are replaced one by one, each atomically. @throws `files.disk_too_small` */
export function writeAdapter(directory: string, adapter: LoraAdapter): void {
  ensureDirectory(directory);
  const tensors = [...adapter.modules].flatMap(([name, { a, b, r, inFeatures, outFeatures }]) => [
    { name: `${PREFIX}${name}.lora_A.weight`, dtype: "F32" as const, shape: [r, inFeatures], bytes: () => f32ToBytes(a) },
    { name: `${PREFIX}${name}.lora_B.weight`, dtype: "F32" as const, shape: [outFeatures, r], bytes: () => f32ToBytes(b) },
  ]);
  writeSafetensors(join(directory, WEIGHTS), tensors);
  writeJson(join(directory, CONFIG), adapterConfigJson(adapter));
}

function readModules(directory: string, file: SafetensorsFile, config: AdapterConfig): ReadonlyMap<string, LoraModule> {
  const places = new Map<string, { A?: string; B?: string }>();
  for (const tensorName of file.tensors.keys()) {
    const [, name, part] = /^base_model\.model\.(.+)\.lora_([AB])(?:\.[^.]+)?\.weight$/.exec(tensorName) ?? [];
    if (name === undefined || part === undefined) {
      throw adapterUnusable(directory, `it holds ${tensorName}, which is not a LoRA matrix`, "Merge it with PEFT (merge_and_unload) and use the merged model.");
    }
    places.set(name, { ...places.get(name), [part]: tensorName });
  }
  if (places.size === 0) throw adapterUnusable(directory, "it holds no LoRA matrices", "Download the adapter again.");
  return new Map([...places].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([name, { A, B }]) => {
    if (A === undefined || B === undefined) throw adapterUnusable(directory, `${name} has only one of its two matrices`, "Download the adapter again.");
    return [name, readModule(directory, file, name, A, B, config)];
  }));
}

function readModule(directory: string, file: SafetensorsFile, name: string, a: string, b: string, config: AdapterConfig): LoraModule {
  const [r, inFeatures] = matrixShape(directory, file, a);
  const [outFeatures, rOfB] = matrixShape(directory, file, b);
  const settings = config.settingsOf(name);
  if (r !== rOfB || r !== settings.r) throw adapterUnusable(directory, `the matrices of ${name} have the ranks ${r} and ${rOfB}, the configuration says ${settings.r}`, "Download the adapter again.");
  return { a: readFloats(directory, file, a), b: readFloats(directory, file, b), inFeatures, outFeatures, r, scale: loraScale({ r, alpha: settings.alpha, useRslora: config.useRslora }) };
}

function matrixShape(directory: string, file: SafetensorsFile, name: string): readonly [number, number] {
  const shape = file.tensors.get(name)?.shape ?? [];
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined || rows * columns === 0) throw adapterUnusable(directory, `${name} has the shape [${shape.join(", ")}], not that of a matrix`, "Download the adapter again.");
  return [rows, columns];
}

function readFloats(directory: string, file: SafetensorsFile, name: string): Float32Array {
  const dtype = file.tensors.get(name)?.dtype;
  const bytes = file.read(name);
  if (dtype === "F32") return bytesToF32(bytes);
  if (dtype === "F16") return f16ToF32(bytes);
  if (dtype === "BF16") return bf16ToF32(bytes);
  throw adapterUnusable(directory, `${name} is stored as ${String(dtype)}, F32, F16 and BF16 can be read`, "Save the adapter in F32.");
}

function noWeights(directory: string) {
  const pickle = listDirectory(directory).files.find((name) => name.endsWith(".bin"));
  if (pickle === undefined) return adapterUnusable(directory, `it has no ${WEIGHTS}`, "Download the adapter again.");
  return adapterUnusable(directory, `its weights are in ${pickle}, a pickle file, which can run code when read`, "Save the adapter again with a current PEFT, which writes safetensors.");
}
