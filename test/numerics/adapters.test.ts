// Adapters of every kind, as llama.cpp runs them, against peft's own loss (test/fixtures/formats/make-adapters.py).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadLlama } from "../../src/engine/llama/index.ts";
import { convertAdapterToGguf, convertToGguf, openModel, readAdapter } from "../../src/engine/models/index.ts";
import { FIXTURES } from "../fixtures/formats/write-ours.ts";
import { makeTemporaryFolder } from "../helpers/tiny-gguf.ts";

const folder = makeTemporaryFolder();
const source = openModel(join(FIXTURES, "tiny-llama"));
afterAll(() => {
  source.close();
  folder.remove();
});
const kinds = JSON.parse(readFileSync(join(FIXTURES, "adapters/kinds.json"), "utf8")) as { readonly ids: readonly number[] } & Readonly<Record<string, { readonly nll: number }>>;
const patterns = JSON.parse(readFileSync(join(FIXTURES, "adapters/expected.json"), "utf8")) as Readonly<Record<string, { readonly nll: number }>>;
const adapterAt = (kind: string) => readAdapter(join(FIXTURES, "adapters", kind));

async function lossOf(path: string, adapter?: string): Promise<number> {
  const model = await loadLlama(path, { threads: 1, adapters: adapter === undefined ? [] : [{ path: adapter }] });
  try {
    const [score] = await model.createSession({ contextLength: 32, sequences: 1, cacheType: "f32" }).scoreBatch([{ ids: kinds.ids, firstScored: 1 }]);
    const logprobs = [...score!.logprobs];
    return -logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length;
  } finally {
    model.dispose();
  }
}

it.each(["dora", "whole", "embedding"])("gives peft's loss once merged: %s", async (kind) => {
  const path = folder.file(`${kind}.gguf`);
  convertToGguf(source, path, { type: "f32", adapter: adapterAt(kind) });
  expect(await lossOf(path)).toBeCloseTo(kinds[kind]!.nll, 4);
});

it.each([["embedding", kinds], ["plain", patterns], ["patterns", patterns]] as const)("gives peft's loss beside the base: %s", async (kind, expected) => {
  const base = folder.file("base.gguf");
  convertToGguf(source, base, { type: "f32" });
  const path = folder.file(`${kind}-adapter.gguf`);
  convertAdapterToGguf(adapterAt(kind), source.config, path);
  expect(await lossOf(base, path)).toBeCloseTo(expected[kind]!.nll, 4);
});
