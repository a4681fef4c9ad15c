import { expect, it } from "vitest";
import { adapterFrom, LINEAR_MODULES, loraParameters, loraScale, moduleName, moduleShape, type LoraSettings } from "./lora.ts";
import type { LlamaConfig } from "./types.ts";

const config: LlamaConfig = {
  vocabSize: 32, hiddenSize: 24, intermediateSize: 40, layerCount: 2, headCount: 3, kvHeadCount: 1, headDim: 8, normEpsilon: 1e-5, ropeTheta: 10_000, tiedEmbeddings: true, contextLength: 64, eosIds: [0],
};
const settings: LoraSettings = { r: 4, alpha: 16, dropout: 0.1, targetModules: ["down_proj", "q_proj"] };

it("scales by alpha / r, or by alpha / √r when rank-stabilized", () => {
  expect(loraScale(settings)).toBe(4);
  expect(loraScale({ ...settings, useRslora: true })).toBe(8);
});

it("knows the name and shape of every linear layer", () => {
  expect(LINEAR_MODULES.map((module) => [moduleName(1, module), moduleShape(config, module)])).toEqual([
    ["model.layers.1.self_attn.q_proj", [24, 24]],
    ["model.layers.1.self_attn.k_proj", [8, 24]],
    ["model.layers.1.self_attn.v_proj", [8, 24]],
    ["model.layers.1.self_attn.o_proj", [24, 24]],
    ["model.layers.1.mlp.gate_proj", [40, 24]],
    ["model.layers.1.mlp.up_proj", [40, 24]],
    ["model.layers.1.mlp.down_proj", [24, 40]],
  ]);
});

it("starts A uniform in ±1/√in and B at zero, for the chosen layers in the order of computation", () => {
  const parameters = loraParameters(config, settings, 1);
  expect(parameters.map(({ name, shape }) => [name, shape])).toEqual(
    [0, 1].flatMap((layer) => [
      [`model.layers.${layer}.self_attn.q_proj.lora_A`, [4, 24]],
      [`model.layers.${layer}.self_attn.q_proj.lora_B`, [24, 4]],
      [`model.layers.${layer}.mlp.down_proj.lora_A`, [4, 40]],
      [`model.layers.${layer}.mlp.down_proj.lora_B`, [24, 4]],
    ]),
  );
  for (const { name, shape, initial } of parameters) {
    const bound = name.endsWith("lora_A") ? Math.fround(1 / Math.sqrt(shape[1])) : 0;
    const largest = Math.max(...initial.map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    if (bound > 0) expect(largest).toBeGreaterThan(0.9 * bound);
  }
});

it("starts a layer the same whatever other layers are chosen", () => {
  const startOf = (targetModules: LoraSettings["targetModules"]) => loraParameters(config, { ...settings, targetModules }, 1).find(({ name }) => name === "model.layers.1.mlp.down_proj.lora_A")?.initial;
  expect(startOf(LINEAR_MODULES)).toEqual(startOf(["down_proj"]));
  expect(loraParameters(config, settings, 2)[0]?.initial).not.toEqual(loraParameters(config, settings, 1)[0]?.initial);
});

it("makes an adapter of trained values, and none of missing ones", () => {
  const values = new Map(loraParameters(config, settings, 1).map(({ name, initial }) => [name, initial]));
  const adapter = adapterFrom(config, settings, values, "base");
  expect(adapter).toMatchObject({ r: 4, alpha: 16, dropout: 0.1, baseModel: "base", useRslora: false, scale: 4 });
  expect(adapter.modules.get("model.layers.1.mlp.down_proj")).toMatchObject({ inFeatures: 40, outFeatures: 24, r: 4, scale: 4, a: values.get("model.layers.1.mlp.down_proj.lora_A") });
  values.delete("model.layers.0.self_attn.q_proj.lora_B");
  expect(() => adapterFrom(config, settings, values, "base")).toThrow("internal: no trained values for model.layers.0.self_attn.q_proj");
});
