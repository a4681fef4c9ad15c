// A model with its trained parameters and their optimizer: what the training loop drives. It knows nothing of datasets, schedules or runs.
import { createArena, createOptimizer, writeTensor, type AdamwSettings, type Backend, type Optimizer, type ParameterSpec } from "../ggml/index.ts";
import type { TensorTypeName } from "../ffi/index.ts";
import { adapterFrom, loraParameters, loraScale, type LoraSettings } from "./lora.ts";
import type { LlamaWeights } from "./llama-graph.ts";
import { normalStream, randomStream } from "./random.ts";
import { ropeFactors } from "./rope-factors.ts";
import { modelTensors } from "./tensor-names.ts";
import { createStep, type Step, type StepResult, type StepShape, type TrainingRow } from "./training-step.ts";
import { loadFrozenWeights, trainedWeights, withAdapters, type BaseType } from "./training-weights.ts";
import type { LlamaConfig, LoraAdapter, WeightSource } from "./types.ts";

export interface TrainingModel {
  readonly config: LlamaConfig;
  readonly optimizer: Optimizer;
  readonly trainableCount: number;
  readonly totalCount: number;
  readonly memory: { readonly weightBytes: number; readonly optimizerBytes: number; readonly activationBytes: number };
  /** How many matrices are held in each type. */
  readonly types: ReadonlyMap<TensorTypeName, number>;
  /** Gradients are multiplied by it on the device, so that small ones survive 8-bit blocks; pass 1/lossScale to `optimizer.step`. */
  readonly lossScale: number;
  /** Adds the gradients of one micro-batch. `windowTokens`: supervised tokens of the whole accumulation window. Returns Σ −log p / windowTokens. */
  accumulate(rows: readonly TrainingRow[], windowTokens: number, dropoutSeed: number): Promise<number>;
  /** Σ −log p in nats, supervised tokens, and how many the model guesses, without dropout. */
  evaluate(rows: readonly TrainingRow[]): Promise<{ readonly nll: number; readonly tokens: number; readonly correct: number }>;
  /** The adapter as trained so far. Only of a LoRA model. */
  adapter(baseModel: string): LoraAdapter;
  dispose(): void;
}

export interface TrainingModelOptions {
  /** Rows of one micro-batch; fewer are padded. */
  readonly batch: number;
  /** Longest row in tokens. */
  readonly maxTime: number;
  readonly recompute: boolean;
  readonly optimizer: AdamwSettings;
  readonly seed: number;
  /** Of full training: the type products are rounded to. Default f32. */
  readonly compute?: "f32" | "q8_0";
}

/** A frozen base with a fresh adapter. @throws `engine.out_of_memory` */
export function createLoraModel(backend: Backend, source: WeightSource, base: BaseType, lora: LoraSettings, options: TrainingModelOptions): TrainingModel {
  const { config } = source;
  const loaded = loadFrozenWeights(backend, source, base, ropeFactors(config));
  const optimizer = createOptimizer(backend, loraParameters(config, lora, options.seed), options.optimizer);
  const weights = withAdapters(loaded.weights, optimizer.parameters, loraScale(lora));
  const exact = [...loaded.types.keys()].every((type) => type === "f32");
  return assemble(backend, config, weights, optimizer, options, {
    dropout: lora.dropout,
    lossScale: exact ? 1 : 1024,
    weightBytes: loaded.sizeBytes,
    types: loaded.types,
    frozenCount: parameterCount(config),
    adapter: (baseModel) => adapterFrom(config, lora, optimizer.readValues(), baseModel),
    dispose: loaded.dispose,
  });
}

/** All weights trained in f32, from `source` values or, without them, from scratch: normal with deviation 0.02, outputs of blocks smaller by √(2·layers). */
export function createFullModel(backend: Backend, config: LlamaConfig, source: WeightSource | undefined, options: TrainingModelOptions): TrainingModel {
  const specs = fullParameters(config, source, options.seed);
  const optimizer = createOptimizer(backend, specs, options.optimizer);
  const arena = createArena(backend, 1);
  const factorValues = ropeFactors(config);
  const factors = factorValues === undefined ? undefined : arena.tensor("f32", [factorValues.length]);
  if (factors !== undefined && factorValues !== undefined) {
    arena.allocate();
    writeTensor(backend, factors, factorValues);
  }
  return assemble(backend, config, trainedWeights({ config }, optimizer.parameters, factors, options.compute), optimizer, options, {
    dropout: 0,
    lossScale: options.compute === "q8_0" ? 1024 : 1,
    weightBytes: 0,
    types: new Map([["f32", specs.length]]),
    frozenCount: 0,
    adapter: () => {
      throw new RangeError("internal: a fully trained model has no adapter");
    },
    dispose: () => arena.dispose(),
  });
}

interface Parts {
  readonly dropout: number;
  readonly lossScale: number;
  readonly weightBytes: number;
  readonly types: ReadonlyMap<TensorTypeName, number>;
  readonly frozenCount: number;
  readonly adapter: (baseModel: string) => LoraAdapter;
  readonly dispose: () => void;
}

function assemble(backend: Backend, config: LlamaConfig, weights: LlamaWeights, optimizer: Optimizer, options: TrainingModelOptions, parts: Parts): TrainingModel {
  const steps = createStepCache(backend, config, weights, options, parts.dropout);
  return {
    config,
    optimizer,
    trainableCount: optimizer.parameterCount,
    totalCount: optimizer.parameterCount + parts.frozenCount,
    get memory() {
      return { weightBytes: parts.weightBytes, optimizerBytes: optimizer.sizeBytes, activationBytes: steps.sizeBytes() };
    },
    types: parts.types,
    lossScale: parts.lossScale,
    async accumulate(rows, windowTokens, dropoutSeed) {
      const { weightedLoss } = await steps.run(rows, true, parts.lossScale / windowTokens, dropoutSeed);
      return weightedLoss / parts.lossScale;
    },
    async evaluate(rows) {
      const { weightedLoss, tokens, correct } = await steps.run(rows, false, 1, 0);
      return { nll: weightedLoss, tokens, correct };
    },
    adapter: parts.adapter,
    dispose() {
      steps.dispose();
      optimizer.dispose();
      parts.dispose();
    },
  };
}

const MAX_CACHED_BYTES = 2 ** 30;

/** Graphs by length of their rows, made when first needed; all are dropped together when they grow past 1 GiB. */
function createStepCache(backend: Backend, config: LlamaConfig, weights: LlamaWeights, options: TrainingModelOptions, dropout: number) {
  const steps = new Map<string, Step>();
  const sizeBytes = () => [...steps.values()].reduce((sum, step) => sum + step.sizeBytes, 0);
  const dispose = () => {
    for (const step of steps.values()) step.dispose();
    steps.clear();
  };
  const stepFor = (shape: StepShape): Step => {
    const key = `${shape.time} ${shape.backward} ${shape.packed}`;
    const known = steps.get(key);
    if (known !== undefined) return known;
    if (sizeBytes() > MAX_CACHED_BYTES) dispose();
    const step = createStep(backend, config, weights, shape);
    steps.set(key, step);
    return step;
  };
  return {
    sizeBytes,
    dispose,
    run(rows: readonly TrainingRow[], backward: boolean, tokenWeight: number, dropoutSeed: number): Promise<StepResult> {
      const time = paddedLength(rows, options.maxTime);
      const packed = rows.some(({ starts }) => starts !== undefined);
      return stepFor({ batch: options.batch, time, backward, packed, recompute: options.recompute, dropout }).run(rows, tokenWeight, dropoutSeed);
    },
  };
}

/** The padded length for rows of `length` tokens: multiples of 16 up to 128, then steps of an eighth of the next power of two. */
export function bucketLength(length: number): number {
  const step = length <= 128 ? 16 : 2 ** Math.ceil(Math.log2(length)) / 8;
  return Math.ceil(length / step) * step;
}

/** The length in tokens that every row of a micro-batch is padded to; `maxTime` is the longest a row is planned to be. */
export function paddedLength(rows: readonly TrainingRow[], maxTime: number): number {
  const longest = rows.reduce((most, row) => Math.max(most, row.ids.length), 1);
  return Math.min(bucketLength(longest), Math.max(maxTime, longest));
}

/** Weights of a model with these sizes. */
export function parameterCount(config: LlamaConfig): number {
  return modelTensors(config).reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}

function fullParameters(config: LlamaConfig, source: WeightSource | undefined, seed: number): readonly ParameterSpec[] {
  return modelTensors(config).map(({ name, shape: [rows = 1, columns] }) => {
    const shape = columns === undefined ? ([1, rows] as const) : ([rows, columns] as const);
    return { name, shape, initial: source === undefined ? initialValues(seed, name, shape, config.layerCount) : source.readF32(name) };
  });
}

/** Gains start at one, biases at zero, matrices random. */
function initialValues(seed: number, name: string, shape: readonly [number, number], layerCount: number): Float32Array {
  const values = new Float32Array(shape[0] * shape[1]);
  if (name.endsWith("norm.weight")) return values.fill(1);
  if (name.endsWith(".bias")) return values;
  const deviation = /\.(o_proj|down_proj)\./.test(name) ? 0.02 / Math.sqrt(2 * layerCount) : 0.02;
  const normal = normalStream(randomStream(seed, name));
  return values.map(() => deviation * normal());
}
