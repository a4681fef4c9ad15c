// Shapes are written batch-first everywhere; ggml counts dimensions from the innermost. This file turns them round, and no other does.
//
// Legend of the shape suffixes in this room: B batch, T time (positions), N = B·T tokens, D hidden, F feed-forward, V vocabulary,
// H heads, G key/value heads, R = H/G heads that share one, K head width, r LoRA rank.
import type { TensorTypeName } from "../ffi/index.ts";

/** A tensor on a device. `shape` is batch-first, 1 to 4 dimensions. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly type: TensorTypeName;
}

/** The same with its address, which does not leave this room. */
export interface NativeTensor extends Tensor {
  readonly handle: bigint;
}

export function handleOf(tensor: Tensor): bigint {
  return (tensor as NativeTensor).handle;
}

/** ggml's `ne`: innermost first, always as many numbers as `shape`. */
export function innermostFirst(shape: readonly number[]): number[] {
  return shape.toReversed();
}

export function elementCount(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: Tensor, b: Tensor): boolean {
  return a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis]);
}

/** @throws RangeError `internal: …` naming the op and both shapes: a C assertion would end the process instead */
export function requireShape(condition: boolean, op: string, ...tensors: readonly Tensor[]): void {
  if (!condition) throw new RangeError(`internal: ${op} does not take shapes ${tensors.map((tensor) => `[${tensor.shape.join(", ")}] ${tensor.type}`).join(" and ")}`);
}
