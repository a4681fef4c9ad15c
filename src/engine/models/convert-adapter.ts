// A LoRA adapter as GGUF. At run time llama.cpp scales B · A by alpha / rank, and knows nothing of rsLoRA or of alphas of single modules;
// so alpha is written to give the true scale, and what differs between modules is multiplied into B.
import { basename } from "node:path";
import { ggufNumber, ggufText, writeGguf, type GgufTensorSource, type GgufValue } from "../gguf/index.ts";
import { architectureOf } from "./architectures.ts";
import { f32ToBytes } from "./floats.ts";
import { checkAdapter } from "./merge.ts";
import { isRotated, permuteHeadRows } from "./permute.ts";
import { modelTensors } from "./tensor-names.ts";
import type { LlamaConfig, LoraAdapter, LoraModule } from "./types.ts";

/** Writes the adapter for a model with this configuration, in f32. @throws `models.adapter_mismatch`, `files.disk_too_small` */
export function convertAdapterToGguf(adapter: LoraAdapter, config: LlamaConfig, path: string): void {
  checkAdapter(adapter, config);
  const alpha = runtimeAlpha(adapter);
  const names = new Map(modelTensors(config).map(({ name, gguf }) => [name, gguf]));
  const metadata = new Map<string, GgufValue>([
    ["general.architecture", ggufText(architectureOf(config).gguf)],
    ["general.type", ggufText("adapter")],
    ["general.name", ggufText(basename(path).replace(/\.gguf$/, ""))],
    ["general.quantization_version", ggufNumber(2)],
    ["adapter.type", ggufText("lora")],
    ["adapter.lora.alpha", ggufNumber(alpha, "f32")],
    ...(adapter.baseModel === "" ? [] : [["general.base_model.count", ggufNumber(1)], ["general.base_model.0.name", ggufText(adapter.baseModel)]] satisfies [string, GgufValue][]),
  ]);
  writeGguf(path, { metadata, tensors: [...adapter.modules].flatMap(([name, module]) => pair(names.get(`${name}.weight`) ?? name, name, module, alpha, config)) });
}

/** alpha such that alpha / rank is the scale; 0 would mean "scale 1" to llama.cpp. */
function runtimeAlpha(adapter: LoraAdapter): number {
  const alpha = adapter.scale * adapter.r;
  return alpha === 0 ? 1 : alpha;
}

function pair(gguf: string, name: string, { a, b, r, inFeatures, outFeatures, scale }: LoraModule, alpha: number, config: LlamaConfig): readonly GgufTensorSource[] {
  const ownFactor = (scale * r) / alpha;
  const scaled = (): Float32Array => (Math.abs(ownFactor - 1) < 1e-9 ? b : b.map((value) => value * ownFactor));
  return [
    { name: `${gguf}.lora_a`, shape: [r, inFeatures], type: "f32", bytes: () => f32ToBytes(a) },
    { name: `${gguf}.lora_b`, shape: [outFeatures, r], type: "f32", bytes: () => f32ToBytes(isRotated(name, config) ? permuteHeadRows(scaled(), r, config.headDim) : scaled()) },
  ];
}
