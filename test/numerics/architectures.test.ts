// Every decoder as GGUF in the llama library, against transformers and PEFT. Golden values: test/fixtures/golden/make.py.
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadLlama, type ScoreRequest } from "../../src/engine/llama/index.ts";
import { convertAdapterToGguf, convertToGguf, loraScale, openModel, readAdapter, writeAdapter, writeMergedDirectory, type LoraAdapter } from "../../src/engine/models/index.ts";
import { openSafetensors } from "../../src/engine/safetensors/index.ts";
import { readJson } from "../../src/files/index.ts";
import { makeTemporaryFolder } from "../helpers/tiny-gguf.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/golden");
const VOCAB_SIZE = 96;
const TOLERANCE = 1e-4;

const folder = makeTemporaryFolder();
afterAll(() => folder.remove());

interface Golden {
  readonly input_ids_BT: readonly (readonly number[])[];
  readonly labels_BT: readonly (readonly number[])[];
  readonly lora: { readonly r: number; readonly alpha: number; readonly loss: number };
}

// The window of the Mistral is 5 tokens, and the llama library has none: what is compared lies within it.
const VARIANTS = [["tied", 12], ["untied", 12], ["llama3-rope", 12], ["mistral", 5], ["qwen2", 12], ["qwen3", 12]] as const;

describe.each(VARIANTS)("a model (%s) as GGUF in f32", (variant, visible) => {
  const directory = join(FIXTURES, variant);
  const golden = readJson(join(directory, "golden.json")) as Golden;
  const ids = golden.input_ids_BT[0]!.slice(0, visible);
  const file = openSafetensors(join(directory, "gradients.safetensors"));
  const logits_BTV = new Float32Array(file.read("logits_BTV").buffer);
  file.close();
  const logitsAt = (t: number) => logits_BTV.subarray(t * VOCAB_SIZE, (t + 1) * VOCAB_SIZE);

  it("gives every next token the probability that transformers gives it", async () => {
    const path = convert(directory, folder.file(`${variant}.gguf`));
    const row = (t: number) => logSoftmax(logitsAt(t));
    const last = visible - 1;
    // Each token of the vocabulary after the whole text, then each token of the text after those before it.
    const requests = Array.from({ length: VOCAB_SIZE }, (_, token) => ({ ids: [...ids, token], firstScored: visible }));
    const scores = await scoreAll(path, [...requests, { ids, firstScored: 1 }]);
    const after = scores.slice(0, VOCAB_SIZE).map(([logprob]) => logprob!);
    expect(largestDifference(after, row(last))).toBeLessThan(TOLERANCE);
    expect(largestDifference(scores[VOCAB_SIZE]!, ids.slice(1).map((id, t) => row(t)[id]!))).toBeLessThan(TOLERANCE);
  });

  it("gives a text the vector whose products with the head are the logits of transformers", async () => {
    const source = openModel(directory);
    const head_VD = source.readF32(source.config.tiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
    source.close();
    const model = await loadLlama(convert(directory, folder.file(`${variant}-vectors.gguf`)), { threads: 1 });
    const [vector] = await model.createEmbedder({ pooling: "last", contextLength: 32, cacheType: "f32" }).embed([ids], { normalize: false });
    model.dispose();
    const { values } = vector!;
    const logits = Array.from({ length: VOCAB_SIZE }, (_, token) => values.reduce((sum, value, d) => sum + value * head_VD[token * values.length + d]!, 0));
    expect(largestDifference(logits, [...logitsAt(visible - 1)])).toBeLessThan(TOLERANCE);
  });

  it("opens again as the model it was made from", () => {
    const source = openModel(directory);
    const copy = openModel(convert(directory, folder.file(`${variant}-copy.gguf`)));
    expect(copy.names).toEqual(source.names);
    for (const name of source.names) expect(copy.readF32(name), name).toEqual(source.readF32(name));
    for (const one of [source, copy]) one.close();
  });

  if (visible === 12) {
    it("loses as much as PEFT's with an adapter merged in, in a merged directory, and beside it", async () => {
      const adapter = adapterOf(directory, golden);
      const merged = folder.file(`${variant}-merged`);
      const source = openModel(directory);
      writeMergedDirectory(source, adapter, merged, { dtype: "f32" });
      convertAdapterToGguf(adapter, source.config, folder.file(`${variant}-lora.gguf`));
      source.close();
      const requests = golden.input_ids_BT.map((tokens, row) => ({ ids: tokens.slice(0, row === 0 ? 12 : 9), firstScored: row === 0 ? 4 : 3 }));
      const losses = [
        await scoreAll(convert(directory, folder.file(`${variant}-with.gguf`), adapter), requests),
        await scoreAll(convert(merged, folder.file(`${variant}-merged.gguf`)), requests),
        await scoreAll(convert(directory, folder.file(`${variant}-base.gguf`)), requests, folder.file(`${variant}-lora.gguf`)),
      ].map((scores) => scores.flat()).map((logprobs) => -logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length);
      for (const loss of losses) expect(Math.abs(loss - golden.lora.loss)).toBeLessThan(TOLERANCE);
    });
  }
});

it("reads the adapter PEFT wrote for a model as the one its factors make", () => {
  const golden = readJson(join(FIXTURES, "untied/golden.json")) as Golden;
  const ours = adapterOf(join(FIXTURES, "untied"), golden);
  writeAdapter(folder.file("adapter"), ours);
  for (const path of [folder.file("adapter"), join(FIXTURES, "untied/adapter")]) {
    const read = readAdapter(path);
    for (const [name, module] of ours.modules) expect(read.modules.get(name), name).toEqual(module);
  }
});

function convert(directory: string, path: string, adapter?: LoraAdapter): string {
  const source = openModel(directory);
  convertToGguf(source, path, { type: "f32", ...(adapter === undefined ? {} : { adapter }) });
  source.close();
  return path;
}

/** Log-probabilities of the scored tokens of each request, computed in full precision. */
async function scoreAll(path: string, requests: readonly ScoreRequest[], adapter?: string): Promise<number[][]> {
  const model = await loadLlama(path, { threads: 1, adapters: adapter === undefined ? [] : [{ path: adapter }] });
  try {
    const scores = await model.createSession({ contextLength: 32, sequences: 4, cacheType: "f32" }).scoreBatch(requests);
    return scores.map(({ logprobs }) => [...logprobs]);
  } finally {
    model.dispose();
  }
}

function adapterOf(directory: string, { lora: { r, alpha } }: Golden): LoraAdapter {
  const file = openSafetensors(join(directory, "lora.safetensors"));
  const floats = (name: string) => new Float32Array(file.read(name).buffer);
  const scale = loraScale({ r, alpha });
  const names = [...file.tensors.keys()].filter((name) => name.startsWith("a.")).map((name) => name.slice(2));
  const modules = new Map(names.map((name) => {
    const [a, b] = [floats(`a.${name}`), floats(`b.${name}`)];
    return [name, { a, b, inFeatures: a.length / r, outFeatures: b.length / r, r, scale }];
  }));
  file.close();
  return { r, alpha, dropout: 0, targetModules: [], baseModel: "", useRslora: false, scale, modules };
}

function logSoftmax(logits: Float32Array): number[] {
  const maximum = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - maximum), 0);
  return Array.from(logits, (logit) => logit - maximum - Math.log(sum));
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
