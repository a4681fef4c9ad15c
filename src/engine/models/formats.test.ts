import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FIXTURES, writeOurs } from "../../../test/fixtures/formats/write-ours.ts";
import { findNumber, findText, openGguf } from "../gguf/index.ts";
import { dequantizeRows } from "../ggml/index.ts";
import { convertToGguf, openModel, readAdapter, writeAdapter, writeMergedDirectory } from "./index.ts";
import { headRowOrder, permuteHeadRows, unpermuteHeadRows } from "./permute.ts";
import { ropeFactors } from "./rope-factors.ts";

const ours = mkdtempSync(join(tmpdir(), "models-"));
beforeAll(() => writeOurs(ours));
afterAll(() => rmSync(ours, { recursive: true }));

const tiny = join(FIXTURES, "tiny-llama");
interface Expected {
  readonly scales: Readonly<Record<string, number>>;
  readonly merged: Readonly<Record<string, readonly number[]>>;
}
const expected = JSON.parse(readFileSync(join(FIXTURES, "adapters/expected.json"), "utf8")) as Record<"plain" | "patterns", Expected>;

/** Opens, uses, closes. */
function using<T>(path: string, use: (source: ReturnType<typeof openModel>) => T): T {
  const source = openModel(path);
  try {
    return use(source);
  } finally {
    source.close();
  }
}
const weightsOf = (path: string) => using(path, (source) => new Map(source.names.map((name) => [name, source.readF32(name)])));

describe("what this project writes", () => {
  it("is to the last byte what peft, transformers, gguf-py and safetensors read right (verify-ours.py)", () => {
    const digests = Object.fromEntries(
      (readdirSync(ours, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => [path.slice(ours.length + 1), createHash("sha256").update(readFileSync(path)).digest("hex")]),
    );
    expect(digests).toEqual(JSON.parse(readFileSync(join(FIXTURES, "verified.json"), "utf8")));
  });
});

describe("a Hugging Face directory", () => {
  it("opens with configuration, tokenizer and weights", () => {
    using(tiny, (source) => {
      expect(source.config).toMatchObject({
        modelType: "llama", vocabSize: 392, hiddenSize: 32, intermediateSize: 64, layerCount: 2, headCount: 4, kvHeadCount: 2, headDim: 8, normEpsilon: 1e-5, ropeTheta: 500000,
        ropeScaling: { type: "llama3", factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192 },
        tiedEmbeddings: false, contextLength: 128, bosId: 380, eosIds: [381, 382],
      });
      expect(source.config.ropeFactors).toEqual(ropeFactors(source.config));
      expect([source.names[0], source.names.at(-1), source.names.length]).toEqual(["model.embed_tokens.weight", "lm_head.weight", 21]);
      expect(source.info("model.layers.1.mlp.down_proj.weight")).toEqual({ shape: [32, 64], type: "bf16" });
      expect(source.readRaw("model.norm.weight").byteLength).toBe(64);
      expect(source.tokenizer).toMatchObject({ bosId: 380, eosId: 381, eotId: 382, addBos: true, chatTemplate: "{{ messages[0].content }}<|eot_id|>" });
      expect(source.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(() => source.readF32("model.layers.9.mlp.up_proj.weight")).toThrow(/is missing/);
      expect(() => source.readRowsF32("model.norm.weight", 1, 1)).toThrow(RangeError);
    });
  });
});

describe("a GGUF file", () => {
  it("gives the weights of the directory it was made from", () => {
    const wanted = weightsOf(tiny);
    expect(weightsOf(join(ours, "base-f32.gguf"))).toEqual(wanted);
    expect(weightsOf(join(ours, "base-bf16.gguf"))).toEqual(wanted);
    for (const [name, values] of weightsOf(join(ours, "base-f16.gguf"))) expect(Math.max(...values.map((value, i) => Math.abs(value - (wanted.get(name)?.[i] ?? 9))))).toBeLessThan(1e-3);
  });

  it("recovers the published rope scaling from its frequency tensor", () => {
    const fromHf = using(tiny, ({ config }) => config);
    expect(using(join(ours, "base-f32.gguf"), ({ config }) => config)).toEqual({ ...fromHf, normEpsilon: Math.fround(1e-5), slidingWindow: undefined });
  });

  it("puts quantized rows of q and k back in order, whole or in part", () => {
    using(join(ours, "base-q8_0.gguf"), (source) => {
      for (const name of ["model.layers.0.self_attn.q_proj.weight", "model.layers.1.self_attn.k_proj.weight", "model.layers.0.mlp.up_proj.weight"]) {
        const { shape: [rows = 0, columns = 0], type } = source.info(name);
        const all = source.readF32(name);
        expect(type).toBe("q8_0");
        expect(dequantizeRows("q8_0", source.readRaw(name), rows * columns)).toEqual(all);
        for (const [first, count] of [[0, 1], [3, 7], [8, 8], [5, 11]] as const) expect(source.readRowsF32(name, first, count)).toEqual(all.slice(first * columns, (first + count) * columns));
        const exact = weightsOf(tiny).get(name);
        expect(Math.max(...all.map((value, i) => Math.abs(value - (exact?.[i] ?? 9))))).toBeLessThan(1e-2);
      }
    });
  });

  it("takes a type whose blocks fit the rows, and keeps vectors in f32", () => {
    const path = join(ours, "k-quant.gguf");
    using(tiny, (source) => convertToGguf(source, path, { type: "q4_k", provenance: { run: "r7", "general.license": "mit" } }));
    const file = openGguf(path);
    expect(file.tensors.get("blk.0.ffn_up.weight")?.type).toBe("q5_0");
    expect(file.tensors.get("blk.0.attn_norm.weight")?.type).toBe("f32");
    expect([findText(file.metadata, "tunesmith.run"), findText(file.metadata, "general.license"), findNumber(file.metadata, "general.file_type")]).toEqual(["r7", "mit", 14]);
    expect([findNumber(file.metadata, "tokenizer.ggml.eos_token_id"), findNumber(file.metadata, "tokenizer.ggml.eot_token_id"), file.metadata.get("tokenizer.ggml.padding_token_id")]).toEqual([381, 382, undefined]);
    expect(findText(file.metadata, "tokenizer.chat_template")).toContain("<|eot_id|>");
    file.close();
  });
});

describe("rows of q and k", () => {
  it("move as the reference converter moves them (convert_lora_to_gguf, 4 heads of 8)", () => {
    const rows = Uint8Array.from({ length: 32 }, (_, i) => i);
    expect(headRowOrder(8)).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
    expect([...permuteHeadRows(rows, 1, 8)].slice(0, 16)).toEqual([0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15]);
    expect(unpermuteHeadRows(permuteHeadRows(rows, 1, 8), 1, 8)).toEqual(rows);
  });
});

describe.each(["plain", "patterns"] as const)("the adapter %s", (name) => {
  const adapter = readAdapter(join(FIXTURES, "adapters", name));

  it("has the scale peft gives every module", () => {
    expect(Object.fromEntries([...adapter.modules].map(([module, { scale }]) => [module, scale]))).toEqual(expected[name].scales);
    expect(adapter).toMatchObject({ r: 4, alpha: 6, dropout: 0.05, baseModel: "tiny-llama", useRslora: name === "patterns", targetModules: ["down_proj", "k_proj", "q_proj", "v_proj"] });
    expect(adapter.modules.get("model.layers.0.self_attn.k_proj")).toMatchObject({ inFeatures: 32, outFeatures: 16, r: 4 });
  });

  it("merges to the weights peft merges to", () => {
    const merged = weightsOf(join(ours, "merged", name));
    for (const [weight, values] of Object.entries(expected[name].merged)) {
      values.forEach((value, i) => expect(merged.get(weight)?.[i]).toBeCloseTo(value, 6));
    }
    expect(weightsOf(join(ours, `merged-${name}.gguf`))).toEqual(merged);
  });

  it("is the same after being written and read", () => {
    const back = readAdapter(join(ours, "adapters", name));
    for (const [module, { scale, a, b }] of adapter.modules) {
      expect(back.modules.get(module)?.scale).toBeCloseTo(scale, 12);
      expect([back.modules.get(module)?.a, back.modules.get(module)?.b]).toEqual([a, b]);
    }
    writeAdapter(join(ours, "twice", name), back);
    expect(readFileSync(join(ours, "twice", name, "adapter_model.safetensors"))).toEqual(readFileSync(join(ours, "adapters", name, "adapter_model.safetensors")));
  });
});

describe("a merged directory", () => {
  it("carries both spellings of the configuration, shards and no pad equal to the end", () => {
    const read = (file: string) => JSON.parse(readFileSync(join(ours, "merged/plain", file), "utf8")) as Record<string, unknown>;
    const scaling = { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };
    expect(read("config.json")).toMatchObject({ torch_dtype: "float32", dtype: "float32", rope_theta: 500000, rope_scaling: scaling, rope_parameters: { rope_theta: 500000, ...scaling }, eos_token_id: [381, 382], pad_token_id: null, tunesmith: { run: "r1" } });
    expect(read("generation_config.json")).toMatchObject({ bos_token_id: 380, eos_token_id: [381, 382] });
    expect(Object.keys(read("model.safetensors.index.json")["weight_map"] as object)).toHaveLength(21);
  });

  it("is not written over something else, and leaves nothing half-written", () => {
    const before = readdirSync(join(ours, "merged"));
    using(tiny, (source) => {
      expect(() => writeMergedDirectory(source, undefined, join(ours, "merged/plain"), { dtype: "f32" })).toThrow(/exists already/);
      const broken = { ...source, readRowsRaw: () => { throw new Error("disk gone"); } };
      expect(() => writeMergedDirectory(broken, undefined, join(ours, "merged/new"), { dtype: "f32" })).toThrow("disk gone");
    });
    expect(readdirSync(join(ours, "merged"))).toEqual(before);
  });
});
