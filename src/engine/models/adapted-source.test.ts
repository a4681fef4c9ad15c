import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FIXTURES } from "../../../test/fixtures/formats/write-ours.ts";
import { findNumber, findText, openGguf } from "../gguf/index.ts";
import { withAdapter } from "./adapted-source.ts";
import { convertAdapterToGguf, convertToGguf, openModel, readAdapter, writeAdapter, writeMergedDirectory, type LoraAdapter } from "./index.ts";

const scratch = mkdtempSync(join(tmpdir(), "adapted-"));
const source = openModel(join(FIXTURES, "tiny-llama"));
afterAll(() => {
  source.close();
  rmSync(scratch, { recursive: true });
});

// What peft 0.21 merges to (test/fixtures/formats/make-adapters.py).
const kinds = ["dora", "whole", "embedding"] as const;
type Kind = (typeof kinds)[number];
const expected = JSON.parse(readFileSync(join(FIXTURES, "adapters/kinds.json"), "utf8")) as Record<Kind, { readonly merged: Readonly<Record<string, readonly number[]>> }>;
const read = (kind: Kind): LoraAdapter => readAdapter(join(FIXTURES, "adapters", kind));

/** The model with one weight for embedding and head. */
const tied = { ...source, config: { ...source.config, tiedEmbeddings: true }, names: source.names.filter((name) => name !== "lm_head.weight") };

describe.each(kinds)("an adapter of the kind %s", (kind) => {
  const adapter = read(kind);

  it("merges to the weights peft merges to", () => {
    const merged = withAdapter(source, adapter);
    for (const [name, values] of Object.entries(expected[kind].merged)) {
      const found = merged.readF32(name);
      expect(Math.max(...values.map((value, i) => Math.abs(value - found[i]!)))).toBeLessThan(2e-6);
      expect([...merged.readRowsF32(name, 0, 1)]).toEqual([...found.subarray(0, merged.info(name).shape.at(-1))]);
    }
    expect(merged.info("model.layers.0.mlp.up_proj.weight").type).toBe("bf16");
    expect(merged.digest).not.toBe(source.digest);
  });

  it("stands merged in a GGUF and in a directory", () => {
    const path = join(scratch, `${kind}.gguf`);
    convertToGguf(source, path, { type: "f32", adapter });
    writeMergedDirectory(source, adapter, join(scratch, kind), { dtype: "f32" });
    const wanted = withAdapter(source, adapter);
    for (const place of [path, join(scratch, kind)]) {
      const back = openModel(place);
      for (const name of back.names) expect(back.readF32(name)).toEqual(wanted.readF32(name));
      back.close();
    }
  });

  it("is the same after being written and read", () => {
    writeAdapter(join(scratch, `again-${kind}`), adapter);
    const again = readAdapter(join(scratch, `again-${kind}`));
    expect(withAdapter(source, again).digest).toBe(withAdapter(source, adapter).digest);
    expect({ ...again, modules: [...again.modules.keys()], replaced: [...(again.replaced?.keys() ?? [])].sort() }).toEqual({ ...adapter, modules: [...adapter.modules.keys()], replaced: [...(adapter.replaced?.keys() ?? [])].sort() });
  });
});

describe("one weight for embedding and head", () => {
  const twoNames = ["model.embed_tokens.weight", "lm_head.weight"] as const;

  it("becomes two where the adapter changes one", () => {
    const whole = withAdapter(tied, read("whole"));
    expect(whole.config.tiedEmbeddings).toBe(false);
    expect(whole.readF32("model.embed_tokens.weight")).toEqual(source.readF32("model.embed_tokens.weight"));
    const [a, b] = twoNames.map((name) => withAdapter(tied, read("embedding")).readF32(name));
    expect(a).not.toEqual(b);
  });

  it("stays one where the adapter touches neither, keeps them tied, or brings more tokens", () => {
    expect(withAdapter(tied, read("dora")).names).toEqual(tied.names);
    const rows = source.config.vocabSize + 8;
    const values = new Float32Array(rows * source.config.hiddenSize);
    const bring = (name: string): Pick<LoraAdapter, "replaced"> => ({ replaced: new Map([[name, { shape: [rows, source.config.hiddenSize], readRowsF32: (first, count) => values.slice(first * 32, (first + count) * 32) }]]) });
    const embedding = read("dora");
    const grown = withAdapter(tied, { ...embedding, ...bring("model.embed_tokens.weight") });
    expect(grown.config).toMatchObject({ tiedEmbeddings: true, vocabSize: rows });
    expect(() => withAdapter(source, { ...embedding, ...bring("model.embed_tokens.weight") })).toThrow(/it has 400 tokens, but a head of the 392 of the model/);
    expect(() => withAdapter(source, { ...embedding, ...bring("lm_head.weight") })).toThrow(/400 tokens, but an embedding of the 392/);
    expect(() => withAdapter(source, { ...embedding, ...bring("model.norm.weight") })).toThrow(/brings model\.norm\.weight as \[400, 32\], the model has \[32\]/);
    expect(() => withAdapter(source, { ...embedding, ...bring("score.weight") })).toThrow(/brings score\.weight, which the model does not have/);
  });
});

describe("an adapter as a GGUF file", () => {
  const path = join(scratch, "adapter.gguf");

  it("is refused where a GGUF adapter cannot hold it", () => {
    expect(() => convertAdapterToGguf(read("whole"), source.config, path)).toThrow(/brings .* whole, which an adapter in GGUF cannot hold/);
    expect(() => convertAdapterToGguf(read("dora"), source.config, path)).toThrow(/adapted by DoRA/);
    expect(() => convertAdapterToGguf(read("embedding"), tied.config, path)).toThrow(/embedding and head are one weight/);
  });

  it("holds the matrices of an embedding the other way round, and says where it is from", () => {
    convertAdapterToGguf(read("embedding"), source.config, path, { run_id: "r1", license: "mit", base_model: "org/tiny-llama", dataset: "data/rows", dataset_digest: "" });
    const file = openGguf(path);
    file.close();
    expect([file.tensors.get("token_embd.weight.lora_a")?.shape, file.tensors.get("token_embd.weight.lora_b")?.shape]).toEqual([[392, 3], [32, 3]]);
    expect([file.tensors.get("output.weight.lora_a")?.shape, file.tensors.get("output.weight.lora_b")?.shape]).toEqual([[3, 32], [392, 3]]);
    const said = ["tunesmith.run_id", "general.license", "general.base_model.0.name", "general.base_model.0.organization", "general.base_model.0.repo_url", "general.dataset.0.repo_url", "tunesmith.dataset_digest"].map((key) => findText(file.metadata, key));
    expect(said).toEqual(["r1", "mit", "tiny-llama", "org", "https://huggingface.co/org/tiny-llama", "https://huggingface.co/datasets/data/rows", undefined]);
    expect([findNumber(file.metadata, "general.base_model.count"), findNumber(file.metadata, "general.dataset.count")]).toEqual([1, 1]);
  });
});
