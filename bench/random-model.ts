import { join } from "node:path";
import { LINEAR_MODULES, loraScale, moduleName, moduleShape, openModel, randomStream, writeAdapter, type LoraModule } from "../src/engine/models/index.ts";
import { writeSafetensors } from "../src/engine/safetensors/index.ts";
import { copy, ensureDirectory, exists, readJson, writeJson } from "../src/files/index.ts";

interface HfConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
}

/** Values drawn at once. */
const PIECE = 2 ** 22;

/**
 * Writes a Hugging Face directory of random weights (deviation 0.02, gains 1, tied embeddings) for a configuration, once: an existing one is
 * kept. The tokenizer is never used for text here.
 */
export function makeRandomModel(configPath: string, tokenizerDirectory: string, directory: string, dtype: "F32" | "BF16" = "F32"): void {
  const weights = join(directory, "model.safetensors");
  if (exists(weights)) return;
  ensureDirectory(directory);
  const config = readJson(configPath) as HfConfig;
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) copy(join(tokenizerDirectory, name), join(directory, name));
  writeJson(join(directory, "config.json"), config);
  writeSafetensors(weights, [...tensorShapes(config)].map(([name, shape]) => ({ name, shape, dtype, bytes: () => randomBytes(name, shape, dtype) })));
  openModel(directory).close();
}

function tensorShapes(config: HfConfig): ReadonlyMap<string, readonly number[]> {
  const { hidden_size: D, intermediate_size: F, head_dim: K } = config;
  const queries = config.num_attention_heads * K;
  const keys = config.num_key_value_heads * K;
  const shapes = { q_proj: [queries, D], k_proj: [keys, D], v_proj: [keys, D], o_proj: [D, queries], gate_proj: [F, D], up_proj: [F, D], down_proj: [D, F] };
  const layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => [
    ...LINEAR_MODULES.map((module) => [`${moduleName(layer, module)}.weight`, shapes[module]] as const),
    [`model.layers.${layer}.input_layernorm.weight`, [D]] as const,
    [`model.layers.${layer}.post_attention_layernorm.weight`, [D]] as const,
  ]);
  return new Map<string, readonly number[]>([["model.embed_tokens.weight", [config.vocab_size, D]], ...layers.flat(), ["model.norm.weight", [D]]]);
}

/** A rank-16 adapter of random values on every linear layer, once. */
export function makeRandomAdapter(model: string, directory: string): void {
  if (exists(directory)) return;
  const { config, close } = openModel(model);
  close();
  const settings = { r: 16, alpha: 32, dropout: 0, targetModules: LINEAR_MODULES };
  const scale = loraScale(settings);
  const modules = new Map<string, LoraModule>();
  for (let layer = 0; layer < config.layerCount; layer += 1) {
    for (const module of LINEAR_MODULES) {
      const [outFeatures, inFeatures] = moduleShape(config, module);
      const name = moduleName(layer, module);
      modules.set(name, { a: randomValues(`${name}.a`, 16 * inFeatures), b: randomValues(`${name}.b`, 16 * outFeatures), inFeatures, outFeatures, r: 16, scale });
    }
  }
  writeAdapter(directory, { ...settings, baseModel: model, useRslora: false, scale, modules });
}

function* randomBytes(name: string, shape: readonly number[], dtype: "F32" | "BF16"): Generator<Uint8Array> {
  const size = shape.reduce((product, length) => product * length, 1);
  for (let first = 0; first < size; first += PIECE) {
    const length = Math.min(PIECE, size - first);
    const values = shape.length === 1 ? new Float32Array(length).fill(1) : randomValues(`${name}.${first}`, length);
    yield dtype === "F32" ? new Uint8Array(values.buffer) : upperHalves(values);
  }
}

/** Uniform with deviation 0.02: as good as normal for measuring, and much faster to draw. */
function randomValues(name: string, length: number): Float32Array<ArrayBuffer> {
  const uniform = randomStream(0, name);
  const width = 0.02 * Math.sqrt(12);
  const values = new Float32Array(length);
  for (let index = 0; index < length; index += 1) values[index] = width * (uniform() - 0.5);
  return values;
}

/** bfloat16, rounded towards zero: random values need no better. */
function upperHalves(values: Float32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(new Uint16Array(values.buffer).filter((_, index) => index % 2 === 1).buffer);
}
