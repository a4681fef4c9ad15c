// One model in all its forms (adapter on the base and merged, as safetensors and as GGUF) gives one mean negative log-likelihood: in this
// engine, in the llama library, and in PyTorch, whose golden values test/fixtures/golden/make.py made (PyTorch, transformers, PEFT).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBackend, type Backend } from "../../src/engine/ggml/index.ts";
import { loadLlama, type LoadLlamaOptions } from "../../src/engine/llama/index.ts";
import {
  convertAdapterToGguf, convertToGguf, createLoraModel, LINEAR_MODULES, openModel, readAdapter, supervisedTokens, writeAdapter, writeMergedDirectory, type LoraAdapter, type TrainingModel, type WeightSource,
} from "../../src/engine/models/index.ts";
import { readJson } from "../../src/files/index.ts";
import { randomRows, writeTinyLlama, type TinyLlamaOptions } from "../helpers/tiny-llama.ts";

const TOLERANCE = 1e-4;
const FIXTURES = join(import.meta.dirname, "../fixtures/golden");

interface LabelledRow {
  readonly ids: readonly number[];
  /** Below 0: not counted. */
  readonly labels: readonly number[];
}

const trained = randomRows(4, 24);
const labelled: readonly LabelledRow[] = randomRows(3, 72, 9).map(({ ids }) => ({ ids, labels: ids }));

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

const VARIANTS: Readonly<Record<string, TinyLlamaOptions>> = {
  "an output layer of its own": { tied: false },
  "the embedding as output layer": { tied: true, hiddenSize: 128 },
  "rotary frequencies scaled as in Llama 3": { ropeScaling: "llama3", kvHeadCount: 1, seed: 11 },
  "rotary frequencies scaled evenly": { ropeScaling: "linear", kvHeadCount: 4, seed: 12 },
};

describe.each(Object.entries(VARIANTS))("a model with %s", (name, options) => {
  it("has the same negative log-likelihood in every form and either engine", async () => {
    const place = (file: string) => join(folder, name.replaceAll(" ", "-"), file);
    const base = openModel(writeTinyLlama(place("base"), options));
    const model = makeModel(base);
    const untrained = await likelihood(model);
    for (let step = 0; step < 4; step += 1) {
      await model.accumulate(trained, trained.reduce((sum, row) => sum + supervisedTokens(row), 0), step);
      await model.optimizer.step(2e-2, 1, 1);
    }
    const wanted = await likelihood(model);
    expect(Math.abs(wanted - untrained)).toBeGreaterThan(100 * TOLERANCE);

    writeAdapter(place("adapter"), model.adapter("base"));
    model.dispose();
    const adapter = readAdapter(place("adapter"));
    convertToGguf(base, place("base.gguf"), { type: "f32" });
    convertAdapterToGguf(adapter, base.config, place("adapter.gguf"));
    writeMergedDirectory(base, adapter, place("merged"), { dtype: "f32" });
    base.close();
    const merged = openModel(place("merged"));
    convertToGguf(merged, place("merged.gguf"), { type: "f32" });

    const found = {
      "llama, base with adapter": await llamaLikelihood(place("base.gguf"), labelled, { adapters: [{ path: place("adapter.gguf") }] }),
      "llama, merged": await llamaLikelihood(place("merged.gguf"), labelled),
      "this engine, merged directory": await likelihoodOf(merged),
      "this engine, merged GGUF": await likelihoodOf(openModel(place("merged.gguf"))),
    };
    for (const [form, value] of Object.entries(found)) expect(Math.abs(value - wanted), form).toBeLessThan(TOLERANCE);
  });
});

describe("the llama library gives PyTorch's loss", () => {
  it.each(["tied", "untied", "llama3-rope"])("for the %s model as F32 GGUF", async (variant) => {
    const { rows, loss } = readGolden(variant);
    expect(Math.abs((await llamaLikelihood(convert(join(FIXTURES, variant), `${variant}.gguf`), rows)) - loss)).toBeLessThan(TOLERANCE);
  });

  it("for an adapter beside its base, merged into a GGUF, and merged into a directory", async () => {
    const untied = join(FIXTURES, "untied");
    const { rows, adaptedLoss } = readGolden("untied");
    const adapter = readAdapter(join(untied, "adapter"));
    const source = openModel(untied);
    const adapterPath = join(folder, "golden-adapter.gguf");
    const mergedPath = join(folder, "golden-merged");
    convertAdapterToGguf(adapter, source.config, adapterPath);
    writeMergedDirectory(source, adapter, mergedPath, { dtype: "f32" });
    source.close();
    const losses = {
      beside: await llamaLikelihood(convert(untied, "golden-base.gguf"), rows, { adapters: [{ path: adapterPath }] }),
      mergedGguf: await llamaLikelihood(convert(untied, "golden-merged.gguf", adapter), rows),
      mergedDirectory: await llamaLikelihood(convert(mergedPath, "golden-from-directory.gguf"), rows),
    };
    for (const [how, loss] of Object.entries(losses)) expect(Math.abs(loss - adaptedLoss), how).toBeLessThan(TOLERANCE);
  });
});

function readGolden(variant: string) {
  const golden = readJson(join(FIXTURES, variant, "golden.json")) as { readonly input_ids_BT: readonly number[][]; readonly labels_BT: readonly number[][]; readonly supervised_tokens: number; readonly loss: number; readonly lora: { readonly loss: number } };
  const rows: readonly LabelledRow[] = golden.input_ids_BT.map((ids, row) => ({ ids, labels: golden.labels_BT[row]! }));
  expect(rows.reduce((sum, { labels }) => sum + labels.slice(1).filter((label) => label >= 0).length, 0)).toBe(golden.supervised_tokens);
  return { rows, loss: golden.loss, adaptedLoss: golden.lora.loss };
}

function convert(model: string, name: string, adapter?: LoraAdapter): string {
  const source = openModel(model);
  const path = join(folder, name);
  convertToGguf(source, path, { type: "f32", adapter });
  source.close();
  return path;
}

function makeModel(source: WeightSource): TrainingModel {
  const lora = { r: 4, alpha: 8, dropout: 0, targetModules: LINEAR_MODULES };
  return createLoraModel(backend, source, "f32", lora, { batch: 4, maxTime: 80, recompute: false, seed: 1, optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } });
}

/** Mean over all predicted tokens, in nats. */
async function likelihood(model: TrainingModel): Promise<number> {
  const { nll, tokens } = await model.evaluate(labelled);
  return nll / tokens;
}

/** With a fresh adapter, which changes nothing. Closes the source. */
async function likelihoodOf(source: WeightSource): Promise<number> {
  const model = makeModel(source);
  const value = await likelihood(model);
  model.dispose();
  source.close();
  return value;
}

/** Mean over the labelled tokens, each given the true tokens before it. */
async function llamaLikelihood(path: string, rows: readonly LabelledRow[], options: LoadLlamaOptions = {}): Promise<number> {
  const model = await loadLlama(path, { threads: 1, ...options });
  const session = model.createSession({ contextLength: 128, sequences: 2, cacheType: "f32" });
  const scores = await session.scoreBatch(rows.map(({ ids }) => ({ ids, firstScored: 1 })));
  model.dispose();
  const scored = scores.flatMap(({ logprobs }, row) => [...logprobs].filter((_logprob, index) => rows[row]!.labels[index + 1]! >= 0));
  return -scored.reduce((sum, value) => sum + value, 0) / scored.length;
}
