// What a window of micro-batches adds up to: the same gradient however it is cut, and nothing from masked tokens or padding.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBackend, type Backend } from "../../src/engine/ggml/index.ts";
import { createLoraModel, LINEAR_MODULES, openModel, supervisedTokens, type TrainingModel, type TrainingRow, type WeightSource } from "../../src/engine/models/index.ts";
import { createWindows, stepsPerEpoch, type WindowPlan } from "../../src/training/windows.ts";
import { randomRows, writeTinyLlama } from "../helpers/tiny-llama.ts";
import { fillAdapter } from "../helpers/fill-adapter.ts";

const TOLERANCE = 1e-6;
const rows = randomRows(4, 30);
const tokensOf = (some: readonly TrainingRow[]) => some.reduce((sum, row) => sum + supervisedTokens(row), 0);

let backend: Backend;
let folder: string;
let source: WeightSource;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "tunesmith-"));
  source = openModel(writeTinyLlama(folder));
});
afterAll(() => {
  source.close();
  backend.dispose();
  rmSync(folder, { recursive: true });
});

describe("gradient accumulation", () => {
  it("gives the loss and gradient of one large batch when it is cut into single rows", async () => {
    const together = await accumulated(4, [rows]);
    const apart = await accumulated(1, rows.map((row) => [row]));
    expectSame(apart, together);
    expectSame(await accumulated(2, [rows.slice(0, 2), rows.slice(2)]), together);
  });

  it("normalises the smaller last window of an epoch by its own supervised tokens", async () => {
    const plan: WindowPlan = { rowCount: 7, batchSize: 2, accumulation: 2, epochs: 1, maxSteps: 0, seed: 3 };
    const last = createWindows(plan, randomRows(7, 30))(stepsPerEpoch(plan) - 1);
    expect(last.microBatches.map((part) => part.length)).toEqual([2, 1]);
    const found = await accumulated(plan.batchSize, last.microBatches, last.supervisedTokens);
    const model = makeModel(2);
    const parts = [await model.evaluate(last.microBatches[0]!), await model.evaluate(last.microBatches[1]!)] as const;
    model.dispose();
    expect(parts[0].tokens + parts[1].tokens).toBe(last.supervisedTokens);
    expect(found.loss).toBeCloseTo((parts[0].nll + parts[1].nll) / last.supervisedTokens, 6);
    expectSame(found, await accumulated(3, [last.microBatches.flat()]));
  });
});

describe("a masked token", () => {
  it("gives no gradient: prompt and answer together are the sum of each alone", async () => {
    const whole = rows.map(({ ids }) => ({ ids, labels: ids }));
    const promptOnly = rows.map(({ ids, labels }) => ({ ids, labels: ids.map((id, at) => (labels[at] === -100 ? id : -100)) }));
    const tokens = tokensOf(whole);
    const [all, prompt, answer] = [await accumulated(4, [whole], tokens), await accumulated(4, [promptOnly], tokens), await accumulated(4, [rows], tokens)];
    expectSame({ loss: prompt.loss + answer.loss, gradient: prompt.gradient.map((value, index) => value + answer.gradient[index]!) }, all);
    expect(tokensOf(promptOnly) + tokensOf(rows)).toBe(tokens);
  });

  it("gives no gradient when all are masked", async () => {
    const silent = rows.map(({ ids }) => ({ ids, labels: ids.map(() => -100) }));
    const { loss, gradient } = await accumulated(4, [silent], 1);
    expect(loss).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
  });
});

describe("padding", () => {
  it("changes neither loss nor gradient: a short row beside a long one is as it is alone", async () => {
    const [short, long] = [randomRows(1, 9, 5), randomRows(1, 60, 6)];
    const tokens = tokensOf([...short, ...long]);
    expectSame(await accumulated(1, [short, long], tokens), await accumulated(2, [[...short, ...long]], tokens));
    expectSame(await accumulated(4, [[...short, ...long]], tokens), await accumulated(2, [[...short, ...long]], tokens));
  });

  it("does not count in the loss and accuracy of an evaluation", async () => {
    const model = makeModel(4);
    const [one, other] = [await model.evaluate(rows.slice(0, 1)), await model.evaluate(rows.slice(1))];
    const both = await model.evaluate(rows);
    expect(both.nll / (one.nll + other.nll)).toBeCloseTo(1, 6);
    expect([both.tokens, both.correct]).toEqual([one.tokens + other.tokens, one.correct + other.correct]);
    model.dispose();
  });
});

interface Accumulated {
  readonly loss: number;
  readonly gradient: Float32Array;
}

async function accumulated(batch: number, microBatches: readonly (readonly TrainingRow[])[], windowTokens = tokensOf(microBatches.flat())): Promise<Accumulated> {
  const model = makeModel(batch);
  let loss = 0;
  for (const part of microBatches) loss += await model.accumulate(part, windowTokens, 0);
  const gradient = Float32Array.from([...model.optimizer.readGradients().values()].flatMap((values) => [...values]));
  model.dispose();
  return { loss, gradient };
}

function makeModel(batch: number): TrainingModel {
  const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
  const model = createLoraModel(backend, source, "f32", { r: 4, alpha: 8, dropout: 0, targetModules: LINEAR_MODULES }, { batch, maxTime: 64, recompute: false, seed: 1, optimizer });
  fillAdapter(model.optimizer, 0.1);
  return model;
}

function expectSame(found: Accumulated, wanted: Accumulated): void {
  const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  expect(Math.abs(found.loss - wanted.loss)).toBeLessThan(TOLERANCE * wanted.loss);
  expect(norm(found.gradient.map((value, index) => value - wanted.gradient[index]!))).toBeLessThan(TOLERANCE * norm(wanted.gradient));
}
