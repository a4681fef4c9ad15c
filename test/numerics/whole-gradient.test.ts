// The gradient of the whole model against central finite differences of its loss: grouped-query attention, rows of different length with masked
// prompts, a batch that is not full, layers kept and layers recomputed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBackend, type Backend } from "../../src/engine/ggml/index.ts";
import { createFullModel, createLoraModel, LINEAR_MODULES, openModel, supervisedTokens, type TrainingModel } from "../../src/engine/models/index.ts";
import { normalStream, randomStream } from "../../src/engine/models/random.ts";
import { randomRows, writeTinyLlama } from "../helpers/tiny-llama.ts";
import { fillAdapter } from "../helpers/fill-adapter.ts";

const TOLERANCE = 1e-3;
const rows = randomRows(3, 14);
const tokens = rows.reduce((sum, row) => sum + supervisedTokens(row), 0);
const options = { batch: 4, maxTime: 16, seed: 1, optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } };
const DROPOUT_SEED = 5;

let backend: Backend;
let folder: string;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
});
afterAll(() => {
  backend.dispose();
  rmSync(folder, { recursive: true });
});

describe.each([
  { recompute: false, dropout: 0, tied: true },
  { recompute: true, dropout: 0, tied: false },
  { recompute: true, dropout: 0.3, tied: false },
])("of an adapter, $recompute recomputation, dropout $dropout, tied $tied", ({ recompute, dropout, tied }) => {
  it("agrees along every A and along every B", async () => {
    const source = openModel(writeTinyLlama(join(folder, `lora-${String(tied)}`), { tied, ropeScaling: "llama3" }));
    const model = createLoraModel(backend, source, "f32", { r: 4, alpha: 8, dropout, targetModules: LINEAR_MODULES }, { ...options, recompute });
    fillAdapter(model.optimizer, 0.1);
    expect(await relativeError(model, (name) => name.endsWith("lora_A"))).toBeLessThan(TOLERANCE);
    expect(await relativeError(model, (name) => name.endsWith("lora_B"))).toBeLessThan(TOLERANCE);
    model.dispose();
    source.close();
  });
});

describe.each([
  { recompute: false, tied: false },
  { recompute: true, tied: true },
])("of all weights, $recompute recomputation, tied $tied", ({ recompute, tied }) => {
  it.each(["embed_tokens", "norm", ...LINEAR_MODULES, ...(tied ? [] : ["lm_head"])])("agrees along %s", async (part) => {
    const source = openModel(writeTinyLlama(join(folder, `full-${String(tied)}`), { tied }));
    const model = createFullModel(backend, source.config, source, { ...options, recompute });
    expect(await relativeError(model, (name) => name.includes(part))).toBeLessThan(TOLERANCE);
    model.dispose();
    source.close();
  });
});

/** Of the derivative of the mean loss along a direction through the chosen parameters, turned towards the gradient so that rounding does not drown it. */
async function relativeError(model: TrainingModel, chosen: (name: string) => boolean): Promise<number> {
  const values = model.optimizer.readValues();
  const before = model.optimizer.readGradients();
  await model.accumulate(rows, tokens, DROPOUT_SEED);
  const gradient = new Map([...model.optimizer.readGradients()].map(([name, all]) => [name, all.map((value, index) => value - before.get(name)![index]!)] as const));
  const names = [...values.keys()].filter(chosen);
  expect(names.length).toBeGreaterThan(0);
  const length = Math.sqrt(names.reduce((sum, name) => sum + gradient.get(name)!.reduce((squares, value) => squares + value * value, 0), 0));
  const size = Math.sqrt(names.reduce((sum, name) => sum + values.get(name)!.length, 0));
  const direction = new Map(names.map((name) => {
    const normal = normalStream(randomStream(3, name));
    return [name, gradient.get(name)!.map((value) => value / length + (0.5 * normal()) / size)] as const;
  }));
  const lossAt = async (amount: number): Promise<number> => {
    model.optimizer.writeValues(new Map([...values].map(([name, all]) => [name, all.map((value, index) => value + amount * (direction.get(name)?.[index] ?? 0))])));
    return model.accumulate(rows, 1, DROPOUT_SEED);
  };
  const step = 2e-3 / length;
  const measured = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step * tokens);
  model.optimizer.writeValues(values);
  const expected = names.reduce((sum, name) => sum + gradient.get(name)!.reduce((dot, value, index) => dot + value * direction.get(name)![index]!, 0), 0);
  return Math.abs(measured - expected) / Math.abs(expected);
}
