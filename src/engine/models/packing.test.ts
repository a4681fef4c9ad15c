import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillAdapter } from "../../../test/helpers/fill-adapter.ts";
import { randomRows, writeTinyLlama } from "../../../test/helpers/tiny-llama.ts";
import { openBackend, type Backend } from "../ggml/index.ts";
import { LINEAR_MODULES, type LinearModule } from "./lora.ts";
import { openModel } from "./open.ts";
import { createFullModel, createLoraModel, type TrainingModel } from "./training-model.ts";
import { supervisedTokens, type TrainingRow } from "./training-step.ts";
import type { LlamaConfig, WeightSource } from "./types.ts";

/** Nine rows of 11 to 31 tokens, the same in three sequences, the second of which is not full; all of one row's labels count but its first. */
const rows: readonly TrainingRow[] = [...randomRows(5, 31, 3), ...randomRows(4, 20, 4)].map((row, index) => (index === 1 ? { ...row, labels: row.ids } : row));
const packs: readonly TrainingRow[] = [[0, 1, 8, 7], [4], [2, 3, 5, 6]].map((members) => pack(members.map((index) => rows[index]!)));

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

describe("packed rows", () => {
  it("have the loss and every gradient of the same rows by themselves", async () => {
    await expectSame((batch) => createFullModel(backend, source.config, source, options(batch)));
  });

  it("have them with layers recomputed, scaled frequencies and a sliding window", async () => {
    const config: LlamaConfig = { ...source.config, slidingWindow: 9, ropeScaling: { type: "linear", factor: 2 } };
    await expectSame((batch) => createFullModel(backend, config, source, { ...options(batch), recompute: true }));
  });

  it.each<readonly [string, readonly LinearModule[]]>([["every linear layer", LINEAR_MODULES], ["the queries alone", ["q_proj"]], ["what follows attention", ["o_proj", "down_proj"]]])("have them with an adapter of %s", async (_what, targetModules) => {
    await expectSame((batch) => {
      const model = createLoraModel(backend, source, "f32", { r: 4, alpha: 8, dropout: 0, targetModules }, options(batch));
      fillAdapter(model.optimizer, 0.2);
      return model;
    });
  });

  it("are evaluated as by themselves", async () => {
    const [apart, packed] = [createFullModel(backend, source.config, source, options(9)), createFullModel(backend, source.config, source, options(3))];
    const [a, b] = [await apart.evaluate(rows), await packed.evaluate(packs)];
    expect(b).toMatchObject({ tokens: a.tokens, correct: a.correct });
    expect(Math.abs(a.nll - b.nll) / a.nll).toBeLessThan(1e-5);
    for (const model of [apart, packed]) model.dispose();
  });

  it("do not see one another", async () => {
    const model = createFullModel(backend, source.config, source, options(1));
    const last = (first: number): TrainingRow => ({ ids: [first, 98, 99, 100, 101, 102], labels: [-100, -100, -100, -100, -100, 102], starts: [0, 3] });
    const [a, b] = [await model.evaluate([last(97)]), await model.evaluate([last(120)])];
    expect(b.nll).toBe(a.nll);
    const joined = await model.evaluate([{ ...last(97), starts: undefined }]);
    expect(Math.abs(joined.nll - a.nll)).toBeGreaterThan(1e-4);
    model.dispose();
  });

  it("supervise what they supervise by themselves", () => {
    const count = (some: readonly TrainingRow[]) => some.reduce((sum, row) => sum + supervisedTokens(row), 0);
    expect(count(packs)).toBe(count(rows));
  });
});

/** Loss and gradients of the packs against those of the rows, to 1e-5 of the largest gradient. */
async function expectSame(make: (batch: number) => TrainingModel): Promise<void> {
  const [apart, packed] = [make(9), make(3)];
  const tokens = rows.reduce((sum, row) => sum + supervisedTokens(row), 0);
  const losses = [await apart.accumulate(rows, tokens, 0), await packed.accumulate(packs, tokens, 0)];
  expect(Math.abs(losses[0]! - losses[1]!) / losses[0]!).toBeLessThan(1e-5);
  const [a, b] = [apart.optimizer.readGradients(), packed.optimizer.readGradients()];
  const largest = Math.max(...[...a.values()].map((values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
  expect(largest).toBeGreaterThan(1e-3);
  for (const [name, values] of a) {
    const worst = values.reduce((most, value, index) => Math.max(most, Math.abs(value - b.get(name)![index]!)), 0);
    expect(worst / largest, name).toBeLessThan(1e-5);
  }
  for (const model of [apart, packed]) model.dispose();
}

function pack(members: readonly TrainingRow[]): TrainingRow {
  const starts = members.map((_, index) => members.slice(0, index).reduce((sum, { ids }) => sum + ids.length, 0));
  return { ids: members.flatMap(({ ids }) => ids), labels: members.flatMap(({ labels }) => labels), starts };
}

function options(batch: number) {
  return { batch, maxTime: 128, recompute: false, seed: 1, optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } };
}
