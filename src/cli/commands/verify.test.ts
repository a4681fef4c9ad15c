// A PEFT adapter that nobody trained here, merged and beside its base, against models that are and are not what it makes of it.
import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeTinyDataset } from "../../../test/helpers/tiny-dataset.ts";
import { makeTemporaryFolder, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { openGguf } from "../../engine/gguf/index.ts";
import { writeAdapter, type LoraAdapter } from "../../engine/models/index.ts";
import { main } from "../main.ts";

const folder = makeTemporaryFolder();
const base = folder.file("base-f32.gguf");
const home = process.cwd();
let dataset: string;

const wave = (length: number) => Float32Array.from({ length }, (_, index) => 0.2 * Math.sin(index));
const adapter: LoraAdapter = {
  r: 4, alpha: 8, dropout: 0, targetModules: ["q_proj"], baseModel: base, useRslora: false, scale: 2,
  modules: new Map([["model.layers.0.self_attn.q_proj", { a: wave(4 * 64), b: wave(64 * 4), inFeatures: 64, outFeatures: 64, r: 4, scale: 2 }]]),
};

beforeAll(async () => {
  process.chdir(folder.path);
  writeTinyGguf(base);
  writeAdapter(folder.file("adapter"), adapter);
  dataset = await writeTinyDataset(folder.file("data"));
});
afterAll(() => {
  process.chdir(home);
  folder.remove();
});

async function tunesmith(...words: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const world = {
    stdout: { write: (piece: string) => out.push(piece) },
    stderr: { write: (piece: string) => err.push(piece) },
    environment: { HF_HUB_OFFLINE: "1", HF_HOME: folder.path },
    workingDirectory: folder.path,
    now: () => new Date("2026-01-02T03:04:05Z"),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main(words, { world, signals: Object.assign(new EventEmitter(), { exit: () => {} }) });
  return { code, out: out.join(""), err: err.join("") };
}

it("verify ends with exit code 1 and the reason when a model is past a limit", async () => {
  const words = ["verify", "--model-path", "adapter", "--dataset-path", dataset, "--split", "train", "--max-rows", "2", "--max-new-tokens", "2", "--threads", "1", "--output-dir", "verified"];
  const failed = await tunesmith(...words, "--against", base);
  expect(failed).toMatchObject({ code: 1, err: expect.stringMatching(/base-f32\.gguf: its mean KL divergence is \S+, at most 0\.001 is allowed/) });
  expect(failed.out).toMatch(/merged +f32 .* passed\n/);
  expect(failed.out).toMatch(/base-f32\.gguf +f32 .* FAILED\n/);
  expect(JSON.parse(readFileSync(join("verified", "verification.json"), "utf8"))).toMatchObject({ passed: false, models: [{ passed: true }, { passed: false }] });
});

it("quantize --adapter-only writes the adapter, and says why not where there is none", async () => {
  const words = ["quantize", "--adapter-only", "--output-dir", "exported"];
  expect(await tunesmith(...words, "--model-path", "adapter")).toMatchObject({ code: 0, out: expect.stringContaining(join("exported", "adapter-lora.gguf")) });
  const file = openGguf(join("exported", "adapter-lora.gguf"));
  file.close();
  const said = ["general.type", "general.name", "adapter.lora.alpha", "tunesmith.base_model_digest"].map((key) => file.metadata.get(key)?.value);
  expect(said).toEqual(["adapter", "adapter", 8, expect.stringMatching(/^[0-9a-f]{64}$/)]);
  expect(await tunesmith(...words, "--model-path", base)).toMatchObject({ code: 2, err: expect.stringContaining("--adapter-only needs a run, a checkpoint or a PEFT directory") });
});

it("verify and test answers are not for BERTs, which says so", async () => {
  const bert = join(import.meta.dirname, "../../../test/fixtures/berts/minilm");
  expect(await tunesmith("verify", "--model-path", bert, "--dataset-path", dataset)).toMatchObject({ code: 2, err: expect.stringContaining("it is a BERT") });
  expect(await tunesmith("quantize", "--model-path", bert, "--test-generation")).toMatchObject({ code: 2, err: expect.stringContaining("Cannot use --test-generation") });
});
