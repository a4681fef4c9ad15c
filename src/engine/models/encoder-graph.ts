// The forward pass of a BERT (Devlin et al. 2019, arXiv:1810.04805) with GELU by the error function and token types, as it was trained.
// The llama library takes every token for one of the first text and approximates GELU, so that its cross-encoders score otherwise.
import { add, gelu, getRows, layerNorm, maskedSoftmax, mul, mulMat, reshape, swapMiddle, tanh, transposed, type Graph, type Tensor } from "../ggml/index.ts";
import type { EncoderConfig } from "./encoder-config.ts";

/** Weights on a device by the names of `encoderTensors`. */
export type EncoderWeights = ReadonlyMap<string, Tensor>;

/** What one pass reads, for B sequences padded to T tokens, N = B·T. */
export interface EncoderInputs {
  readonly batch: number;
  readonly time: number;
  /** `[N]` i32 each */
  readonly tokens: Tensor;
  readonly positions: Tensor;
  readonly types: Tensor;
  /** `[B 1 T T]` f32: 0 where a key is a token of the sequence, -∞ where it is padding. */
  readonly mask: Tensor;
  /** `[B]` i32: where the first token of each sequence stands. */
  readonly firsts: Tensor;
}

/** Declares the inputs of a pass. */
export function declareEncoderInputs(graph: Graph, batch: number, time: number): EncoderInputs {
  const ids = () => graph.input("i32", [batch * time]);
  return { batch, time, tokens: ids(), positions: ids(), types: ids(), mask: graph.input("f32", [batch, 1, time, time]), firsts: graph.input("i32", [batch]) };
}

/** Vectors of all tokens after the last layer, `[N D]`. */
export function encoderHidden(graph: Graph, config: EncoderConfig, weights: EncoderWeights, inputs: EncoderInputs): Tensor {
  const table = (name: string, index: Tensor) => getRows(graph, weightOf(weights, `embeddings.${name}.weight`), index);
  const summed = add(graph, add(graph, table("word_embeddings", inputs.tokens), table("position_embeddings", inputs.positions)), table("token_type_embeddings", inputs.types));
  let x = norm(graph, config, weights, "embeddings.LayerNorm", summed);
  for (let layer = 0; layer < config.layerCount; layer += 1) x = block(graph, config, weights, `encoder.layer.${layer}`, x, inputs);
  return x;
}

/** Outputs of the classifier on the first token of each sequence, `[B labels]`. */
export function encoderScores(graph: Graph, config: EncoderConfig, weights: EncoderWeights, hidden: Tensor, { firsts }: EncoderInputs): Tensor {
  const first_BD = getRows(graph, hidden, firsts);
  const pooled_BD = config.pooler ? tanh(graph, affine(graph, weights, "pooler.dense", first_BD)) : first_BD;
  return affine(graph, weights, "classifier", pooled_BD);
}

function block(graph: Graph, config: EncoderConfig, weights: EncoderWeights, at: string, x: Tensor, { batch: B, time: T, mask }: EncoderInputs): Tensor {
  const { headCount: H, hiddenSize: D } = config;
  const K = D / H;
  const heads = (name: string) => swapMiddle(graph, reshape(graph, affine(graph, weights, `${at}.attention.self.${name}`, x), [B, T, H, K]));
  const p_BHTT = maskedSoftmax(graph, mulMat(graph, heads("key"), heads("query")), mask, 1 / Math.sqrt(K));
  const mixed_BHTK = mulMat(graph, transposed(graph, heads("value")), p_BHTT);
  const mixed_ND = reshape(graph, swapMiddle(graph, mixed_BHTK), [B * T, D]);
  const attended = norm(graph, config, weights, `${at}.attention.output.LayerNorm`, add(graph, affine(graph, weights, `${at}.attention.output.dense`, mixed_ND), x));
  const inside_NF = gelu(graph, affine(graph, weights, `${at}.intermediate.dense`, attended));
  return norm(graph, config, weights, `${at}.output.LayerNorm`, add(graph, affine(graph, weights, `${at}.output.dense`, inside_NF), attended));
}

function affine(graph: Graph, weights: EncoderWeights, name: string, x: Tensor): Tensor {
  return add(graph, mulMat(graph, weightOf(weights, `${name}.weight`), x), weightOf(weights, `${name}.bias`));
}

function norm(graph: Graph, { normEpsilon }: EncoderConfig, weights: EncoderWeights, name: string, x: Tensor): Tensor {
  return add(graph, mul(graph, layerNorm(graph, x, normEpsilon), weightOf(weights, `${name}.weight`)), weightOf(weights, `${name}.bias`));
}

function weightOf(weights: EncoderWeights, name: string): Tensor {
  const weight = weights.get(name);
  if (weight === undefined) throw new RangeError(`internal: no weight ${name}`);
  return weight;
}
