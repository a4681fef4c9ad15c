// The self-test of the engine: the tape's gradient along a random direction against a central finite difference. It has caught kernels that
// are silently wrong while the loss still falls, so it is a permanent test and part of `tunesmith doctor`.
import { createArena, readFloats, writeTensor } from "./arena.ts";
import type { Backend } from "./backend.ts";
import { createGraph } from "./graph.ts";
import { mul, sum } from "./ops.ts";
import { createTape, parameter, type Tape, type Value } from "./tape.ts";
import type { Tensor } from "./tensor.ts";

export interface GradientCase {
  /** Shapes of the differentiated inputs, 1 or 2 dimensions. */
  readonly shapes: readonly (readonly number[])[];
  /** Builds the computation under test; declared integer or mask inputs are filled by the `fill` it returns. */
  readonly build: (tape: Tape, inputs: readonly Value[]) => { readonly output: Value; readonly fill?: () => void };
  /** Inputs to check; default all. The others may be constants. */
  readonly checked?: readonly number[];
  /** Step of the finite difference. Default 1e-2 (f32 rounding dominates below). */
  readonly epsilon?: number;
}

/**
 * Relative difference between the tape's directional derivative of Σ output · weights and the central finite difference, worst over inputs.
 * Pseudo-random inputs from `seed`; f32 throughout.
 */
export async function checkGradient(backend: Backend, { shapes, build, checked, epsilon = 1e-2 }: GradientCase, seed = 1): Promise<number> {
  const random = noise(seed);
  const arena = createArena(backend, 2 * shapes.length);
  const tensors = shapes.map((shape) => arena.tensor("f32", shape));
  const sinks = shapes.map((shape) => arena.tensor("f32", shape));
  arena.allocate();
  const values = shapes.map((shape) => random(shape.reduce((product, size) => product * size, 1)));
  const write = (which: number, direction: Float32Array | undefined, amount: number) =>
    writeTensor(backend, tensors[which]!, values[which]!.map((value, index) => value + amount * (direction?.[index] ?? 0)));

  const graph = createGraph(backend, 2048);
  const tape = createTape(graph);
  const { output, fill } = build(tape, tensors.map((tensor, index) => parameter(tensor, sinks[index]!)));
  const weights = graph.input("f32", output.tensor.shape);
  const objective = graph.output(sum(graph, mul(graph, output.tensor, weights)));
  tape.backward(output, weights);
  graph.allocate();

  const weightValues = random(count(weights));
  const evaluate = async () => {
    writeTensor(backend, weights, weightValues);
    fill?.();
    await graph.compute();
    return readFloats(backend, objective)[0]!;
  };
  let worst = 0;
  for (const which of checked ?? shapes.keys()) {
    for (let index = 0; index < shapes.length; index += 1) {
      write(index, undefined, 0);
      writeTensor(backend, sinks[index]!, new Float32Array(values[index]!.length));
    }
    await evaluate();
    const gradient = readFloats(backend, sinks[which]!);
    const direction = alignedWith(gradient, random(gradient.length));
    const expected = gradient.reduce((total, value, index) => total + value * direction[index]!, 0);
    write(which, direction, epsilon);
    const above = await evaluate();
    write(which, direction, -epsilon);
    const below = await evaluate();
    worst = Math.max(worst, Math.abs((above - below) / (2 * epsilon) - expected) / Math.max(Math.abs(expected), 1e-3));
  }
  graph.dispose();
  arena.dispose();
  return worst;
}

/** A random direction turned towards the gradient, of unit length, so that the derivative along it is not lost in rounding. */
function alignedWith(gradient: Float32Array, random: Float32Array): Float32Array {
  const gradientLength = Math.hypot(...gradient) || 1;
  const randomLength = Math.hypot(...random) || 1;
  const mixed = gradient.map((value, index) => value / gradientLength + (0.5 * random[index]!) / randomLength);
  const length = Math.hypot(...mixed) || 1;
  return mixed.map((value) => value / length);
}

function count(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}

/** Reproducible values in (-1, 1): a 32-bit xorshift (Marsaglia 2003). */
function noise(seed: number): (length: number) => Float32Array {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (length) =>
    Float32Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state | 0) / 2 ** 31;
    });
}
