import { add, cast, mul, mulMat, scale, transposed } from "./ops.ts";
import { constant, type Tape, type Value } from "./tape.ts";
import type { Tensor } from "./tensor.ts";

/** Low-rank adapter of a linear layer (Hu et al. 2021, arXiv:2106.09685): adds `factor · B A x`. */
export interface LoraPair {
  /** `[r in]` */
  readonly a: Value;
  /** `[out r]` */
  readonly b: Value;
  /** alpha / r, or alpha / √r for rank-stabilized adapters. */
  readonly factor: number;
}

/** A linear layer without bias, `y = x Wᵀ`. */
export interface Linear {
  /** `[out in]`: a constant of any type, or a trained f32 parameter. */
  readonly weight: Value;
  /** `[in out]`: the transposed copy of a frozen weight, so that the gradient of x is a `mul_mat`. Without it the f32 weight is transposed in the graph. */
  readonly transposed?: Tensor;
  readonly lora?: LoraPair;
  /** Of a trained weight: round both factors of every product to this type (f32 sums and master weights). Default f32, exact. */
  readonly compute?: "f32" | "q8_0";
}

/**
 * `x [N in] → [N out]`. `dropout [N in]` (0 or 1/(1-p) per element) applies to the adapter's input only, as in PEFT.
 */
export function linear(tape: Tape, x: Value, layer: Linear, dropout?: Tensor): Value {
  const base = frozenOrTrained(tape, x, layer);
  return layer.lora === undefined ? base : withLora(tape, x, base, layer.lora, dropout);
}

function frozenOrTrained(tape: Tape, x: Value, { weight, transposed: copy, compute = "f32" }: Linear): Value {
  const { graph } = tape;
  const rounded = (tensor: Tensor) => (compute === "f32" || !weight.needsGradient || tensor.shape.at(-1)! % 32 !== 0 ? tensor : cast(graph, tensor, compute));
  return tape.result(mulMat(graph, rounded(weight.tensor), x.tensor), [x, weight], (dy) => {
    if (x.needsGradient) tape.give(x, mulMat(graph, copy ?? rounded(tape.transposedOf(weight.tensor)), dy));
    if (weight.needsGradient) tape.give(weight, mulMat(graph, rounded(tape.transposedOf(x.tensor)), tape.transposedOf(dy)));
  });
}

function withLora(tape: Tape, x: Value, base: Value, { a, b, factor }: LoraPair, dropout: Tensor | undefined): Value {
  const { graph } = tape;
  const input = dropout === undefined ? x.tensor : maskedInput(tape, x.tensor, dropout);
  const u_Nr = mulMat(graph, a.tensor, input);
  const y = add(graph, base.tensor, scale(graph, mulMat(graph, b.tensor, u_Nr), factor));
  return tape.result(y, [base, x, a, b], (dy) => {
    tape.give(base, dy);
    const du_Nr = scale(graph, mulMat(graph, transposed(graph, b.tensor), dy), factor);
    tape.give(b, scale(graph, mulMat(graph, transposed(graph, u_Nr), tape.transposedOf(dy)), factor));
    tape.give(a, mulMat(graph, tape.transposedOf(input), transposed(graph, du_Nr)));
    if (!x.needsGradient) return;
    const dx = mulMat(graph, transposed(graph, a.tensor), du_Nr);
    tape.give(x, dropout === undefined ? dx : mul(graph, dx, dropout));
  });
}

const maskedInputs = new WeakMap<Tape, Map<Tensor, Tensor>>();

/** The masked input is the same tensor for the layers that share an input (q, k, v; gate, up): emit it once. */
function maskedInput(tape: Tape, x: Tensor, dropout: Tensor): Tensor {
  const known = maskedInputs.get(tape) ?? new Map<Tensor, Tensor>();
  maskedInputs.set(tape, known);
  const masked = known.get(x) ?? mul(tape.graph, x, dropout);
  known.set(x, masked);
  return masked;
}

/** A trained matrix as a layer. */
export function trainedLinear(weight: Value, compute: Linear["compute"] = "f32"): Linear {
  return { weight, compute };
}

/** A frozen matrix as a layer. */
export function frozenLinear(weight: Tensor, copy?: Tensor): Linear {
  return { weight: constant(weight), transposed: copy };
}

