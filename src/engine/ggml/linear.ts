import { add, cast, mulMat, outProd, scaleInto, transposed, transposedView } from "./ops.ts";
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
 * `x [N in] → [N out]`. The adapter may read another input of the same shape: x after dropout, as in PEFT.
 */
export function linear(tape: Tape, x: Value, layer: Linear, adapterInput: Value = x): Value {
  const base = frozenOrTrained(tape, x, layer);
  return layer.lora === undefined ? base : withLora(tape, adapterInput, base, layer.lora);
}

function frozenOrTrained(tape: Tape, x: Value, { weight, transposed: copy, compute = "f32" }: Linear): Value {
  const { graph } = tape;
  const rounded = (tensor: Tensor) => (compute === "f32" || !weight.needsGradient || tensor.shape.at(-1)! % 32 !== 0 ? tensor : cast(graph, tensor, compute));
  return tape.result(mulMat(graph, rounded(weight.tensor), x.tensor), [x, weight], (dy) => {
    if (x.needsGradient) tape.give(x, mulMat(graph, copy ?? rounded(tape.transposedOf(weight.tensor)), dy));
    if (weight.needsGradient) tape.give(weight, mulMat(graph, rounded(tape.transposedOf(x.tensor)), tape.transposedOf(dy)));
  });
}

/** Every product with the low rank as its inner size, or summed over tokens, is an `out_prod`: no large matrix is transposed. */
function withLora(tape: Tape, input: Value, base: Value, { a, b, factor }: LoraPair): Value {
  const { graph } = tape;
  const scaled = (tensor_Nr: Tensor) => (factor === 1 ? tensor_Nr : scaleInto(graph, tensor_Nr, factor));
  const turnedB_rO = tape.transposedOf(b.tensor);
  const u_Nr = scaled(mulMat(graph, a.tensor, input.tensor));
  const y = add(graph, base.tensor, outProd(graph, turnedB_rO, transposedView(graph, u_Nr)));
  return tape.result(y, [base, input, a, b], (dy) => {
    tape.give(base, dy);
    const du_Nr = scaled(mulMat(graph, turnedB_rO, dy));
    tape.give(b, transposed(graph, outProd(graph, dy, u_Nr)));
    tape.give(a, outProd(graph, input.tensor, du_Nr));
    if (input.needsGradient) tape.give(input, outProd(graph, a.tensor, transposedView(graph, du_Nr)));
  });
}

/** A trained matrix as a layer. */
export function trainedLinear(weight: Value, compute: Linear["compute"] = "f32"): Linear {
  return { weight, compute };
}

/** A frozen matrix as a layer. */
export function frozenLinear(weight: Tensor, copy?: Tensor): Linear {
  return { weight: constant(weight), transposed: copy };
}

