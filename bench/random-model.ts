import { join } from "node:path";
import { LINEAR_MODULES, moduleName, openModel, randomStream } from "../src/engine/models/index.ts";
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

/**
 * Writes a Hugging Face directory of random f32 weights (deviation 0.02, gains 1, tied embeddings) for a configuration, once: an existing one
 * is kept. The tokenizer is the base model's; it is never used for text here.
 */
export function makeRandomModel(configPath: string, tokenizerDirectory: string, directory: string): void {
  const weights = join(directory, "model.safetensors");
  if (exists(weights)) return;
  ensureDirectory(directory);
  const config = readJson(configPath) as HfConfig;
  for (const name of ["tokenizer.json", "tokenizer_config.json"]) copy(join(tokenizerDirectory, name), join(directory, name));
  writeJson(join(directory, "config.json"), config);
  writeSafetensors(weights, [...tensorShapes(config)].map(([name, shape]) => ({ name, shape, dtype: "F32" as const, bytes: () => randomBytes(name, shape) })));
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

/** Uniform with deviation 0.02: as good as normal for measuring, and much faster to draw. */
function randomBytes(name: string, shape: readonly number[]): Uint8Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const uniform = randomStream(0, name);
  const width = 0.02 * Math.sqrt(12);
  for (let index = 0; index < values.length; index += 1) values[index] = shape.length === 1 ? 1 : width * (uniform() - 0.5);
  return new Uint8Array(values.buffer);
}
