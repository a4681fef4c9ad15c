import type { ParameterSpec } from "../ggml/index.ts";
import type { LlamaConfig, LoraAdapter, LoraModule } from "./types.ts";
import { randomStream } from "./random.ts";

/** The seven linear layers of a Llama block, in the order of computation. */
export const LINEAR_MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const;
export type LinearModule = (typeof LINEAR_MODULES)[number];

export interface LoraSettings {
  readonly r: number;
  readonly alpha: number;
  /** Probability that an element of the adapter's input is dropped while training. */
  readonly dropout: number;
  readonly targetModules: readonly LinearModule[];
  /** Scale by alpha/√r instead of alpha/r (Kalajdzievski 2023, arXiv:2312.03732). Default false. */
  readonly useRslora?: boolean;
}

/** alpha / r, or alpha / √r. */
export function loraScale({ r, alpha, useRslora }: Pick<LoraSettings, "r" | "alpha" | "useRslora">): number {
  return alpha / (useRslora === true ? Math.sqrt(r) : r);
}

/** `model.layers.3.self_attn.q_proj` */
export function moduleName(layer: number, module: LinearModule): string {
  return `model.layers.${layer}.${isMlp(module) ? "mlp" : "self_attn"}.${module}`;
}

/** `[out, in]` of a linear layer. */
export function moduleShape(config: LlamaConfig, module: LinearModule): readonly [number, number] {
  const { hiddenSize: D, intermediateSize: F, headDim: K, headCount: H, kvHeadCount: G } = config;
  const shapes: Readonly<Record<LinearModule, readonly [number, number]>> = {
    q_proj: [H * K, D],
    k_proj: [G * K, D],
    v_proj: [G * K, D],
    o_proj: [D, H * K],
    gate_proj: [F, D],
    up_proj: [F, D],
    down_proj: [D, F],
  };
  return shapes[module];
}

/**
 * Fresh adapter parameters, named `<module>.lora_A` `[r in]` and `<module>.lora_B` `[out r]`. A is Kaiming-uniform with a = √5, that is
 * uniform in ±1/√in, and B zero, as PEFT starts them; each tensor has its own random stream.
 */
export function loraParameters(config: LlamaConfig, settings: LoraSettings, seed: number): readonly ParameterSpec[] {
  return eachModule(config, settings).flatMap(({ name, shape: [out, inner] }) => {
    const uniform = randomStream(seed, "lora_A", name);
    const bound = 1 / Math.sqrt(inner);
    return [
      { name: `${name}.lora_A`, shape: [settings.r, inner], initial: Float32Array.from({ length: settings.r * inner }, () => bound * (2 * uniform() - 1)) },
      { name: `${name}.lora_B`, shape: [out, settings.r], initial: new Float32Array(out * settings.r) },
    ] satisfies ParameterSpec[];
  });
}

/** The adapter made of trained values. */
export function adapterFrom(config: LlamaConfig, settings: LoraSettings, values: ReadonlyMap<string, Float32Array>, baseModel: string): LoraAdapter {
  const scale = loraScale(settings);
  const modules = new Map<string, LoraModule>();
  for (const { name, shape: [outFeatures, inFeatures] } of eachModule(config, settings)) {
    const a = values.get(`${name}.lora_A`);
    const b = values.get(`${name}.lora_B`);
    if (a === undefined || b === undefined) throw new RangeError(`internal: no trained values for ${name}`);
    modules.set(name, { a, b, inFeatures, outFeatures, r: settings.r, scale });
  }
  const { r, alpha, dropout, targetModules } = settings;
  return { r, alpha, dropout, targetModules, baseModel, useRslora: settings.useRslora === true, scale, modules };
}

function eachModule(config: LlamaConfig, settings: LoraSettings) {
  return Array.from({ length: config.layerCount }, (_, layer) => layer).flatMap((layer) =>
    LINEAR_MODULES.filter((module) => settings.targetModules.includes(module)).map((module) => ({
      name: moduleName(layer, module),
      shape: moduleShape(config, module),
    })),
  );
}

function isMlp(module: LinearModule): boolean {
  return module === "gate_proj" || module === "up_proj" || module === "down_proj";
}
