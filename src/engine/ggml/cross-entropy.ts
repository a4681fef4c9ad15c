// Masked cross-entropy over a large vocabulary, in chunks of tokens: only one chunk of logits exists at a time, and the forward pass already
// leaves the gradient of the hidden states behind. ggml's own cross-entropy cannot mask: a zero label row still pulls towards uniform.
import { tensorBytes } from "../ffi/index.ts";
import type { Graph } from "./graph.ts";
import type { Linear } from "./linear.ts";
import {
  add,
  argmax,
  clamp,
  concatRows,
  getRows,
  log,
  mul,
  mulInto,
  mulMat,
  reshape,
  rows,
  scale,
  setRows,
  shift,
  slice,
  softmaxInto,
  sum,
  transposed,
} from "./ops.ts";
import type { Tape, Value } from "./tape.ts";
import type { Tensor } from "./tensor.ts";

/** What a computation of the loss reads: one entry per token, written before each step. */
export interface Targets {
  /** `[N]` i32 and `[N]` i64: position of the label in its chunk of flattened logits, `(token in chunk) · V + label`; see {@link targetIndex}. */
  readonly index32: Tensor;
  readonly index64: Tensor;
  /** `[N]` f32: weight of each token in the loss; 0 masks it. */
  readonly weight: Tensor;
  readonly chunk: number;
}

export interface LossResult {
  /** `[1]` f32: Σ weight · −log p(label), in nats. */
  readonly loss: Tensor;
  /** One `[chunk]` i32 per chunk: the most likely tokens, for accuracy. Empty unless asked for. */
  readonly best: readonly Tensor[];
}

const MAX_LOGIT_BYTES = 64 * 2 ** 20;

/** Tokens per chunk: as many as keep one chunk of logits at or below 64 MiB, at least 32, a divisor of `tokens` where one is near. */
export function chunkSize(tokens: number, vocabulary: number): number {
  const most = Math.max(32, Math.floor(MAX_LOGIT_BYTES / tensorBytes("f32", vocabulary)));
  return Math.ceil(tokens / Math.ceil(tokens / most));
}

/** Declares the inputs of a loss over `tokens` tokens. */
export function declareTargets(graph: Graph, tokens: number, vocabulary: number): Targets {
  return {
    index32: graph.input("i32", [tokens]),
    index64: graph.input("i64", [tokens]),
    weight: graph.input("f32", [tokens]),
    chunk: chunkSize(tokens, vocabulary),
  };
}

/** Where the label of token `token` lies in its chunk's flattened logits. */
export function targetIndex(token: number, label: number, chunk: number, vocabulary: number): number {
  return (token % chunk) * vocabulary + label;
}

interface LossOptions {
  /** Also emit the most likely token of every position. Default false. */
  readonly best?: boolean;
  /** Emit gradients. Default true. */
  readonly backward?: boolean;
}

/**
 * Weighted sum of cross-entropy of `hidden [N D]` through `head [V D]`, and, unless `backward` is false, the whole backward pass of the tape.
 */
export function crossEntropy(tape: Tape, hidden: Value, head: Linear, targets: Targets, options: LossOptions = {}): LossResult {
  const { graph } = tape;
  const tokens = hidden.tensor.shape[0]!;
  const backward = options.backward ?? true;
  let loss: Tensor | undefined;
  const best: Tensor[] = [];
  let gradient: Tensor | undefined;
  for (let from = 0; from < tokens; from += targets.chunk) {
    const part = lossOfChunk(tape, hidden.tensor, head, targets, from, Math.min(targets.chunk, tokens - from), options.best ?? false, backward);
    loss = loss === undefined ? part.loss : add(graph, loss, part.loss);
    if (part.best !== undefined) best.push(graph.output(part.best));
    if (part.gradient !== undefined) gradient = gradient === undefined ? part.gradient : concatRows(graph, gradient, part.gradient);
  }
  if (gradient !== undefined && hidden.needsGradient) tape.backward(hidden, gradient);
  return { loss: graph.output(loss!), best };
}

function lossOfChunk(tape: Tape, hidden: Tensor, head: Linear, targets: Targets, from: number, count: number, wantBest: boolean, backward: boolean) {
  const { graph } = tape;
  const weight_n1 = reshape(graph, slice(graph, targets.weight, from, count), [count, 1]);
  const index32_n = slice(graph, targets.index32, from, count);
  const hidden_nD = rows(graph, hidden, from, count);
  const logits_nV = mulMat(graph, head.weight.tensor, hidden_nD);
  const vocabulary = logits_nV.shape[1]!;
  const p_nV = softmaxInto(graph, logits_nV);
  const best = wantBest ? argmax(graph, p_nV) : undefined;
  const pLabel_n1 = getRows(graph, reshape(graph, p_nV, [count * vocabulary, 1]), index32_n);
  // ggml's clamp makes its upper bound of a NaN; 0 · p brings it back, and changes no number.
  const surprise_n1 = log(graph, add(graph, clamp(graph, pLabel_n1, 1e-37, 2), scale(graph, pLabel_n1, 0)));
  const loss = sum(graph, mul(graph, scale(graph, surprise_n1, -1), weight_n1));
  if (!backward) return { loss, best, gradient: undefined };

  // d loss / d logits = weight · (p − onehot(label)), written into the memory of p.
  const atLabel_n1 = mul(graph, shift(graph, pLabel_n1, 1, -1), weight_n1);
  const scaled_nV = mulInto(graph, p_nV, weight_n1);
  const index64_n = slice(graph, targets.index64, from, count);
  const dLogits_nV = reshape(graph, setRows(graph, reshape(graph, scaled_nV, [count * vocabulary, 1]), atLabel_n1, index64_n), [count, vocabulary]);
  if (head.weight.needsGradient) tape.give(head.weight, mulMat(graph, transposed(graph, hidden_nD), transposed(graph, dLogits_nV)));
  const gradient = mulMat(graph, head.transposed ?? tape.transposedOf(head.weight.tensor), dLogits_nV);
  return { loss, best, gradient };
}
