import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillAdapter } from "../../../test/helpers/fill-adapter.ts";
import { randomRows, writeTinyLlama } from "../../../test/helpers/tiny-llama.ts";
import { openBackend, type Backend } from "../ggml/index.ts";
import { LINEAR_MODULES } from "./lora.ts";
import { openModel } from "./open.ts";
import { bucketLength, createFullModel, createLoraModel, parameterCount, type TrainingModel } from "./training-model.ts";
import { supervisedTokens, type TrainingRow } from "./training-step.ts";
import type { BaseType } from "./training-weights.ts";
import type { LlamaConfig, WeightSource } from "./types.ts";

const rows = randomRows(2, 16);
const options = { batch: 2, maxTime: 16, recompute: false, seed: 1, optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } };

let backend: Backend;
let folder: string;
let source: WeightSource;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
  source = openModel(writeTinyLlama(folder, { intermediateSize: 80 }));
});
afterAll(() => {
  source.close();
  backend.dispose();
  rmSync(folder, { recursive: true });
});

describe("a row", () => {
  it("is padded to the next of few lengths", () => {
    expect([1, 16, 17, 128, 129, 256, 257, 512, 513].map(bucketLength)).toEqual([16, 16, 32, 128, 160, 256, 320, 512, 640]);
  });

  it("supervises its labels but the first, which nothing precedes", () => {
    expect(supervisedTokens({ ids: [1, 2, 3, 4], labels: [1, -100, 3, 4] })).toBe(2);
    expect(supervisedTokens({ ids: [1], labels: [1] })).toBe(0);
  });
});

describe("a fully trained model", () => {
  it("starts from the values of its source, all of them", () => {
    const model = createFullModel(backend, source.config, source, options);
    const values = model.optimizer.readValues();
    expect([...values.keys()].sort()).toEqual([...source.names].sort());
    for (const name of source.names) expect(values.get(name), name).toEqual(source.readF32(name));
    expect(model.trainableCount).toBe(parameterCount(source.config));
    expect(() => model.adapter("base")).toThrow("internal: a fully trained model has no adapter");
    model.dispose();
  });

  it("starts from scratch near the loss of a guess, and learns", async () => {
    const model = createFullModel(backend, source.config, undefined, options);
    const guess = Math.log(source.config.vocabSize);
    const tokens = rows.reduce((sum, row) => sum + supervisedTokens(row), 0);
    const losses: number[] = [];
    for (let step = 0; step < 8; step += 1) {
      losses.push(await model.accumulate(rows, tokens, 0));
      await model.optimizer.step(1e-2, 1, 1);
    }
    expect(Math.abs(losses[0]! - guess)).toBeLessThan(0.1);
    expect(losses.at(-1)).toBeLessThan(0.8 * guess);
    model.dispose();
  });

  it("computes with 8-bit products about what it computes exactly", async () => {
    const [exact, rough] = [createFullModel(backend, source.config, source, options), createFullModel(backend, source.config, source, { ...options, compute: "q8_0" })];
    const [a, b] = [await exact.evaluate(rows), await rough.evaluate(rows)];
    expect(Math.abs(a.nll - b.nll) / a.nll).toBeLessThan(0.02);
    for (const model of [exact, rough]) model.dispose();
  });
});

describe("a model with an adapter", () => {
  it("is the base until it is trained", async () => {
    const [adapted, full] = [makeLora("f32"), createFullModel(backend, source.config, source, options)];
    expect((await adapted.evaluate(rows)).nll).toBeCloseTo((await full.evaluate(rows)).nll, 3);
    expect(adapted.totalCount - adapted.trainableCount).toBe(parameterCount(source.config));
    for (const model of [adapted, full]) model.dispose();
  });

  it("drops by the seed it is given while it trains, and never when it is evaluated", async () => {
    const model = makeLora("f32", 0.5);
    fillAdapter(model.optimizer, 0.3);
    const losses: number[] = [];
    for (const seed of [1, 2, 1]) losses.push(await model.accumulate(rows, 1, seed));
    expect(losses[2]).toBe(losses[0]);
    expect(losses[1]).not.toBe(losses[0]);
    const plain = makeLora("f32", 0);
    fillAdapter(plain.optimizer, 0.3);
    expect((await model.evaluate(rows)).nll).toBe((await plain.evaluate(rows)).nll);
    for (const each of [model, plain]) each.dispose();
  });

  it("holds a matrix whose rows are not whole blocks in a wider type", () => {
    const wide = makeLora("q4_k");
    expect(Object.fromEntries(wide.types)).toEqual({ q8_0: 2 + 2 * 6, f32: 2 });
    wide.dispose();
  });

  it("skips a step whose gradient is not finite, and is as it was", async () => {
    const model = makeLora("q8_0");
    fillAdapter(model.optimizer, 0.1);
    const before = model.optimizer.save();
    await model.accumulate(rows, 0, 0);
    const { taken, gradientNorm } = await model.optimizer.step(1e-2, 1 / model.lossScale, 1);
    expect([taken, Number.isFinite(gradientNorm)]).toEqual([false, false]);
    expect(model.optimizer.save()).toEqual(before);
    expect([...model.optimizer.readGradients().values()].every((values) => values.every((value) => value === 0))).toBe(true);
    model.dispose();
  });

  it("makes room for a row longer than it was planned for", async () => {
    const model = makeLora("f32");
    expect((await model.evaluate(randomRows(1, 40))).tokens).toBeGreaterThan(0);
    model.dispose();
  });
});

describe("attention within a window", () => {
  it("does not see further back than the window", async () => {
    const windowed: LlamaConfig = { ...source.config, slidingWindow: 4, layerCount: 1 };
    const seen = async (config: LlamaConfig, changed: number) => {
      const model = createFullModel(backend, config, source, options);
      const row = (first: number): TrainingRow => ({ ids: rows[0]!.ids.slice(0, 11).with(changed, first), labels: Array.from({ length: 11 }, (_, at) => (at === 10 ? 100 : -100)) });
      const [a, b] = [await model.evaluate([row(97)]), await model.evaluate([row(122)])];
      model.dispose();
      return a.nll !== b.nll;
    };
    // The last supervised token is predicted from position 9, which sees positions 6 to 9.
    expect([await seen(windowed, 5), await seen(windowed, 6)]).toEqual([false, true]);
    expect(await seen({ ...windowed, slidingWindow: undefined }, 0)).toBe(true);
  });
});

function makeLora(base: BaseType, dropout = 0): TrainingModel {
  return createLoraModel(backend, source, base, { r: 4, alpha: 8, dropout, targetModules: LINEAR_MODULES }, options);
}
