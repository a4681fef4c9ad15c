// LoRA on frozen bases of every type: made from a full-precision model, and read from GGUF files. Gradients against those on the same weights in f32.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dequantizeRows, openBackend, quantizeRows, type Backend } from "../../src/engine/ggml/index.ts";
import { convertToGguf, createLoraModel, LINEAR_MODULES, openModel, supervisedTokens, type BaseType, type ConversionType, type TrainingModel, type WeightSource } from "../../src/engine/models/index.ts";
import { randomRows, writeTinyLlama } from "../helpers/tiny-llama.ts";
import { fillAdapter } from "../helpers/fill-adapter.ts";

const rows = randomRows(2, 16);
const tokens = rows.reduce((sum, row) => sum + supervisedTokens(row), 0);

let backends: readonly Backend[];
let folder: string;
let base: string;
beforeAll(() => {
  backends = [1, 2].map((threads) => openBackend({ device: "cpu", threads }));
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
  base = writeTinyLlama(join(folder, "base"), { hiddenSize: 256, intermediateSize: 256, tied: true });
});
afterAll(() => {
  for (const source of converted.values()) source.close();
  for (const backend of backends) backend.dispose();
  rmSync(folder, { recursive: true });
});

describe.each(["f32", "q8_0", "q4_0", "q4_k"] as const)("a base that is made %s", (type) => {
  it("trains, and its first steps are the same bits with two threads", async () => {
    const source = openModel(base);
    const one = await train(backends[0]!, source, type, type, 5);
    const two = await train(backends[1]!, source, type, type, 2);
    expect(two.losses).toEqual(one.losses.slice(0, 2));
    expect(two.valuesAt[1]).toBe(one.valuesAt[1]);
    expectLearned(one.losses);
    source.close();
  });
});

describe.each(["q8_0", "q4_0", "q4_k", "q5_k", "q6_k"] as const)("a GGUF base in %s", (type) => {
  it("is held as it is stored, and trains", async () => {
    expectLearned((await train(backends[0]!, openConverted(type), "auto", type, 5)).losses);
  });
});

describe.each(["f16", "bf16"] as const)("a GGUF base in %s", (type) => {
  it("becomes a 4-bit base unless another type is asked for", async () => {
    for (const [load, held] of [["auto", "q4_k"], ["f32", "f32"], [type, type]] as const) {
      expectLearned((await train(backends[0]!, openConverted(type), load, held, 5)).losses);
    }
  });
});

describe("gradients of an adapter on a quantized base", () => {
  it.each([
    ["f16", "f16"], ["bf16", "bf16"], ["q8_0", "q8_0"], ["q4_0", "q4_0"], ["q4_k", "q4_k"], ["q5_k", "auto"], ["q6_k", "auto"],
  ] as const)("point where those on the same weights in f32 point: %s", async (type, load) => {
    const source = openModel(base);
    const stored = load === "auto" ? openConverted(type) : source;
    const gradients = await gradientOf(stored, load);
    const exact = await gradientOf(rounded(stored, type), "f32");
    expect(cosine(gradients, exact)).toBeGreaterThan(0.995);
    source.close();
  });
});

/** Losses of the steps on one batch, and a text of all trained bits after each. */
async function train(backend: Backend, source: WeightSource, load: BaseType, held: ConversionType, steps: number) {
  const model = makeModel(backend, source, load, 0.1);
  expect(model.types.get(held)).toBeGreaterThanOrEqual(source.config.layerCount * LINEAR_MODULES.length);
  const losses: number[] = [];
  const valuesAt: string[] = [];
  for (let step = 0; step < steps; step += 1) {
    losses.push(await model.accumulate(rows, tokens, step));
    await model.optimizer.step(2e-2, 1 / model.lossScale, 1);
    valuesAt.push([...model.optimizer.readValues().values()].map((values) => Buffer.from(values.buffer).toString("base64")).join());
  }
  model.dispose();
  return { losses, valuesAt };
}

function expectLearned(losses: readonly number[]): void {
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) - 0.2);
}

async function gradientOf(source: WeightSource, load: BaseType): Promise<Float32Array> {
  const model = makeModel(backends[0]!, source, load, 0);
  fillAdapter(model.optimizer, 0.05);
  await model.accumulate(rows, tokens, 0);
  const gradients = Float32Array.from([...model.optimizer.readGradients().values()].flatMap((values) => [...values]));
  model.dispose();
  return gradients;
}

function makeModel(backend: Backend, source: WeightSource, load: BaseType, dropout: number): TrainingModel {
  const lora = { r: 4, alpha: 8, dropout, targetModules: LINEAR_MODULES };
  return createLoraModel(backend, source, load, lora, { batch: 2, maxTime: 16, recompute: false, seed: 1, optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 } });
}

const converted = new Map<ConversionType, WeightSource>();

function openConverted(type: ConversionType): WeightSource {
  const known = converted.get(type);
  if (known !== undefined) return known;
  const path = join(folder, `${type}.gguf`);
  const source = openModel(base);
  convertToGguf(source, path, { type });
  source.close();
  const opened = openModel(path);
  converted.set(type, opened);
  return opened;
}

/** The values a base of `type` really multiplies with, as f32: layers in that type, the embedding in 8 bits where the engine keeps it so. */
function rounded(source: WeightSource, type: ConversionType): WeightSource {
  return {
    ...source,
    info: (name) => ({ ...source.info(name), type: "f32" }),
    readF32: (name) => {
      const { shape, type: stored } = source.info(name);
      if (shape.length === 1 || stored === type) return source.readF32(name);
      const held = !name.includes("embed") || type === "f16" ? type : type === "bf16" ? "f32" : "q8_0";
      const values = source.readF32(name);
      return dequantizeRows(held, quantizeRows(held, values, shape[1]!), values.length);
    },
    readRaw: (name) => new Uint8Array(rounded(source, type).readF32(name).buffer),
  };
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, index) => sum + value * y[index]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
