import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { FIXTURES } from "../../../test/fixtures/formats/write-ours.ts";
import { TunesmithError } from "../../errors.ts";
import { openGguf, writeGguf, type GgufTensorSource, type GgufValue } from "../gguf/index.ts";
import { openSafetensors, writeSafetensors, type SafetensorsTensorSource } from "../safetensors/index.ts";
import { parseConfig } from "./config-hf.ts";
import { convertAdapterToGguf, convertToGguf, openModel, readAdapter } from "./index.ts";

const scratch = mkdtempSync(join(tmpdir(), "open-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const tiny = join(FIXTURES, "tiny-llama");
const config = JSON.parse(readFileSync(join(tiny, "config.json"), "utf8")) as Record<string, unknown>;
let count = 0;

/** A copy of the tiny model with another config, tokenizer or weights. */
function model(change: { readonly config?: object; readonly weights?: (tensors: SafetensorsTensorSource[]) => SafetensorsTensorSource[]; readonly without?: string; readonly tokens?: number } = {}): string {
  const directory = join(scratch, `model-${count++}`);
  cpSync(tiny, directory, { recursive: true });
  if (change.config !== undefined) writeFileSync(join(directory, "config.json"), JSON.stringify(change.config));
  if (change.without !== undefined) rmSync(join(directory, change.without));
  if (change.weights !== undefined) {
    const source = openSafetensors(join(tiny, "model.safetensors"));
    const tensors = [...source.tensors.values()].map((tensor) => ({ ...tensor, bytes: () => source.read(tensor.name) }));
    writeSafetensors(join(directory, "model.safetensors"), change.weights(tensors));
    source.close();
  }
  if (change.tokens !== undefined) {
    const path = join(directory, "tokenizer.json");
    const tokenizer = JSON.parse(readFileSync(path, "utf8")) as { added_tokens: object[] };
    tokenizer.added_tokens.push({ id: change.tokens - 1, content: "<new>", special: true });
    writeFileSync(path, JSON.stringify(tokenizer));
  }
  return directory;
}

const whole = join(scratch, "whole.gguf");
const opened = openModel(tiny);
convertToGguf(opened, whole, { type: "f16" });
opened.close();

/** A copy of the tiny GGUF with other metadata or tensors. */
function gguf(metadata: Record<string, GgufValue | undefined>, tensors: (all: GgufTensorSource[]) => GgufTensorSource[] = (all) => all): string {
  const source = openGguf(whole);
  const path = join(scratch, `changed-${count++}.gguf`);
  const entries = new Map(source.metadata);
  for (const [key, value] of Object.entries(metadata)) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  writeGguf(path, { metadata: entries, tensors: tensors([...source.tensors.values()].map((tensor) => ({ ...tensor, bytes: () => source.read(tensor.name) }))) });
  source.close();
  return path;
}
const text = (value: string): GgufValue => ({ type: "string", value });
const number = (value: number): GgufValue => ({ type: "u32", value });

describe("a configuration", () => {
  const old = { model_type: "mistral", vocab_size: 100, hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4, rms_norm_eps: 1e-5, sliding_window: 4096, torch_dtype: "float16", eos_token_id: 2 };

  it("is read in the spelling of transformers 4, with its defaults", () => {
    expect(parseConfig("x", { ...old, rope_theta: 1e6, rope_scaling: { type: "linear", factor: 2 } }, { eos_token_id: [2, 7] })).toEqual({
      modelType: "mistral", vocabSize: 100, hiddenSize: 64, intermediateSize: 128, layerCount: 2, headCount: 4, kvHeadCount: 4, headDim: 16, normEpsilon: 1e-5, ropeTheta: 1e6,
      ropeScaling: { type: "linear", factor: 2 }, ropeFactors: undefined, tiedEmbeddings: false, contextLength: 2048, slidingWindow: 4096, bosId: undefined, eosIds: [2, 7],
    });
    expect(parseConfig("x", old).ropeTheta).toBe(10_000);
  });

  it("stretches frequencies alike in both spellings", () => {
    const { rope_parameters: current, ...rest } = config;
    const { rope_theta: theta, ...scaling } = current as { rope_theta: number };
    expect(parseConfig("x", { ...rest, rope_theta: theta, rope_scaling: scaling })).toEqual(parseConfig("x", config));
  });

  it.each<[object, RegExp]>([
    [{ model_type: "gemma2" }, /architecture is gemma2, llama, mistral, qwen2, qwen3 can be used/],
    [{ model_type: "constructor" }, /architecture is constructor/],
    [{ quantization_config: { quant_method: "bitsandbytes" } }, /quantized by bitsandbytes/],
    [{ attention_bias: true }, /biases/],
    [{ hidden_act: "gelu" }, /activation is gelu/],
    [{ rope_scaling: { rope_type: "yarn", factor: 2 } }, /rope scaling is yarn/],
    [{ rope_scaling: { rope_type: "llama3" } }, /factor is missing, it needs to be a positive number/],
    [{ partial_rotary_factor: 0.5 }, /rotates only 0.5/],
    [{ hidden_size: 0 }, /hidden_size is 0/],
    [{ num_hidden_layers: 1.5 }, /num_hidden_layers is 1.5, it needs to be a whole number/],
    [{ vocab_size: "many" }, /vocab_size is "many"/],
    [{ num_key_value_heads: 3 }, /4 attention heads cannot share 3/],
    [{ num_attention_heads: 64 }, /head dimension is 1, it needs to be even/],
  ])("is refused with %j", (change, message) => {
    expect(() => parseConfig("x", { ...old, ...change })).toThrow(message);
  });
});

describe("a model that cannot be used", () => {
  it.each<[string, () => string, RegExp]>([
    ["nothing there", () => join(scratch, "absent"), /there is no such file/],
    ["an empty directory", () => { mkdirSync(join(scratch, "empty")); return join(scratch, "empty"); }, /has no config\.json/],
    ["an adapter", () => join(FIXTURES, "adapters/plain"), /it is a LoRA adapter, not a model/],
    ["a directory of GGUF files", () => { mkdirSync(join(scratch, "ggufs")); cpSync(whole, join(scratch, "ggufs/a.gguf")); return join(scratch, "ggufs"); }, /but a GGUF file/],
    ["one shard", () => join(tiny, "model.safetensors"), /one file of a model directory/],
    ["a pickle", () => { writeFileSync(join(scratch, "a.bin"), "x"); return join(scratch, "a.bin"); }, /pickle/],
    ["some other file", () => { writeFileSync(join(scratch, "notes.txt"), "hello"); return join(scratch, "notes.txt"); }, /a GGUF file starts with "GGUF"/],
    ["no tokenizer", () => model({ without: "tokenizer.json" }), /has no tokenizer\.json/],
    ["no weights", () => model({ without: "model.safetensors" }), /has no model\.safetensors/],
    ["a missing tensor", () => model({ weights: (all) => all.filter(({ name }) => name !== "model.norm.weight") }), /the tensor model\.norm\.weight is missing/],
    ["many missing tensors", () => model({ config: { ...config, num_hidden_layers: 3 } }), /9 tensors are missing \(model\.layers\.2\.input_layernorm\.weight, /],
    ["a wrong shape", () => model({ config: { ...config, intermediate_size: 96 } }), /gate_proj\.weight has the shape \[64, 32\], the configuration needs \[96, 32\]/],
    ["an unread tensor type", () => model({ weights: (all) => all.map((one) => (one.name === "model.norm.weight" ? { name: one.name, dtype: "F64", shape: [32], bytes: () => new Uint8Array(256) } : one)) }), /model\.norm\.weight is stored as F64/],
    ["a tensor nobody would use", () => model({ weights: (all) => [...all, { name: "model.layers.0.self_attn.q_proj.bias", dtype: "BF16", shape: [1], bytes: () => new Uint8Array(2) }] }), /q_proj\.bias, which a plain llama model does not have/],
    ["more tokens than rows", () => model({ tokens: 500 }), /tokenizer has 500 tokens, its embedding 392 rows/],
  ])("says so: %s", (_what, make, message) => {
    const path = make();
    expect(() => openModel(path)).toThrow(message);
    expect(() => openModel(path)).toThrow(TunesmithError);
  });

  it.each<[string, () => string, RegExp]>([
    ["another architecture", () => gguf({ "general.architecture": text("gemma2") }), /architecture is gemma2/],
    ["an adapter", () => gguf({ "general.type": text("adapter") }), /LoRA adapter/],
    ["one part of several", () => gguf({ "split.count": { type: "u16", value: 3 } }), /one part of a split GGUF/],
    ["experts", () => gguf({ "llama.expert_count": number(8) }), /mixture of experts/],
    ["another rope scaling", () => gguf({ "llama.rope.scaling.type": text("yarn") }), /rope scaling is yarn/],
    ["half-rotated heads", () => gguf({ "llama.rope.dimension_count": number(4) }), /rotates only 4 of 8/],
    ["missing hyper-parameters", () => gguf({ "llama.block_count": undefined }), /llama\.block_count is absent/],
    ["no tokenizer", () => gguf({ "tokenizer.ggml.tokens": undefined }), /no tokenizer\.ggml\.tokens/],
    ["no end of text", () => gguf({ "tokenizer.ggml.eos_token_id": undefined }), /names no end-of-text token/],
    ["a missing tensor", () => gguf({}, (all) => all.filter(({ name }) => name !== "blk.1.attn_k.weight")), /model\.layers\.1\.self_attn\.k_proj\.weight is missing/],
    ["a tensor nobody would use", () => gguf({}, (all) => [...all, { name: "blk.0.attn_q.bias", shape: [32], type: "f32", bytes: () => new Uint8Array(128) }]), /blk\.0\.attn_q\.bias, which a plain/],
  ])("says so of a GGUF: %s", (_what, make, message) => {
    const path = make();
    expect(() => openModel(path)).toThrow(message);
  });

});

describe("a damaged model", () => {
  it("is an error and never a crash, whatever bytes of its header change", () => {
    const bytes = readFileSync(whole);
    const path = join(scratch, "damaged.gguf");
    const header = bytes.indexOf("tokenizer.ggml.tokens");
    const change = fc.record({ at: fc.nat(header), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = Buffer.from(bytes);
        for (const { at, byte } of changes) damaged[at] = byte;
        writeFileSync(path, damaged);
        try {
          openModel(path).close();
        } catch (error) {
          expect(error).toBeInstanceOf(TunesmithError);
        }
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  it("does not make us believe in a billion layers", () => {
    expect(() => openModel(gguf({ "llama.block_count": number(4e9) }))).toThrow(/4000000000 layers, at most 10000 are believed/);
    expect(() => openModel(model({ config: { ...config, head_dim: 1e9 } }))).toThrow(/head dimension is 1000000000/);
  });
});

describe("a model whose head is its embedding", () => {
  it("has no weight for the head, in either format", () => {
    const path = gguf({}, (all) => all.filter(({ name }) => name !== "output.weight"));
    const source = openModel(path);
    expect(source.config.tiedEmbeddings).toBe(true);
    expect(source.names).not.toContain("lm_head.weight");
    source.close();
    const directory = model({ config: { ...config, tie_word_embeddings: true } });
    const tied = openModel(directory);
    expect(tied.names).not.toContain("lm_head.weight");
    tied.close();
  });
});

describe("an adapter that cannot be used", () => {
  const files = join(FIXTURES, "adapters/plain");
  const settings = JSON.parse(readFileSync(join(files, "adapter_config.json"), "utf8")) as object;
  function adapter(change: object, extra: SafetensorsTensorSource[] = []): string {
    const directory = join(scratch, `adapter-${count++}`);
    cpSync(files, directory, { recursive: true });
    writeFileSync(join(directory, "adapter_config.json"), JSON.stringify({ ...settings, ...change }));
    const source = openSafetensors(join(files, "adapter_model.safetensors"));
    writeSafetensors(join(directory, "adapter_model.safetensors"), [...[...source.tensors.values()].map((tensor) => ({ ...tensor, bytes: () => source.read(tensor.name) })), ...extra]);
    source.close();
    return directory;
  }
  const matrix = (name: string): SafetensorsTensorSource => ({ name, dtype: "F32", shape: [4, 2], bytes: () => new Uint8Array(32) });

  it.each<[object, RegExp, SafetensorsTensorSource[]?]>([
    [{ peft_type: "IA3" }, /its type is IA3/],
    [{ bias: "all" }, /trains biases/],
    [{ layer_replication: [[0, 1]] }, /replicates layers/],
    [{ r: 8 }, /ranks 4 and 4, the configuration says 8/],
    [{ rank_pattern: { q_proj: 3 } }, /q_proj have the ranks 4 and 4, the configuration says 3/],
    [{ rank_pattern: { "(": 3 } }, /not a regular expression/],
    [{ lora_alpha: "x" }, /lora_alpha is "x"/],
    [{}, /prompt_embeddings, which is neither a LoRA matrix nor a weight/, [matrix("prompt_embeddings")]],
    [{ use_dora: true }, /has 0 lengths of rows for DoRA, it needs/],
    [{}, /x has only one of its two matrices/, [matrix("base_model.model.x.lora_A.weight")]],
  ])("says so with %j", (change, message, extra) => {
    expect(() => readAdapter(adapter(change, extra))).toThrow(message);
  });

  it("says so when it is a pickle, or missing", () => {
    const directory = join(scratch, "pickled");
    mkdirSync(directory);
    expect(() => readAdapter(directory)).toThrow(/has no adapter_config\.json/);
    writeFileSync(join(directory, "adapter_config.json"), "{}");
    expect(() => readAdapter(directory)).toThrow(/has no adapter_model\.safetensors/);
    writeFileSync(join(directory, "adapter_model.bin"), "");
    expect(() => readAdapter(directory)).toThrow(/adapter_model\.bin, a pickle file/);
  });

  it("says so when it was trained on another model", () => {
    const plain = readAdapter(files);
    const source = openModel(tiny);
    const path = join(scratch, "never.gguf");
    expect(() => convertAdapterToGguf(plain, { ...source.config, layerCount: 1 }, path)).toThrow(/adapts model\.layers\.1\..*, which the model does not have/);
    expect(() => convertToGguf(source, path, { type: "f32", adapter: { ...plain, modules: new Map([["lm_head", { ...plain.modules.get("model.layers.0.self_attn.q_proj")! }]]) } })).toThrow(/lm_head is \[32, 32\] in the adapter, \[392, 32\] in the model/);
    source.close();
  });
});
