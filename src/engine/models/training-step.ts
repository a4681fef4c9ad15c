// One static graph per shape of micro-batch: forward, masked loss and, for training, backward into the gradient sinks.
import {
  createGraph,
  createTape,
  crossEntropy,
  declareQueryBlocks,
  declareTargets,
  readFloats,
  readIntegers,
  targetIndex,
  writePackedBlocks,
  writeQueryBlocks,
  writeTensor,
  type Backend,
  type Graph,
  type Targets,
  type Tensor,
} from "../ggml/index.ts";
import { fillDropout } from "./dropout.ts";
import { dropoutShifts, llamaHidden, type LlamaInputs, type LlamaWeights } from "./llama-graph.ts";
import type { LlamaConfig } from "./types.ts";

/** A tokenized example; `labels[i]` is `ids[i]` where it is trained and -100 where not, as in Hugging Face. */
export interface TrainingRow {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
  /**
   * Where the rows packed into this one begin, ascending from 0: each sees only itself, its positions restart at 0 and its first label does
   * not count. Default: it is one row.
   */
  readonly starts?: readonly number[];
}

export interface StepShape {
  readonly batch: number;
  readonly time: number;
  readonly backward: boolean;
  /** Rows may have rows packed into them. */
  readonly packed: boolean;
  /** Keep only layer inputs and run layers again in the backward pass. */
  readonly recompute: boolean;
  /** Adapter dropout probability. */
  readonly dropout: number;
}

export interface Step {
  readonly shape: StepShape;
  readonly sizeBytes: number;
  readonly nodeCount: number;
  /**
   * Runs one micro-batch of at most `batch` rows. Each supervised token weighs `tokenWeight`. Returns Σ −log p · tokenWeight, the number of
   * supervised tokens and, without backward, how many of them were the most likely token.
   */
  run(rows: readonly TrainingRow[], tokenWeight: number, dropoutSeed: number): Promise<StepResult>;
  dispose(): void;
}

export interface StepResult {
  readonly weightedLoss: number;
  readonly tokens: number;
  readonly correct: number;
}

/** Builds and allocates the graph of one shape. @throws `engine.out_of_memory` */
export function createStep(backend: Backend, config: LlamaConfig, weights: LlamaWeights, shape: StepShape): Step {
  const { batch, time, backward, packed } = shape;
  const tokens = batch * time;
  const graph = createGraph(backend, 4096 + config.layerCount * 700 + 64 * Math.ceil(tokens / 32));
  const inputs: LlamaInputs = {
    batch,
    time,
    tokens: graph.input("i32", [tokens]),
    positions: graph.input("i32", [packed ? tokens : time]),
    blocks: declareQueryBlocks(graph, time, config.headCount / config.kvHeadCount, undefined, packed ? batch : undefined),
    dropout: shape.dropout > 0 && backward ? dropoutPools(graph, config, tokens) : new Map(),
  };
  const targets = declareTargets(graph, tokens, config.vocabSize);
  const tape = createTape(graph, { recording: backward });
  const hidden = llamaHidden(tape, config, weights, inputs, shape.recompute && backward);
  const { loss, best } = crossEntropy(tape, hidden, weights.head, targets, { backward, best: !backward });
  graph.allocate();
  if (!packed) writeConstants(graph, inputs, config);
  const masks = [...inputs.dropout].map(([width, pool]) => ({ width, pool, values: new Float32Array(pool.shape[0]! * width) }));
  return {
    shape,
    sizeBytes: graph.sizeBytes,
    nodeCount: graph.nodeCount,
    async run(rows, tokenWeight, dropoutSeed) {
      if (packed) writePacking(graph, inputs, rows, config);
      const { labels, count } = writeRows(backend, inputs, targets, rows, tokenWeight, config.vocabSize);
      for (const { width, pool, values } of masks) {
        fillDropout(values, shape.dropout, dropoutSeed, "dropout", width);
        writeTensor(backend, pool, values);
      }
      await graph.compute();
      const guesses = best.flatMap((chunk) => Array.from(readIntegers(backend, chunk)));
      const correct = guesses.reduce((sum, guess, token) => sum + (labels[token] === guess ? 1 : 0), 0);
      return { weightedLoss: readFloats(backend, loss)[0]!, tokens: count, correct };
    },
    dispose: () => graph.dispose(),
  };
}

/** Supervised tokens of a row: a label at position i is predicted from position i−1, so the first position of a row never counts. */
export function supervisedTokens(row: TrainingRow): number {
  const starts = new Set(row.starts ?? [0]);
  return row.labels.reduce((count, label, index) => count + (label !== -100 && !starts.has(index) ? 1 : 0), 0);
}

function dropoutPools(graph: Graph, config: LlamaConfig, tokens: number): Map<number, Tensor> {
  return new Map([...dropoutShifts(config)].map(([width, shifts]) => [width, graph.input("f32", [tokens + shifts, width])]));
}

/** Positions and causal masks, once: an input keeps its memory and what is in it from one computation to the next. */
function writeConstants(graph: Graph, { time, positions, blocks }: LlamaInputs, config: LlamaConfig): void {
  writeTensor(graph.backend, positions, Int32Array.from({ length: time }, (_, position) => position));
  writeQueryBlocks(graph, blocks, config.slidingWindow);
}

/** Positions and masks of packed rows, which differ from one micro-batch to the next. What pads a sequence belongs to its last row. */
function writePacking(graph: Graph, { batch, time, positions, blocks }: LlamaInputs, rows: readonly TrainingRow[], config: LlamaConfig): void {
  const starts = Array.from({ length: batch }, (_, b) => rows[b]?.starts ?? [0]);
  const values = new Int32Array(batch * time);
  starts.forEach((begins, b) => {
    begins.forEach((start, row) => {
      const end = begins[row + 1] ?? time;
      for (let t = start; t < end; t += 1) values[b * time + t] = t - start;
    });
  });
  writeTensor(graph.backend, positions, values);
  writePackedBlocks(graph, blocks, starts, config.slidingWindow);
}

/** Pads on the right with token 0: causal attention keeps padding from ever being seen by a real token, and its weight is 0. */
function writeRows(backend: Backend, { batch, time, tokens }: LlamaInputs, targets: Targets, rows: readonly TrainingRow[], tokenWeight: number, vocabulary: number) {
  const size = batch * time;
  const ids = new Int32Array(size);
  const labels = new Int32Array(size).fill(-100);
  const weight = new Float32Array(size);
  const index32 = new Int32Array(size);
  const index64 = new BigInt64Array(size);
  let count = 0;
  rows.forEach((row, b) => {
    if (row.ids.length > time) throw new RangeError(`internal: a row of ${row.ids.length} tokens does not fit ${time}`);
    const starts = new Set(row.starts);
    row.ids.forEach((id, t) => {
      ids[b * time + t] = id;
      const label = row.labels[t + 1] ?? -100;
      if (label === -100 || starts.has(t + 1)) return;
      labels[b * time + t] = label;
      weight[b * time + t] = tokenWeight;
      count += 1;
    });
  });
  for (let token = 0; token < size; token += 1) {
    index32[token] = targetIndex(token, Math.max(labels[token]!, 0), targets.chunk, vocabulary);
    index64[token] = BigInt(index32[token]!);
  }
  writeTensor(backend, tokens, ids);
  writeTensor(backend, targets.weight, weight);
  writeTensor(backend, targets.index32, index32);
  writeTensor(backend, targets.index64, index64);
  return { labels, count };
}
