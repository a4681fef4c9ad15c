// The forward pass of the Llama family (Touvron et al. 2023, arXiv:2302.13971) and of Qwen 2 and 3 (arXiv:2407.10671, 2505.09388), on a tape. Letters of shapes: engine/ggml/tensor.ts.
import {
  attend,
  biased,
  checkpointed,
  drop,
  embed,
  gated,
  linear,
  normalize,
  normalizeHeads,
  plus,
  rows,
  type Graph,
  type Linear,
  type QueryBlock,
  type Rope,
  type Tape,
  type Tensor,
  type Value,
} from "../ggml/index.ts";
import type { LinearModule } from "./lora.ts";
import type { LlamaConfig } from "./types.ts";

/** Weights on a device, ready to be used by graphs. */
export interface LlamaWeights {
  /** `[V D]` */
  readonly embedding: Value;
  readonly layers: readonly LlamaLayer[];
  /** `[D]` */
  readonly norm: Value;
  readonly head: Linear;
  /** `[K/2]` divisors of the rotary frequencies, or none. */
  readonly ropeFactors: Tensor | undefined;
}

export type LlamaLayer = Readonly<Record<LinearModule, Linear>> & LayerVectors;

/** The one-dimensional weights of a layer. */
export interface LayerVectors {
  readonly attentionNorm: Value;
  readonly mlpNorm: Value;
  /** `[out]` */
  readonly biases?: Readonly<Record<"q_proj" | "k_proj" | "v_proj", Value>>;
  /** `[K]` each */
  readonly headNorms?: { readonly q: Value; readonly k: Value };
}

/** What a forward pass reads besides the weights. */
export interface LlamaInputs {
  readonly batch: number;
  readonly time: number;
  /** `[N]` i32 */
  readonly tokens: Tensor;
  /** `[T]` i32, or `[N]` where rows are packed. */
  readonly positions: Tensor;
  /** Which keys each query sees. */
  readonly blocks: readonly QueryBlock[];
  /** Masks for adapter dropout by input width, `[N + shifts, width]`; none when nothing is dropped. */
  readonly dropout: ReadonlyMap<number, Tensor>;
}

/** How many masks of each input width one pass uses: pools are that many rows longer than a batch. */
export function dropoutShifts(config: LlamaConfig): ReadonlyMap<number, number> {
  const shifts = new Map<number, number>();
  const { hiddenSize: D, intermediateSize: F, headDim: K, headCount: H } = config;
  for (const width of [D, H * K, D, F]) shifts.set(width, (shifts.get(width) ?? 0) + config.layerCount);
  return shifts;
}

/** Hidden states after the final norm, `[N D]`. With `recompute`, only the input of each layer is kept for the backward pass. */
export function llamaHidden(tape: Tape, config: LlamaConfig, weights: LlamaWeights, inputs: LlamaInputs, recompute: boolean): Value {
  const rope: Rope = { dimensions: config.headDim, base: config.ropeTheta, frequencyScale: linearScale(config), factors: weights.ropeFactors };
  const masks = dropoutMasks(tape.graph, config, inputs);
  let x = embed(tape, weights.embedding, inputs.tokens);
  weights.layers.forEach((layer, index) => {
    const block = (inner: Tape, input: Value) => llamaBlock(inner, config, layer, input, inputs, rope, masks[index]!);
    x = recompute ? checkpointed(tape, block, x) : block(tape, x);
  });
  return normalize(tape, x, weights.norm, config.normEpsilon);
}

interface BlockMasks {
  readonly attention: Tensor | undefined;
  readonly output: Tensor | undefined;
  readonly mlp: Tensor | undefined;
  readonly down: Tensor | undefined;
}

function llamaBlock(tape: Tape, config: LlamaConfig, layer: LlamaLayer, x: Value, inputs: LlamaInputs, rope: Rope, masks: BlockMasks): Value {
  const { batch, time, blocks, positions } = inputs;
  const h = normalize(tape, x, layer.attentionNorm, config.normEpsilon);
  const dropped = drop(tape, h, masks.attention);
  const project = (module: "q_proj" | "k_proj" | "v_proj", gain?: Value) => {
    const y = linear(tape, h, layer[module], dropped);
    const shifted = layer.biases === undefined ? y : biased(tape, y, layer.biases[module]);
    return gain === undefined ? shifted : normalizeHeads(tape, shifted, gain, config.normEpsilon);
  };
  const q = project("q_proj", layer.headNorms?.q);
  const k = project("k_proj", layer.headNorms?.k);
  const v = project("v_proj");
  const mixed = attend(tape, q, k, v, { batch, time, heads: config.headCount, groups: config.kvHeadCount, headWidth: config.headDim, blocks, positions, rope });
  const attended = plus(tape, x, linear(tape, mixed, layer.o_proj, drop(tape, mixed, masks.output)));
  const m = normalize(tape, attended, layer.mlpNorm, config.normEpsilon);
  const droppedM = drop(tape, m, masks.mlp);
  const inside = gated(tape, linear(tape, m, layer.gate_proj, droppedM), linear(tape, m, layer.up_proj, droppedM));
  return plus(tape, attended, linear(tape, inside, layer.down_proj, drop(tape, inside, masks.down)));
}

/**
 * The masks of a pass are windows into one random pool per width, shifted by one token from use to use: for any token all its masks are
 * independent, and memory does not grow with depth.
 */
function dropoutMasks(graph: Graph, config: LlamaConfig, { batch, time, dropout }: LlamaInputs): readonly BlockMasks[] {
  const used = new Map<number, number>();
  const next = (width: number) => {
    const pool = dropout.get(width);
    const shift = used.get(width) ?? 0;
    used.set(width, shift + 1);
    return pool === undefined ? undefined : rows(graph, pool, shift, batch * time);
  };
  const { hiddenSize: D, intermediateSize: F, headDim: K, headCount: H } = config;
  return Array.from({ length: config.layerCount }, () => ({ attention: next(D), output: next(H * K), mlp: next(D), down: next(F) }));
}

function linearScale(config: LlamaConfig): number {
  return config.ropeScaling?.type === "linear" ? 1 / config.ropeScaling.factor : 1;
}
