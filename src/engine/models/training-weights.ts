// Places the weights of a model on a device for training: frozen ones in their base type with a transposed copy, or all as f32 parameters.
import { TENSOR_TYPES, type TensorTypeName } from "../ffi/index.ts";
import { canRepack, constant, createArena, dequantizeRows, frozenLinear, quantizeRows, trainedLinear, writeTensor, type Arena, type Backend, type Linear, type Tensor, type Value } from "../ggml/index.ts";
import { LINEAR_MODULES, moduleName, type LinearModule } from "./lora.ts";
import { architectureOf } from "./architectures.ts";
import type { LayerVectors, LlamaLayer, LlamaWeights } from "./llama-graph.ts";
import type { LlamaConfig, WeightSource } from "./types.ts";

/** The type frozen matrices are held in: `auto` keeps a quantized file's own types and makes 16- and 32-bit files 4-bit (QLoRA). */
export type BaseType = "auto" | "f32" | "f16" | "bf16" | "q8_0" | "q4_0" | "q4_k";

export interface LoadedWeights {
  readonly weights: LlamaWeights;
  readonly sizeBytes: number;
  /** How many matrices are held in each type. */
  readonly types: ReadonlyMap<TensorTypeName, number>;
  dispose(): void;
}

/** Uploads a frozen model. Adapters are attached by name afterwards with {@link withAdapters}. */
export function loadFrozenWeights(backend: Backend, source: WeightSource, base: BaseType, ropeFactors: Float32Array | undefined): LoadedWeights {
  const { config } = source;
  const plain = createArena(backend, 40 + config.layerCount * 24);
  const packed = createArena(backend, 40 + config.layerCount * 24, { repacked: true });
  const fills: (() => void)[] = [];
  const types = new Map<TensorTypeName, number>();
  const multiplied = (type: TensorTypeName, shape: readonly number[]) => (canRepack(backend, type, shape) ? packed : plain).tensor(type, shape);
  const matrix = (name: string, type: TensorTypeName, wantCopy: boolean, isTable = false): Linear => {
    const { shape } = source.info(name);
    const [out, inner] = shape as readonly [number, number];
    const copyType = type === "f32" || out % TENSOR_TYPES.q8_0.blockSize !== 0 ? "f32" : "q8_0";
    const weight = isTable ? plain.tensor(type, shape) : multiplied(type, shape);
    const copy = wantCopy ? multiplied(copyType, [inner, out]) : undefined;
    types.set(type, (types.get(type) ?? 0) + 1);
    fills.push(() => fillMatrix(backend, source, name, weight, copy));
    return frozenLinear(weight, copy);
  };
  const gain = (name: string) => constant(vector(backend, plain, fills, () => source.readF32(name), source.info(name).shape[0]!));

  const table = matrix("model.embed_tokens.weight", tableType(source, "model.embed_tokens.weight", base), config.tiedEmbeddings, true);
  const layers = Array.from({ length: config.layerCount }, (_, layer) => {
    const entries = LINEAR_MODULES.map((module) => {
      const name = `${moduleName(layer, module)}.weight`;
      // The input of the first layer is the embedding, which is frozen: no gradient flows back through q, k and v there.
      return [module, matrix(name, matrixType(source, name, base), layer > 0 || !"qkv".includes(module[0]!))] as const;
    });
    return layerOf(entries, layerVectors(config, layer, gain));
  });
  const head = config.tiedEmbeddings ? table : matrix("lm_head.weight", tableType(source, "lm_head.weight", base), true);
  const norm = gain("model.norm.weight");
  const factors = ropeFactors === undefined ? undefined : vector(backend, plain, fills, () => ropeFactors, ropeFactors.length);
  const arenas = [plain, packed];
  for (const arena of arenas) arena.allocate();
  for (const fill of fills) fill();
  return {
    weights: { embedding: table.weight, layers, norm, head, ropeFactors: factors },
    sizeBytes: plain.sizeBytes + packed.sizeBytes,
    types,
    dispose() {
      for (const arena of arenas) arena.dispose();
    },
  };
}

/** The same weights as trained parameters, `parameters` by Hugging Face name. */
export function trainedWeights(source: Pick<WeightSource, "config">, parameters: ReadonlyMap<string, Value>, ropeFactors: Tensor | undefined, compute: Linear["compute"]): LlamaWeights {
  const { config } = source;
  const get = (name: string) => parameters.get(name)!;
  const layers = Array.from({ length: config.layerCount }, (_, layer) =>
    layerOf(
      LINEAR_MODULES.map((module) => [module, trainedLinear(get(`${moduleName(layer, module)}.weight`), compute)] as const),
      layerVectors(config, layer, get),
    ),
  );
  const embedding = get("model.embed_tokens.weight");
  const head = trainedLinear(config.tiedEmbeddings ? embedding : get("lm_head.weight"));
  return { embedding, layers, norm: get("model.norm.weight"), head, ropeFactors };
}

/** Attaches trained adapter pairs to the layers that have them. */
export function withAdapters(weights: LlamaWeights, parameters: ReadonlyMap<string, Value>, factor: number): LlamaWeights {
  const layers = weights.layers.map((layer, index) => {
    const entries = LINEAR_MODULES.map((module) => {
      const a = parameters.get(`${moduleName(index, module)}.lora_A`);
      const b = parameters.get(`${moduleName(index, module)}.lora_B`);
      return [module, a === undefined || b === undefined ? layer[module] : { ...layer[module], lora: { a, b, factor } }] as const;
    });
    return layerOf(entries, layer);
  });
  return { ...weights, layers };
}

function layerOf(linears: readonly (readonly [LinearModule, Linear])[], { attentionNorm, mlpNorm, biases, headNorms }: LayerVectors): LlamaLayer {
  return { ...(Object.fromEntries(linears) as Record<LinearModule, Linear>), attentionNorm, mlpNorm, biases, headNorms };
}

/** The norms and biases of one layer, by their Hugging Face names. */
function layerVectors(config: LlamaConfig, layer: number, get: (name: string) => Value): LayerVectors {
  const { attentionBias, headNorms } = architectureOf(config);
  const at = (name: string) => get(`model.layers.${layer}.${name}`);
  return {
    attentionNorm: at("input_layernorm.weight"),
    mlpNorm: at("post_attention_layernorm.weight"),
    ...(attentionBias ? { biases: { q_proj: at("self_attn.q_proj.bias"), k_proj: at("self_attn.k_proj.bias"), v_proj: at("self_attn.v_proj.bias") } } : {}),
    ...(headNorms ? { headNorms: { q: at("self_attn.q_norm.weight"), k: at("self_attn.k_norm.weight") } } : {}),
  };
}

function vector(backend: Backend, arena: Arena, fills: (() => void)[], read: () => Float32Array, length: number): Tensor {
  const tensor = arena.tensor("f32", [length]);
  fills.push(() => writeTensor(backend, tensor, read()));
  return tensor;
}

function fillMatrix(backend: Backend, source: WeightSource, name: string, weight: Tensor, copy: Tensor | undefined): void {
  const [out, inner] = weight.shape as readonly [number, number];
  const stored = source.info(name).type;
  const bytes = stored === weight.type ? source.readRaw(name) : quantizeRows(weight.type, source.readF32(name), inner);
  writeTensor(backend, weight, bytes);
  if (copy === undefined) return;
  // The copy is made from what the forward pass really multiplies with, not from the original.
  const values = dequantizeRows(weight.type, bytes, out * inner);
  writeTensor(backend, copy, quantizeRows(copy.type, transposeValues(values, out, inner), out));
}

function transposeValues(values: Float32Array, height: number, width: number): Float32Array {
  const turned = new Float32Array(values.length);
  const tile = 32;
  for (let row0 = 0; row0 < height; row0 += tile) {
    for (let column0 = 0; column0 < width; column0 += tile) {
      const rowEnd = Math.min(row0 + tile, height);
      const columnEnd = Math.min(column0 + tile, width);
      for (let row = row0; row < rowEnd; row += 1) {
        for (let column = column0; column < columnEnd; column += 1) turned[column * height + row] = values[row * width + column]!;
      }
    }
  }
  return turned;
}

function isQuantized(type: TensorTypeName): boolean {
  return TENSOR_TYPES[type].blockSize > 1;
}

/** A matrix whose rows are not whole blocks falls back to 8 bits, then to 32. */
function matrixType(source: WeightSource, name: string, base: BaseType): TensorTypeName {
  const { type: stored, shape } = source.info(name);
  const wanted: TensorTypeName = base !== "auto" ? base : isQuantized(stored) ? stored : "q4_k";
  const candidates: readonly TensorTypeName[] = [wanted, "q8_0", "f32"];
  return candidates.find((type) => shape[1]! % TENSOR_TYPES[type].blockSize === 0) ?? "f32";
}

/** Embedding and head are kept at 8 bits when the layers are quantized from a full-precision file, as stored when they are quantized already. */
function tableType(source: WeightSource, name: string, base: BaseType): TensorTypeName {
  const { type: stored, shape } = source.info(name);
  if (base === "f32" || base === "f16") return base;
  if (base === "bf16") return "f32";
  if (isQuantized(stored)) return stored;
  return shape[1]! % TENSOR_TYPES.q8_0.blockSize === 0 ? "q8_0" : "f32";
}
