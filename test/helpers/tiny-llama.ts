// A Llama of a few thousand seeded random weights with a byte tokenizer, as a Hugging Face directory in F32, for training in tests.
import { join } from "node:path";
import { LINEAR_MODULES, moduleName, moduleShape, randomStream, type LlamaConfig, type TrainingRow } from "../../src/engine/models/index.ts";
import { normalStream } from "../../src/engine/models/random.ts";
import { writeSafetensors, type SafetensorsTensorSource } from "../../src/engine/safetensors/index.ts";
import { ensureDirectory, writeJson } from "../../src/files/index.ts";

export interface TinyLlamaOptions {
  /** Default 64. */
  readonly hiddenSize?: number;
  /** Default 1.5 times the hidden size. */
  readonly intermediateSize?: number;
  readonly layerCount?: number;
  readonly headCount?: number;
  readonly kvHeadCount?: number;
  readonly tied?: boolean;
  /** Scaling of the rotary frequencies. Default none. */
  readonly ropeScaling?: keyof typeof ROPE_SCALINGS;
  readonly seed?: number;
}

/** The end of a text; 0–255 are bytes, 257 is padding, the rest of the embedding's rows have no token. */
export const TINY_EOS = 256;
const VOCAB_SIZE = 288;
const ROPE_SCALINGS = {
  llama3: { rope_type: "llama3", factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 64 },
  linear: { rope_type: "linear", factor: 4 },
} as const;

/** Writes config.json, tokenizer and weights into `directory` and returns it. Same options, same bytes. */
export function writeTinyLlama(directory: string, options: TinyLlamaOptions = {}): string {
  const { hiddenSize = 64, layerCount = 2, headCount = 4, kvHeadCount = 2, tied = false, ropeScaling, seed = 7 } = options;
  const { intermediateSize = 1.5 * hiddenSize } = options;
  const config: LlamaConfig = {
    vocabSize: VOCAB_SIZE, hiddenSize, intermediateSize, layerCount, headCount, kvHeadCount, headDim: hiddenSize / headCount,
    normEpsilon: 1e-5, ropeTheta: 10_000, tiedEmbeddings: tied, contextLength: 256, bosId: TINY_EOS, eosIds: [TINY_EOS],
  };
  ensureDirectory(directory);
  writeJson(join(directory, "config.json"), configJson(config, ropeScaling));
  writeJson(join(directory, "tokenizer.json"), tokenizerJson());
  writeJson(join(directory, "tokenizer_config.json"), { bos_token: "<|end|>", eos_token: "<|end|>", pad_token: "<|pad|>", add_bos_token: false });
  writeSafetensors(join(directory, "model.safetensors"), tensors(config, seed), { format: "pt" });
  return directory;
}

/** `count` rows of random bytes; the first third of each is prompt. Lengths vary around `length`. */
export function randomRows(count: number, length: number, seed = 1): readonly TrainingRow[] {
  const uniform = randomStream(seed, "rows");
  return Array.from({ length: count }, (_, row) => {
    const ids = Array.from({ length: length - 3 * (row % 4) }, () => 97 + Math.floor(26 * uniform()));
    return { ids, labels: ids.map((id, position) => (position < length / 3 ? -100 : id)) };
  });
}

function configJson(config: LlamaConfig, ropeScaling: TinyLlamaOptions["ropeScaling"]): Record<string, unknown> {
  return {
    architectures: ["LlamaForCausalLM"], model_type: "llama", hidden_act: "silu", vocab_size: config.vocabSize, hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize, num_hidden_layers: config.layerCount, num_attention_heads: config.headCount,
    num_key_value_heads: config.kvHeadCount, head_dim: config.headDim, rms_norm_eps: config.normEpsilon, rope_theta: config.ropeTheta,
    max_position_embeddings: config.contextLength, tie_word_embeddings: config.tiedEmbeddings, bos_token_id: config.bosId,
    eos_token_id: config.eosIds[0], pad_token_id: 257, torch_dtype: "float32", ...(ropeScaling === undefined ? {} : { rope_scaling: ROPE_SCALINGS[ropeScaling] }),
  };
}

/** Deviations that keep activations near one, gains that are not all alike. */
function tensors(config: LlamaConfig, seed: number): readonly SafetensorsTensorSource[] {
  const make = (name: string, shape: readonly number[], deviation: number, mean = 0): SafetensorsTensorSource => ({
    name, dtype: "F32", shape,
    bytes: () => {
      const normal = normalStream(randomStream(seed, name));
      const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => mean + deviation * normal());
      return new Uint8Array(values.buffer);
    },
  });
  const { hiddenSize: D, vocabSize: V } = config;
  const layers = Array.from({ length: config.layerCount }, (_, layer) => [
    ...LINEAR_MODULES.map((module) => make(`${moduleName(layer, module)}.weight`, moduleShape(config, module), 1 / Math.sqrt(moduleShape(config, module)[1]))),
    make(`model.layers.${layer}.input_layernorm.weight`, [D], 0.1, 1),
    make(`model.layers.${layer}.post_attention_layernorm.weight`, [D], 0.1, 1),
  ]);
  const head = config.tiedEmbeddings ? [] : [make("lm_head.weight", [V, D], 1 / Math.sqrt(D))];
  return [make("model.embed_tokens.weight", [V, D], config.tiedEmbeddings ? 1 / Math.sqrt(D) : 1), ...layers.flat(), make("model.norm.weight", [D], 0.1, 1), ...head];
}

function tokenizerJson(): unknown {
  const special = (id: number, content: string) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true });
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const vocab = Object.fromEntries([...byteAlphabet(), "<|end|>", "<|pad|>"].map((token, id) => [token, id]));
  return {
    version: "1.0", truncation: null, padding: null, added_tokens: [special(256, "<|end|>"), special(257, "<|pad|>")], normalizer: null,
    pre_tokenizer: byteLevel, post_processor: null, decoder: byteLevel,
    model: { type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges: [] },
  };
}

/** The printable stand-in of every byte (GPT-2): printable ones stand for themselves, the rest follow from U+0100. */
function byteAlphabet(): readonly string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : next++);
  });
}
