// One static graph of a BERT for each shape of batch, made when first needed.
import { createGraph, readFloats, writeTensor, type Backend, type Tensor } from "../ggml/index.ts";
import type { EncoderConfig } from "./encoder-config.ts";
import { declareEncoderInputs, encoderHidden, encoderScores, type EncoderInputs, type EncoderWeights } from "./encoder-graph.ts";
import type { EncoderSequence } from "./encoder-input.ts";
import { bucketLength } from "./training-model.ts";

/** All are dropped together when they grow past it. */
const MOST_CACHED_BYTES = 2 ** 29;

/** One static graph for B sequences of T tokens. */
export interface Pass {
  readonly inputs: EncoderInputs;
  readonly sizeBytes: number;
  run(sequences: readonly EncoderSequence[]): Promise<void>;
  /** `[N D]` of the last run. */
  hidden(): Float32Array;
  /** `[B labels]` of the last run. */
  scores(): Float32Array;
  dispose(): void;
}

function createPass(backend: Backend, config: EncoderConfig, weights: EncoderWeights, batch: number, time: number): Pass {
  const graph = createGraph(backend, 256 + 64 * config.layerCount);
  const inputs = declareEncoderInputs(graph, batch, time);
  const hidden = graph.output(encoderHidden(graph, config, weights, inputs));
  const scores = config.labels.length === 0 ? undefined : graph.output(encoderScores(graph, config, weights, hidden, inputs));
  graph.allocate();
  const reader = (tensor: Tensor) => {
    let values: Float32Array | undefined;
    return { forget: () => (values = undefined), read: () => (values ??= readFloats(backend, tensor)) };
  };
  const readers = { hidden: reader(hidden), scores: scores === undefined ? undefined : reader(scores) };
  return {
    inputs,
    sizeBytes: graph.sizeBytes,
    async run(sequences) {
      readers.hidden.forget();
      readers.scores?.forget();
      writeInputs(backend, inputs, sequences);
      await graph.compute();
    },
    hidden: () => readers.hidden.read(),
    scores: () => readers.scores?.read() ?? new Float32Array(),
    dispose: () => graph.dispose(),
  };
}

export interface PassCache {
  /** A pass for at least `count` sequences of at least `longest` tokens. @throws `engine.out_of_memory` */
  find(count: number, longest: number): Pass;
  dispose(): void;
}

export function createPassCache(backend: Backend, config: EncoderConfig, weights: EncoderWeights): PassCache {
  const passes = new Map<string, Pass>();
  const dispose = () => {
    for (const pass of passes.values()) pass.dispose();
    passes.clear();
  };
  return {
    dispose,
    find(count, longest) {
      const time = Math.min(bucketLength(longest), config.contextLength);
      const batch = 2 ** Math.ceil(Math.log2(count));
      const key = `${batch} ${time}`;
      const known = passes.get(key);
      if (known !== undefined) return known;
      if ([...passes.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > MOST_CACHED_BYTES) dispose();
      const pass = createPass(backend, config, weights, batch, time);
      passes.set(key, pass);
      return pass;
    },
  };
}

function writeInputs(backend: Backend, { batch, time, tokens, positions, types, mask, firsts }: EncoderInputs, sequences: readonly EncoderSequence[]): void {
  const ids = new Int32Array(batch * time);
  const segments = new Int32Array(batch * time);
  const seen = new Float32Array(batch * time * time).fill(-Infinity);
  for (let b = 0; b < batch; b += 1) {
    const sequence = sequences[b];
    ids.set(sequence?.ids ?? [], b * time);
    segments.set(sequence?.types ?? [], b * time);
    // A row that no sequence takes sees its first token: a softmax over nothing would be no number.
    for (let query = 0; query < time; query += 1) seen.fill(0, (b * time + query) * time, (b * time + query) * time + (sequence?.ids.length ?? 1));
  }
  writeTensor(backend, tokens, ids);
  writeTensor(backend, types, segments);
  writeTensor(backend, positions, Int32Array.from({ length: batch * time }, (_, index) => index % time));
  writeTensor(backend, mask, seen);
  writeTensor(backend, firsts, Int32Array.from({ length: batch }, (_, b) => b * time));
}
