// AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) over one flat vector: all parameters are views of it, so that a step is one op.
import { createArena, readFloats, writeTensor, type Arena } from "./arena.ts";
import type { Backend } from "./backend.ts";
import { createGraph } from "./graph.ts";
import { adamwStep, mulInto, reshape, scaleInto, square, sum } from "./ops.ts";
import { parameter, type Value } from "./tape.ts";
import type { Tensor } from "./tensor.ts";

/** A matrix to train: its shape, and its values until the first checkpoint. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly [number, number];
  readonly initial: Float32Array;
}

export interface AdamwSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** What a resumed run needs, besides the data order: flat vectors in the order of the specs, padded with zeros. */
export interface OptimizerState {
  readonly step: number;
  readonly parameters: Float32Array;
  readonly moment1: Float32Array;
  readonly moment2: Float32Array;
}

export interface Optimizer {
  /** The trained values by name, for building graphs. */
  readonly parameters: ReadonlyMap<string, Value>;
  readonly parameterCount: number;
  readonly sizeBytes: number;
  /**
   * One step with the gradients added up so far, which are then zeroed. `gradientScale` undoes a loss scale; the norm is clipped to
   * `maxNorm` (0 = never). A non-finite norm skips the update. Returns the norm before clipping and whether the step was taken.
   */
  step(learningRate: number, gradientScale: number, maxNorm: number): Promise<{ readonly gradientNorm: number; readonly taken: boolean }>;
  /** Overwrites the values of every parameter. */
  writeValues(values: ReadonlyMap<string, Float32Array>): void;
  readValues(): ReadonlyMap<string, Float32Array>;
  readGradients(): ReadonlyMap<string, Float32Array>;
  save(): OptimizerState;
  load(state: OptimizerState): void;
  dispose(): void;
}

const ROW = 1024;

/** Allocates parameters, gradients and both moments on the device, all f32. */
export function createOptimizer(backend: Backend, specs: readonly ParameterSpec[], settings: AdamwSettings): Optimizer {
  const offsets = offsetsOf(specs);
  const total = Math.ceil(offsets.end / ROW) * ROW;
  const arena = createArena(backend, 5 + 2 * specs.length);
  const flat = () => arena.tensor("f32", [total / ROW, ROW]);
  const values = flat();
  const gradients = flat();
  const moment1 = flat();
  const moment2 = flat();
  const parameters = new Map(specs.map((spec) => [spec.name, viewPair(arena, spec, offsets.starts.get(spec.name)!, values, gradients)]));
  arena.markParameter(values);
  arena.allocate();
  writeTensor(backend, values, pack(specs, offsets.starts, total));

  const graphs = createStepGraphs(backend, values, gradients, moment1, moment2);
  let step = 0;
  const unpack = (vector: Float32Array) =>
    new Map(specs.map(({ name, shape }) => [name, vector.slice(offsets.starts.get(name)!, offsets.starts.get(name)! + shape[0] * shape[1])]));
  return {
    parameters,
    parameterCount: specs.reduce((count, { shape }) => count + shape[0] * shape[1], 0),
    sizeBytes: arena.sizeBytes,
    async step(learningRate, gradientScale, maxNorm) {
      await graphs.norm.graph.compute();
      const gradientNorm = Math.sqrt(readFloats(backend, graphs.norm.squares)[0]!) * gradientScale;
      const taken = Number.isFinite(gradientNorm);
      if (!taken) {
        writeTensor(backend, gradients, new Float32Array(total));
        return { gradientNorm, taken };
      }
      step += 1;
      const clip = maxNorm > 0 && gradientNorm > maxNorm ? maxNorm / (gradientNorm + 1e-6) : 1;
      const { beta1, beta2, epsilon, weightDecay } = settings;
      writeTensor(backend, graphs.update.factor, Float32Array.of(clip * gradientScale));
      writeTensor(
        backend,
        graphs.update.settings,
        Float32Array.of(learningRate, beta1, beta2, epsilon, weightDecay, 1 / (1 - beta1 ** step), 1 / (1 - beta2 ** step)),
      );
      await graphs.update.graph.compute();
      return { gradientNorm, taken };
    },
    writeValues: (given) => writeTensor(backend, values, pack(specs.map((spec) => ({ ...spec, initial: given.get(spec.name)! })), offsets.starts, total)),
    readValues: () => unpack(readFloats(backend, values)),
    readGradients: () => unpack(readFloats(backend, gradients)),
    save: () => ({ step, parameters: readFloats(backend, values), moment1: readFloats(backend, moment1), moment2: readFloats(backend, moment2) }),
    load(state) {
      step = state.step;
      writeTensor(backend, values, state.parameters);
      writeTensor(backend, moment1, state.moment1);
      writeTensor(backend, moment2, state.moment2);
    },
    dispose() {
      graphs.norm.graph.dispose();
      graphs.update.graph.dispose();
      arena.dispose();
    },
  };
}

/** Two small graphs: the squared norm of the gradients, and the update that ends by zeroing them. */
function createStepGraphs(backend: Backend, values: Tensor, gradients: Tensor, moment1: Tensor, moment2: Tensor) {
  const normGraph = createGraph(backend, 16);
  const squares = normGraph.output(sum(normGraph, square(normGraph, gradients)));
  normGraph.allocate();

  const graph = createGraph(backend, 16);
  const factor = graph.input("f32", [1]);
  const settings = graph.input("f32", [7]);
  const scaled = mulInto(graph, gradients, reshape(graph, factor, [1, 1]));
  adamwStep(graph, values, scaled, moment1, moment2, settings);
  scaleInto(graph, gradients, 0);
  graph.allocate();
  return { norm: { graph: normGraph, squares }, update: { graph, factor, settings } };
}

/** Every parameter starts on a multiple of 64 elements, so that views stay aligned. */
function offsetsOf(specs: readonly ParameterSpec[]): { readonly starts: ReadonlyMap<string, number>; readonly end: number } {
  const starts = new Map<string, number>();
  let end = 0;
  for (const { name, shape } of specs) {
    starts.set(name, end);
    end += Math.ceil((shape[0] * shape[1]) / 64) * 64;
  }
  return { starts, end };
}

function viewPair(arena: Arena, { shape }: ParameterSpec, offset: number, values: Tensor, gradients: Tensor): Value {
  return parameter(arena.view(values, shape, offset), arena.view(gradients, shape, offset));
}

function pack(specs: readonly ParameterSpec[], starts: ReadonlyMap<string, number>, total: number): Float32Array {
  const vector = new Float32Array(total);
  for (const { name, initial } of specs) vector.set(initial, starts.get(name)!);
  return vector;
}
