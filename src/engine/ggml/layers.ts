import { silu, siluBack, swiglu } from "./activations.ts";
import {
  add,
  getRows,
  getRowsBack,
  mul,
  reshape,
  rmsNorm,
  rmsNormBack,
  sumRows,
  transposed,
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

/** The same for each head of `x [N H·K]`, with one gain `[K]` or `[1 K]` for all heads. */
export function normalizeHeads(tape: Tape, x: Value, gain: Value, epsilon: number): Value {
  const { graph } = tape;
  const [tokens, width] = x.tensor.shape as readonly [number, number];
  const headWidth = gain.tensor.shape.at(-1)!;
  const heads = (tensor: Tensor) => reshape(graph, tensor, [(tokens * width) / headWidth, headWidth]);
  const x_MK = heads(x.tensor);
  const unit_MK = rmsNorm(graph, x_MK, epsilon);
  return tape.result(reshape(graph, mul(graph, unit_MK, gain.tensor), x.tensor.shape), [x, gain], (dy) => {
    const dy_MK = heads(dy);
    if (x.needsGradient) tape.give(x, reshape(graph, rmsNormBack(graph, mul(graph, dy_MK, gain.tensor), x_MK, epsilon), x.tensor.shape));
    if (gain.needsGradient) tape.give(gain, reshape(graph, sumOverTokens(tape, mul(graph, dy_MK, unit_MK)), gain.tensor.shape));
  });
}

/** `x [N D]` plus `bias [D]` or `[1 D]`. */
export function biased(tape: Tape, x: Value, bias: Value): Value {
  return tape.result(add(tape.graph, x.tensor, bias.tensor), [x, bias], (dy) => {
    tape.give(x, dy);
    if (bias.needsGradient) tape.give(bias, reshape(tape.graph, sumOverTokens(tape, dy), bias.tensor.shape));
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

/** Sum over the first axis `[N D] → [D]`. */
function sumOverTokens(tape: Tape, x: Tensor): Tensor {
  return reshape(tape.graph, sumRows(tape.graph, transposed(tape.graph, x)), [x.shape[1]!]);
}
