// The ops of ggml that training needs, with shapes checked before the call. Shapes are batch-first; see tensor.ts for the letters.
import { TENSOR_TYPES, type TensorTypeName } from "../ffi/index.ts";
import type { Graph, NativeGraph } from "./graph.ts";
import { elementCount, handleOf, innermostFirst, requireShape, sameShape, type Tensor } from "./tensor.ts";

const native = (graph: Graph) => graph as NativeGraph;

/** `a [… M K] · b [… N K]ᵀ → [… N M]`: rows of `b` through the matrix `a`. `a` may be quantized; leading dimensions of `a` may be fewer. */
export function mulMat(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(a.shape.at(-1) === b.shape.at(-1) && b.type === "f32" && a.shape.length <= b.shape.length, "mul_mat", a, b);
  return node(ggml.mul_mat(ctx, handleOf(a), handleOf(b)), [...b.shape.slice(0, -1), a.shape.at(-2) ?? 1]);
}

/**
 * `a [K M], b [K N] → [N M]`, the sum over k of `b[k n] · a[k m]`: a product over the first axis without the transposed copies that
 * `mul_mat` would need. Faster than it where K or N is an adapter's rank. `b` may be a {@link transposedView}.
 */
export function outProd(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(a.shape.length === 2 && b.shape.length === 2 && a.shape[0] === b.shape[0] && a.type === "f32" && b.type === "f32", "out_prod", a, b);
  return node(ggml.out_prod(ctx, handleOf(a), handleOf(b)), [b.shape[1]!, a.shape[1]!]);
}

/** Elementwise `a + b`; `b` may have size 1 where it repeats. */
export function add(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(repeatsInto(b, a), "add", a, b);
  return node(ggml.add(ctx, handleOf(a), handleOf(b)), a.shape);
}

/** Adds `b` into the memory of `a`. */
export function addInto(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(sameShape(a, b), "add_inplace", a, b);
  return node(ggml.add_inplace(ctx, handleOf(a), handleOf(b)), a.shape);
}

/** Elementwise `a · b`; `b` may have size 1 where it repeats. */
export function mul(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(repeatsInto(b, a), "mul", a, b);
  return node(ggml.mul(ctx, handleOf(a), handleOf(b)), a.shape);
}

/** Multiplies `b` into the memory of `a`. */
export function mulInto(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(repeatsInto(b, a), "mul_inplace", a, b);
  return node(ggml.mul_inplace(ctx, handleOf(a), handleOf(b)), a.shape);
}

export function scale(graph: Graph, a: Tensor, factor: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.scale(ctx, handleOf(a), factor), a.shape);
}

/** `a · factor + offset`. */
export function shift(graph: Graph, a: Tensor, factor: number, offset: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.scale_bias(ctx, handleOf(a), factor, offset), a.shape);
}

export function scaleInto(graph: Graph, a: Tensor, factor: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.scale_inplace(ctx, handleOf(a), factor), a.shape);
}

/** Sum of all elements `→ [1]`. */
export function sum(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.sum(ctx, handleOf(a)), [1]);
}

/** Sum over the last axis `[… K] → [… 1]`. */
export function sumRows(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.sum_rows(ctx, handleOf(a)), [...a.shape.slice(0, -1), 1]);
}

export function square(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.sqr(ctx, handleOf(a)), a.shape);
}

export function log(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.log(ctx, handleOf(a)), a.shape);
}

export function clamp(graph: Graph, a: Tensor, low: number, high: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.clamp(ctx, handleOf(a), low, high), a.shape);
}

/** Index of the largest element of each row `[N V] → [N]` i32. */
export function argmax(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(a.shape.length === 2, "argmax", a);
  return node(ggml.argmax(ctx, handleOf(a)), [a.shape[0]!], "i32");
}

/** Joins along the last axis but one `[… N D] and [… M D] → [… N+M D]`. */
export function concatRows(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  const [leading, count, width] = [a.shape.slice(0, -2), a.shape.at(-2)!, a.shape.at(-1)!];
  requireShape(a.shape.length > 1 && sameShape(b, { type: b.type, shape: [...leading, b.shape.at(-2)!, width] }), "concat", a, b);
  return node(ggml.concat(ctx, handleOf(a), handleOf(b), 1), [...leading, count + b.shape.at(-2)!, width]);
}

/** Adds `b [L M K]`, M <= N, to the first rows of each matrix of a contiguous `a [L N K]`, in the memory of `a`. */
export function addToFirstRows(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  const [count = 0, rowCount = 0, width = 0] = a.shape;
  requireShape(a.shape.length === 3 && b.shape.length === 3 && b.shape[0] === count && b.shape[1]! <= rowCount && b.shape[2] === width, "acc", a, b);
  const rowBytes = width * TENSOR_TYPES.f32.blockBytes;
  return node(ggml.acc_inplace(ctx, handleOf(a), handleOf(b), rowBytes, rowCount * rowBytes, count * rowCount * rowBytes, 0), a.shape);
}

/** A fresh copy in row order. */
export function contiguous(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.cont(ctx, handleOf(a)), a.shape, a.type);
}

/** The same elements under another shape; `a` must be contiguous. */
export function reshape(graph: Graph, a: Tensor, shape: readonly number[]): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(elementCount(a) === elementCount({ shape, type: a.type }), "reshape", a, { shape, type: a.type });
  const reshapes = [ggml.reshape_1d, ggml.reshape_2d, ggml.reshape_3d, ggml.reshape_4d];
  return node(reshapes[shape.length - 1]!(ctx, handleOf(a), ...innermostFirst(shape)), shape, a.type);
}

/** Rows `from … from+count` of a contiguous matrix, sharing its memory. */
export function rows(graph: Graph, a: Tensor, from: number, count: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(a.shape.length === 2 && a.type === "f32" && from + count <= a.shape[0]!, "view of rows", a);
  const rowBytes = a.shape[1]! * TENSOR_TYPES.f32.blockBytes;
  return node(ggml.view_2d(ctx, handleOf(a), a.shape[1]!, count, rowBytes, from * rowBytes), [count, a.shape[1]!]);
}

/** Rows `from … to` and the first `width` columns of each matrix of a contiguous `a [L N K] → [L to-from width]`, sharing its memory. */
export function part(graph: Graph, a: Tensor, from: number, to: number, width: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  const [count = 0, rowCount = 0, columns = 0] = a.shape;
  requireShape(a.shape.length === 3 && a.type === "f32" && from < to && to <= rowCount && width <= columns, "view of a part", a);
  const rowBytes = columns * TENSOR_TYPES.f32.blockBytes;
  return node(ggml.view_3d(ctx, handleOf(a), width, to - from, count, rowBytes, rowCount * rowBytes, from * rowBytes), [count, to - from, width]);
}

/** Elements `from … from+count` of a vector, sharing its memory. */
export function slice(graph: Graph, a: Tensor, from: number, count: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(a.shape.length === 1 && from + count <= a.shape[0]!, "slice", a);
  return node(ggml.view_1d(ctx, handleOf(a), count, from * TENSOR_TYPES[a.type].blockBytes), [count], a.type);
}

/** Swaps the two innermost axes and copies `[… M N] → [… N M]`. */
export function transposed(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  const shape = [...a.shape.slice(0, -2), a.shape.at(-1)!, a.shape.at(-2)!];
  return contiguous(graph, node(ggml.transpose(ctx, handleOf(a)), shape, a.type));
}

/** `[M N] → [N M]` in the memory of `a`, not contiguous: only as the second factor of {@link outProd}. */
export function transposedView(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(a.shape.length === 2, "transposed view", a);
  return node(ggml.transpose(ctx, handleOf(a)), [a.shape[1]!, a.shape[0]!], a.type);
}

/** Swaps the two middle axes of four and copies `[B T H K] ↔ [B H T K]`. */
export function swapMiddle(graph: Graph, a: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(a.shape.length === 4, "swap of the middle axes", a);
  const [batch, first, second, inner] = a.shape as readonly [number, number, number, number];
  return contiguous(graph, node(ggml.permute(ctx, handleOf(a), 0, 2, 1, 3), [batch, second, first, inner], a.type));
}

/** Copies into another type. */
export function cast(graph: Graph, a: Tensor, type: TensorTypeName): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.cast(ctx, handleOf(a), TENSOR_TYPES[type].id), a.shape, type);
}

/** Rows of `table [V D]` at `index [N]` i32 `→ [N D]` f32. */
export function getRows(graph: Graph, table: Tensor, index: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(table.shape.length === 2 && index.shape.length === 1 && index.type === "i32", "get_rows", table, index);
  return node(ggml.get_rows(ctx, handleOf(table), handleOf(index)), [index.shape[0]!, table.shape[1]!]);
}

/** Adjoint of {@link getRows}: sums rows of `gradient [N D]` into a zero table of the shape of `table`. */
export function getRowsBack(graph: Graph, gradient: Tensor, index: Tensor, table: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(gradient.shape[0] === index.shape[0] && gradient.shape[1] === table.shape[1], "get_rows_back", gradient, table);
  return node(ggml.get_rows_back(ctx, handleOf(gradient), handleOf(index), handleOf(table)), table.shape);
}

/** Overwrites rows of `target [M D]` at `index [N]` i64 with `source [N D]`, in the memory of `target`. */
export function setRows(graph: Graph, target: Tensor, source: Tensor, index: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(target.shape[1] === source.shape[1] && source.shape[0] === index.shape[0] && index.type === "i64", "set_rows", target, source, index);
  return node(ggml.set_rows(ctx, handleOf(target), handleOf(source), handleOf(index)), target.shape);
}

/** `(x − mean) / √(variance + ε)` over the last axis (Ba et al. 2016, arXiv:1607.06450), without gain and bias. */
export function layerNorm(graph: Graph, x: Tensor, epsilon: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.norm(ctx, handleOf(x), epsilon), x.shape);
}

/** `x / √(mean(x²) + ε)` over the last axis. */
export function rmsNorm(graph: Graph, x: Tensor, epsilon: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.rms_norm(ctx, handleOf(x), epsilon), x.shape);
}

/** Adjoint of {@link rmsNorm} at `x` applied to `gradient`. */
export function rmsNormBack(graph: Graph, gradient: Tensor, x: Tensor, epsilon: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(sameShape(gradient, x), "rms_norm_back", gradient, x);
  return node(ggml.rms_norm_back(ctx, handleOf(gradient), handleOf(x), epsilon), x.shape);
}

/** Softmax over the last axis, in the memory of `x`. */
export function softmaxInto(graph: Graph, x: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  return node(ggml.soft_max_inplace(ctx, handleOf(x)), x.shape);
}

/** `softmax(x · factor + mask)` over the last axis; `mask [Q T]` repeats over leading axes, `[B 1 Q T]` over the second of `x [B G Q T]`. */
export function maskedSoftmax(graph: Graph, x: Tensor, mask: Tensor, factor: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  const repeats = mask.shape.length === 2 || (mask.shape.length === 4 && x.shape.length === 4 && mask.shape[0] === x.shape[0] && mask.shape[1] === 1);
  requireShape(repeats && mask.shape.at(-1) === x.shape.at(-1) && mask.shape.at(-2)! >= x.shape.at(-2)!, "soft_max_ext", x, mask);
  return node(ggml.soft_max_ext(ctx, handleOf(x), handleOf(mask), factor, 0), x.shape);
}

/**
 * Adjoint of {@link maskedSoftmax} at its result `probabilities`. The CPU kernel is wrong when its result shares memory with `probabilities`,
 * which the planner allows at their last use: always use `probabilities` once more after this op.
 */
export function softmaxBack(graph: Graph, gradient: Tensor, probabilities: Tensor, factor: number): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(sameShape(gradient, probabilities), "soft_max_ext_back", gradient, probabilities);
  return node(ggml.soft_max_ext_back(ctx, handleOf(gradient), handleOf(probabilities), factor, 0), gradient.shape);
}

/** Rotary position embedding parameters (Su et al. 2021), halves rotated as in Hugging Face models. */
export interface Rope {
  readonly dimensions: number;
  readonly base: number;
  /** Linear scaling: positions are multiplied by it. Default 1. */
  readonly frequencyScale: number;
  /** `[K/2]` divisors of the frequencies (Llama 3 scaling), on the device. */
  readonly factors: Tensor | undefined;
}

const ROPE_HALVES = 2; // GGML_ROPE_TYPE_NEOX

/** Rotates `x [B T H K]` by `positions [T]` i32; `direction` -1 is the adjoint. */
export function rotate(graph: Graph, x: Tensor, positions: Tensor, rope: Rope, direction: 1 | -1): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape(x.shape.length === 4 && positions.shape[0] === x.shape[1] && positions.type === "i32", "rope", x, positions);
  const op = direction === 1 ? ggml.rope_ext : ggml.rope_ext_back;
  const factors = rope.factors === undefined ? null : handleOf(rope.factors);
  return node(op(ctx, handleOf(x), handleOf(positions), factors, rope.dimensions, ROPE_HALVES, 0, rope.base, rope.frequencyScale, 0, 1, 0, 0), x.shape);
}

/** One AdamW step in place; `settings [7]` holds lr, β1, β2, ε, weight decay, 1/(1-β1ᵗ), 1/(1-β2ᵗ). */
export function adamwStep(graph: Graph, parameter: Tensor, gradient: Tensor, moment1: Tensor, moment2: Tensor, settings: Tensor): Tensor {
  const { ggml, ctx, node } = native(graph);
  requireShape([gradient, moment1, moment2].every((other) => sameShape(parameter, other)), "adamw", parameter, gradient, moment1, moment2);
  return node(ggml.opt_step_adamw(ctx, handleOf(parameter), handleOf(gradient), handleOf(moment1), handleOf(moment2), handleOf(settings)), parameter.shape);
}

function repeatsInto(small: Tensor, large: Tensor): boolean {
  const offset = large.shape.length - small.shape.length;
  return offset >= 0 && small.shape.every((size, axis) => size > 0 && large.shape[axis + offset]! % size === 0);
}
