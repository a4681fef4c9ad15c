// A LoRA adapter as GGUF. At run time llama.cpp scales B · A by alpha / rank, and knows nothing of rsLoRA or of alphas of single modules;
// so alpha is written to give the true scale, and what differs between modules is multiplied into B.
import { basename } from "node:path";
import { ggufNumber, ggufText, writeGguf, type GgufTensorSource, type GgufValue } from "../gguf/index.ts";
import { isEmbeddingModule, transpose } from "./adapter-tensors.ts";
import { architectureOf } from "./architectures.ts";
import { cannotExport } from "./errors.ts";
import { f32ToBytes } from "./floats.ts";
import { checkAdapter } from "./merge.ts";
import { isRotated, permuteHeadRows } from "./permute.ts";
import { provenanceMetadata, type Provenance } from "./provenance.ts";
import { modelTensors } from "./tensor-names.ts";
import type { LlamaConfig, LoraAdapter, LoraModule } from "./types.ts";

/**
 * Writes the adapter for a model with this configuration, in f32.
 * @throws `models.adapter_mismatch`, `files.disk_too_small`, `models.cannot_export` for what an adapter in GGUF cannot hold: whole weights,
 *   DoRA, and an embedding or head that are one weight in the model
 */
export function convertAdapterToGguf(adapter: LoraAdapter, config: LlamaConfig, path: string, provenance: Provenance = {}): void {
  checkAdapter(adapter, config);
  refuseUnspeakable(adapter, config, path);
  const alpha = runtimeAlpha(adapter);
  const names = new Map(modelTensors(config).map(({ name, gguf }) => [name, gguf]));
  const metadata = new Map<string, GgufValue>([
    ["general.architecture", ggufText(architectureOf(config).gguf)],
    ["general.type", ggufText("adapter")],
    ["general.name", ggufText(basename(path).replace(/\.gguf$/, ""))],
    ["general.quantization_version", ggufNumber(2)],
    ["adapter.type", ggufText("lora")],
    ["adapter.lora.alpha", ggufNumber(alpha, "f32")],
    ...provenanceMetadata(provenance, { base_model: adapter.baseModel, ...provenance }),
  ]);
  writeGguf(path, { metadata, tensors: [...adapter.modules].flatMap(([name, module]) => pair(names.get(`${name}.weight`) ?? name, name, module, alpha, config)) });
}

function refuseUnspeakable(adapter: LoraAdapter, config: LlamaConfig, path: string): void {
  const refuse = (what: string) => cannotExport(path, `${what}, which an adapter in GGUF cannot hold`, "Merge the adapter and convert the merged model.");
  const [whole] = adapter.replaced?.keys() ?? [];
  if (whole !== undefined) throw refuse(`the adapter brings ${whole} whole`);
  for (const [name, { magnitude }] of adapter.modules) {
    if (magnitude !== undefined) throw refuse(`${name} is adapted by DoRA`);
    if (config.tiedEmbeddings && (isEmbeddingModule(name) || name === "lm_head")) throw refuse(`it adapts ${name}, but embedding and head are one weight in the model`);
  }
}

/** alpha such that alpha / rank is the scale; 0 would mean "scale 1" to llama.cpp. */
function runtimeAlpha(adapter: LoraAdapter): number {
  const alpha = adapter.scale * adapter.r;
  return alpha === 0 ? 1 : alpha;
}

function pair(gguf: string, name: string, { a, b, r, inFeatures, outFeatures, scale }: LoraModule, alpha: number, config: LlamaConfig): readonly GgufTensorSource[] {
  const ownFactor = (scale * r) / alpha;
  const scaled = (): Float32Array => (Math.abs(ownFactor - 1) < 1e-9 ? b : b.map((value) => value * ownFactor));
  const tensor = (part: "a" | "b", shape: readonly number[], values: () => Float32Array): GgufTensorSource => ({ name: `${gguf}.lora_${part}`, shape, type: "f32", bytes: () => f32ToBytes(values()) });
  // The rows of an embedding are looked up in A: the two change places.
  if (isEmbeddingModule(name)) return [tensor("a", [outFeatures, r], scaled), tensor("b", [inFeatures, r], () => transpose(a, r))];
  return [
    tensor("a", [r, inFeatures], () => a),
    tensor("b", [outFeatures, r], () => (isRotated(name, config) ? permuteHeadRows(scaled(), r, config.headDim) : scaled())),
  ];
}
