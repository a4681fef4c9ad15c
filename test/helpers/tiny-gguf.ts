// A Llama of a few thousand random weights with a byte tokenizer, as a GGUF file: small enough to write in every test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ggufNumber, ggufText, openGguf, writeGguf, type GgufTensorSource, type GgufValue } from "../../src/engine/gguf/index.ts";

export interface TinyGgufOptions {
  readonly hiddenSize?: number;
  readonly intermediateSize?: number;
  readonly layerCount?: number;
  readonly contextLength?: number;
  readonly seed?: number;
  /** Default 256, the end-of-text token. Another one makes that token end every answer. */
  readonly eosId?: number;
  readonly metadata?: Readonly<Record<string, string | number>>;
}

/** 256 bytes and one end-of-text token. */
export const TINY_VOCAB_SIZE = 257;

/** Writes the model and returns `path`. Same options, same bytes. */
export function writeTinyGguf(path: string, options: TinyGgufOptions = {}): string {
  const { hiddenSize = 64, intermediateSize = 96, layerCount = 2, contextLength = 512, seed = 7, eosId = 256 } = options;
  const headCount = 4;
  const kvHeadCount = 2;
  const headDim = hiddenSize / headCount;
  const number = (value: number): GgufValue => ggufNumber(value);
  const metadata = new Map<string, GgufValue>([
    ["general.architecture", ggufText("llama")],
    ["general.name", ggufText("tiny")],
    ["general.type", ggufText("model")],
    ["general.file_type", number(0)],
    ["llama.block_count", number(layerCount)],
    ["llama.context_length", number(contextLength)],
    ["llama.embedding_length", number(hiddenSize)],
    ["llama.feed_forward_length", number(intermediateSize)],
    ["llama.attention.head_count", number(headCount)],
    ["llama.attention.head_count_kv", number(kvHeadCount)],
    ["llama.attention.layer_norm_rms_epsilon", ggufNumber(1e-5, "f32")],
    ["llama.rope.dimension_count", number(headDim)],
    ["llama.rope.freq_base", ggufNumber(10_000, "f32")],
    ["llama.vocab_size", number(TINY_VOCAB_SIZE)],
    ["tokenizer.ggml.model", ggufText("gpt2")],
    ["tokenizer.ggml.pre", ggufText("gpt-2")],
    ["tokenizer.ggml.tokens", { type: "array", of: "string", value: [...byteTokens(), "<|endoftext|>"] }],
    ["tokenizer.ggml.token_type", { type: "array", of: "i32", value: [...Array.from({ length: 256 }, () => 1), 3] }],
    ["tokenizer.ggml.merges", { type: "array", of: "string", value: [] }],
    ["tokenizer.ggml.bos_token_id", number(256)],
    ["tokenizer.ggml.eos_token_id", number(eosId)],
    ["tokenizer.ggml.add_bos_token", { type: "bool", value: false }],
    ...Object.entries(options.metadata ?? {}).map(([key, value]): [string, GgufValue] => [key, typeof value === "number" ? number(value) : ggufText(value)]),
  ]);
  const draw = randomNumbers(seed);
  const matrix = (name: string, rows: number, columns: number, scale = 2 / Math.sqrt(columns)): GgufTensorSource => ({
    name,
    shape: [rows, columns],
    type: "f32",
    bytes: () => new Uint8Array(Float32Array.from({ length: rows * columns }, () => scale * draw()).buffer),
  });
  const ones = (name: string): GgufTensorSource => ({ name, shape: [hiddenSize], type: "f32", bytes: () => new Uint8Array(new Float32Array(hiddenSize).fill(1).buffer) });
  const layer = (index: number): GgufTensorSource[] => [
    ones(`blk.${index}.attn_norm.weight`),
    matrix(`blk.${index}.attn_q.weight`, hiddenSize, hiddenSize),
    matrix(`blk.${index}.attn_k.weight`, kvHeadCount * headDim, hiddenSize),
    matrix(`blk.${index}.attn_v.weight`, kvHeadCount * headDim, hiddenSize),
    matrix(`blk.${index}.attn_output.weight`, hiddenSize, hiddenSize),
    ones(`blk.${index}.ffn_norm.weight`),
    matrix(`blk.${index}.ffn_gate.weight`, intermediateSize, hiddenSize),
    matrix(`blk.${index}.ffn_up.weight`, intermediateSize, hiddenSize),
    matrix(`blk.${index}.ffn_down.weight`, hiddenSize, intermediateSize),
  ];
  writeGguf(path, {
    metadata,
    tensors: [
      matrix("token_embd.weight", TINY_VOCAB_SIZE, hiddenSize, 1),
      ...Array.from({ length: layerCount }, (_, index) => layer(index)).flat(),
      ones("output_norm.weight"),
      matrix("output.weight", TINY_VOCAB_SIZE, hiddenSize),
    ],
  });
  return path;
}

/** Writes a LoRA adapter for the first value projection of the default tiny model and returns `path`. */
export function writeTinyAdapter(path: string): string {
  const r = 4;
  const matrix = (name: string, rows: number, columns: number): GgufTensorSource => ({
    name: `blk.0.attn_v.weight.${name}`,
    shape: [rows, columns],
    type: "f32",
    bytes: () => new Uint8Array(Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(index)).buffer),
  });
  writeGguf(path, {
    metadata: new Map([
      ["general.type", ggufText("adapter")],
      ["general.architecture", ggufText("llama")],
      ["adapter.type", ggufText("lora")],
      ["adapter.lora.alpha", ggufNumber(2 * r, "f32")],
    ]),
    tensors: [matrix("lora_a", r, 64), matrix("lora_b", 32, r)],
  });
  return path;
}

/** The ggml type of every tensor of a GGUF file, by name. */
export function readTensorTypes(path: string): Readonly<Record<string, string>> {
  const file = openGguf(path);
  file.close();
  return Object.fromEntries([...file.tensors.values()].map(({ name, type }) => [name, type]));
}

/** The bytes of one tensor of a GGUF file. */
export function readTensor(path: string, name: string): Uint8Array {
  const file = openGguf(path);
  const bytes = file.read(name);
  file.close();
  return bytes;
}

/** A temporary folder for one test file. */
export function makeTemporaryFolder(): { readonly path: string; file(name: string): string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "tunesmith-"));
  return { path, file: (name) => join(path, name), remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The printable stand-in of every byte (GPT-2's byte-level alphabet): printable ones stand for themselves, the rest follow from U+0100. */
function byteTokens(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

/** Numbers in (-1, 1): the "mulberry32" generator. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}
