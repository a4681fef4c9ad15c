// Reverse-mode differentiation as a tape that emits ggml ops: each differentiable op records how to turn the gradient of its result into
// gradients of its inputs. Everything lands in one static graph, forward and backward. This is not ggml's own backward pass: that one
// cannot train on quantized weights at speed, mask a loss, recompute a layer, or run grouped-query attention with a batch.
import type { Graph } from "./graph.ts";
import { add, addInto, transposed } from "./ops.ts";
import { requireShape, sameShape, type Tensor } from "./tensor.ts";

/** A tensor in a differentiable computation. */
export interface Value {
  readonly tensor: Tensor;
  readonly needsGradient: boolean;
  /** Of a parameter: where its gradient is added up over micro-batches. */
  readonly sink?: Tensor;
}

export interface Tape {
  readonly graph: Graph;
  /** Records an op: `back` receives the gradient of the result and calls `give` for each input. */
  result(tensor: Tensor, inputs: readonly Value[], back: (gradient: Tensor) => void): Value;
  /** Adds to the gradient of a value; ignored where none is needed. */
  give(value: Value, gradient: Tensor): void;
  /** Emits the backward pass from `value`, whose gradient is `seed`. */
  backward(value: Value, seed: Tensor): void;
  /** The gradient collected for a leaf, if any reached it. */
  gradientOf(value: Value): Tensor | undefined;
  /** `[M N] → [N M]`, emitted once per tensor and shared by the backward ops that need it. */
  transposedOf(tensor: Tensor): Tensor;
}

/** A value that no gradient is computed for. */
export function constant(tensor: Tensor): Value {
  return { tensor, needsGradient: false };
}

/** A value whose gradient is wanted on the tape. */
export function leaf(tensor: Tensor): Value {
  return { tensor, needsGradient: true };
}

/** A trained tensor; its gradient is added into `sink`, of the same shape. */
export function parameter(tensor: Tensor, sink: Tensor): Value {
  requireShape(sameShape(tensor, sink), "a parameter with its gradient", tensor, sink);
  return { tensor, needsGradient: true, sink };
}

interface TapeOptions {
  /** False runs the forward pass without recording. Default true. */
  readonly recording?: boolean;
}

export function createTape(graph: Graph, options: TapeOptions = {}): Tape {
  const recording = options.recording ?? true;
  const entries: { readonly output: Value; readonly back: (gradient: Tensor) => void }[] = [];
  const gradients = new Map<Value, Tensor>();
  const transposes = new Map<Tensor, Tensor>();
  const tape: Tape = {
    graph,
    result(tensor, inputs, back) {
      const output: Value = { tensor, needsGradient: inputs.some((input) => input.needsGradient) };
      if (recording && output.needsGradient) entries.push({ output, back });
      return output;
    },
    give(value, gradient) {
      if (!value.needsGradient) return;
      requireShape(sameShape(value.tensor, gradient), "a gradient", value.tensor, gradient);
      if (value.sink !== undefined) {
        addInto(graph, value.sink, gradient);
        return;
      }
      const earlier = gradients.get(value);
      gradients.set(value, earlier === undefined ? gradient : add(graph, earlier, gradient));
    },
    backward(value, seed) {
      gradients.set(value, seed);
      for (const { output, back } of entries.toReversed()) {
        const gradient = gradients.get(output);
        if (gradient === undefined) continue;
        gradients.delete(output);
        back(gradient);
      }
    },
    gradientOf: (value) => gradients.get(value),
    transposedOf(tensor) {
      const known = transposes.get(tensor);
      if (known !== undefined) return known;
      const fresh = transposed(graph, tensor);
      transposes.set(tensor, fresh);
      return fresh;
    },
  };
  return tape;
}

/**
 * Runs `block` without keeping what lies inside it, and runs it again in the backward pass: memory of one block instead of all,
 * for about a third more time (Chen et al. 2016, arXiv:1604.06174).
 */
export function checkpointed(tape: Tape, block: (tape: Tape, x: Value) => Value, x: Value): Value {
  const quiet = createTape(tape.graph, { recording: false });
  const inside = { tensor: x.tensor, needsGradient: x.needsGradient };
  const forward = block(quiet, inside);
  return tape.result(forward.tensor, [forward], (gradient) => {
    const again = createTape(tape.graph);
    const input: Value = { ...inside };
    again.backward(block(again, input), gradient);
    const inputGradient = again.gradientOf(input);
    if (inputGradient !== undefined) tape.give(x, inputGradient);
  });
}
