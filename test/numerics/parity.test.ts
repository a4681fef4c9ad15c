// One adapted model in five forms: adapter on the base and merged, as safetensors and as GGUF, in this engine and in the llama library.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBackend, type Backend } from "../../src/engine/ggml/index.ts";
import { loadLlama, type LoadLlamaOptions } from "../../src/engine/llama/index.ts";
import {
  convertAdapterToGguf, convertToGguf, createLoraModel, LINEAR_MODULES, openModel, readAdapter, supervisedTokens, writeAdapter, writeMergedDirectory, type TrainingModel, type WeightSource,
} from "../../src/engine/models/index.ts";
import { randomRows, writeTinyLlama, type TinyLlamaOptions } from "../helpers/tiny-llama.ts";

const TOLERANCE = 1e-4;
const trained = randomRows(4, 24);
const sequences = randomRows(3, 72, 9).map(({ ids }) => ids);

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
      "llama, base with adapter": await llamaLikelihood(place("base.gguf"), { adapters: [{ path: place("adapter.gguf") }] }),
      "llama, merged": await llamaLikelihood(place("merged.gguf")),
      "this engine, merged directory": await likelihoodOf(merged),
      "this engine, merged GGUF": await likelihoodOf(openModel(place("merged.gguf"))),
    };
    for (const [form, value] of Object.entries(found)) expect(Math.abs(value - wanted), form).toBeLessThan(TOLERANCE);
  });
});

function makeModel(source: WeightSource): TrainingModel {
  const lora = { r: 4, alpha: 8, dropout: 0, targetModules: LINEAR_MODULES };
  return createLoraModel(backend, source, "f32", lora, { batch: 4, maxTime: 80, recompute: false, seed: 1, optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } });
}

/** Mean over all predicted tokens, in nats. */
async function likelihood(model: TrainingModel): Promise<number> {
  const { nll, tokens } = await model.evaluate(sequences.map((ids) => ({ ids, labels: ids })));
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

async function llamaLikelihood(path: string, options: LoadLlamaOptions = {}): Promise<number> {
  const model = await loadLlama(path, { threads: 1, ...options });
  const session = model.createSession({ contextLength: 128, cacheType: "f32" });
  const scores = await session.scoreBatch(sequences.map((ids) => ({ ids, firstScored: 1 })));
  model.dispose();
  const logprobs = scores.flatMap((score) => [...score.logprobs]);
  return -logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length;
}
