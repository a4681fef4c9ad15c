import {
  add,
  getRows,
  getRowsBack,
  maskedSoftmax,
  mul,
  mulMat,
  reshape,
  rmsNorm,
  rmsNormBack,
  rotate,
  silu,
  siluBack,
  softmaxBack,
  sumRows,
  swapMiddle,
  swiglu,
  transposed,
  type Rope,
} from "./ops.ts";
import type { Tape, Value } from "./tape.ts";
import type { Tensor } from "./tensor.ts";

/** Rows of `table [V D]` at `tokens [N]` i32 `→ [N D]`. A quantized table must be constant. */
export function embed(tape: Tape, table: Value, tokens: Tensor): Value {
  const { graph } = tape;
  return tape.result(getRows(graph, table.tensor, tokens), [table], (dy) => tape.give(table, getRowsBack(graph, dy, tokens, table.tensor)));
}

/** Residual sum of two values of one shape. */
export function plus(tape: Tape, a: Value, b: Value): Value {
  return tape.result(add(tape.graph, a.tensor, b.tensor), [a, b], (dy) => {
    tape.give(a, dy);
    tape.give(b, dy);
  });
}

/** `x · mask`, a mask of 0 or 1/(1-p) per element (Srivastava et al. 2014); x itself without one. */
export function drop(tape: Tape, x: Value, mask: Tensor | undefined): Value {
  if (mask === undefined) return x;
  return tape.result(mul(tape.graph, x.tensor, mask), [x], (dy) => tape.give(x, mul(tape.graph, dy, mask)));
}

/** RMSNorm with gain (Zhang & Sennrich 2019, arXiv:1910.07467): `x [N D]`, `gain [D]` or `[1 D]`. */
export function normalize(tape: Tape, x: Value, gain: Value, epsilon: number): Value {
  const { graph } = tape;
  const unit_ND = rmsNorm(graph, x.tensor, epsilon);
  return tape.result(mul(graph, unit_ND, gain.tensor), [x, gain], (dy) => {
    if (x.needsGradient) tape.give(x, rmsNormBack(graph, mul(graph, dy, gain.tensor), x.tensor, epsilon));
    if (gain.needsGradient) tape.give(gain, reshape(graph, sumOverTokens(tape, mul(graph, dy, unit_ND)), gain.tensor.shape));
  });
}

/** `silu(gate) · up`, all `[N F]` (Shazeer 2020, arXiv:2002.05202). */
export function gated(tape: Tape, gate: Value, up: Value): Value {
  const { graph } = tape;
  return tape.result(swiglu(graph, gate.tensor, up.tensor), [gate, up], (dy) => {
    if (gate.needsGradient) tape.give(gate, siluBack(graph, mul(graph, dy, up.tensor), gate.tensor));
    if (up.needsGradient) tape.give(up, mul(graph, dy, silu(graph, gate.tensor)));
  });
}

/** Sizes and constants of one attention call. */
export interface AttentionShape {
  readonly batch: number;
  readonly time: number;
  readonly heads: number;
  readonly groups: number;
  readonly headWidth: number;
  /** `[T T]` f32: 0 where attended, -∞ elsewhere. */
  readonly mask: Tensor;
  /** `[T]` i32 */
  readonly positions: Tensor;
  readonly rope: Rope;
}

/**
 * Rotary grouped-query attention (Ainslie et al. 2023, arXiv:2305.13245): `q [N H·K]`, `k, v [N G·K] → [N H·K]`.
 * The R heads of one group are folded into the time axis of q, so that no key or value is ever repeated.
 */
export function attend(tape: Tape, q: Value, k: Value, v: Value, shape: AttentionShape): Value {
  const { graph } = tape;
  const { batch: B, time: T, heads: H, groups: G, headWidth: K, mask, positions, rope } = shape;
  const N = B * T;
  const folded = [B, G, (H / G) * T, K];
  const factor = 1 / Math.sqrt(K);
  const byHead = (x: Tensor, count: number) => swapMiddle(graph, reshape(graph, x, [B, T, count, K]));
  const rotated = (x: Tensor, count: number) => swapMiddle(graph, rotate(graph, reshape(graph, x, [B, T, count, K]), positions, rope, 1));
  const byToken = (x: Tensor, count: number) => reshape(graph, swapMiddle(graph, reshape(graph, x, [B, count, T, K])), [N, count * K]);
  const unrotated = (x: Tensor, count: number) =>
    reshape(graph, rotate(graph, swapMiddle(graph, reshape(graph, x, [B, count, T, K])), positions, rope, -1), [N, count * K]);

  const qFold = reshape(graph, rotated(q.tensor, H), folded);
  const kHeads_BGTK = rotated(k.tensor, G);
  const vHeads_BGTK = byHead(v.tensor, G);
  const scores = reshape(graph, mulMat(graph, kHeads_BGTK, qFold), [B, H, T, T]);
  const softmax = maskedSoftmax(graph, scores, mask, factor);
  const probabilities = reshape(graph, softmax, [B, G, (H / G) * T, T]);
  const mixed = mulMat(graph, transposed(graph, vHeads_BGTK), probabilities);

  return tape.result(byToken(mixed, H), [q, k, v], (dy) => {
    const dMixed = reshape(graph, byHead(dy, H), folded);
    const dScores = softmaxBack(graph, mulMat(graph, vHeads_BGTK, dMixed), probabilities, factor);
    // dV comes after dScores: it keeps `probabilities` alive past softmaxBack, which must not reuse their memory.
    if (v.needsGradient) tape.give(v, byToken(mulMat(graph, transposed(graph, dMixed), transposed(graph, probabilities)), G));
    else graph.output(softmax);
    if (k.needsGradient) tape.give(k, unrotated(mulMat(graph, transposed(graph, qFold), transposed(graph, dScores)), G));
    if (q.needsGradient) tape.give(q, unrotated(mulMat(graph, transposed(graph, kHeads_BGTK), dScores), H));
  });
}

/** Sum over the first axis `[N D] → [D]`. */
function sumOverTokens(tape: Tape, x: Tensor): Tensor {
  return reshape(tape.graph, sumRows(tape.graph, transposed(tape.graph, x)), [x.shape[1]!]);
}
