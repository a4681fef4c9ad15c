// Rotary grouped-query attention (Ainslie et al. 2023, arXiv:2305.13245), causal, in blocks of queries: a block multiplies with the keys up to
// its own last one only, so that the half of the score matrix that the mask would blank is neither computed nor stored.
import { writeTensor } from "./arena.ts";
import type { Graph } from "./graph.ts";
import { addToFirstRows, concatRows, contiguous, maskedSoftmax, mulMat, part, reshape, rotate, softmaxBack, swapMiddle, transposed, type Rope } from "./ops.ts";
import type { Tape, Value } from "./tape.ts";
import type { Tensor } from "./tensor.ts";

/** Queries at positions `from … to`. They see keys before `to`. */
export interface QueryBlock {
  readonly from: number;
  readonly to: number;
  /**
   * `[(to-from)·R to]` f32 for R heads a group: 0 where a query sees a key, -∞ elsewhere. Rows by position, then head. `[B 1 (to-from)·R to]`
   * where every sequence of the batch has a mask of its own.
   */
  readonly mask: Tensor;
}

const LEAST_BLOCK = 48;
const MOST_BLOCKS = 8;

/**
 * Declares the blocks of `time` positions for `repeats` heads a group: one block of a short sequence, at most 8 of a long one. With `masks`,
 * each of so many sequences has a mask of its own; by default they share one.
 */
export function declareQueryBlocks(graph: Graph, time: number, repeats: number, count = blockCount(time), masks?: number): readonly QueryBlock[] {
  // Whole sixteens suit the kernels.
  const length = count === 1 ? time : Math.min(time, Math.ceil(time / count / 16) * 16);
  return Array.from({ length: Math.ceil(time / length) }, (_, index) => {
    const from = index * length;
    const to = Math.min(from + length, time);
    return { from, to, mask: graph.input("f32", [...(masks === undefined ? [] : [masks, 1]), (to - from) * repeats, to]) };
  });
}

function blockCount(time: number): number {
  return Math.min(MOST_BLOCKS, Math.max(1, Math.floor(time / LEAST_BLOCK)));
}

/** Fills the masks: a query sees itself and the `window - 1` positions before it; default all before it. */
export function writeQueryBlocks(graph: Graph, blocks: readonly QueryBlock[], window = Infinity): void {
  for (const { from, to, mask } of blocks) {
    const repeats = mask.shape[0]! / (to - from);
    const values = new Float32Array(mask.shape[0]! * to);
    for (let row = 0; row < mask.shape[0]!; row += 1) {
      const query = from + Math.floor(row / repeats);
      for (let key = 0; key < to; key += 1) if (key > query || query - key >= window) values[row * to + key] = -Infinity;
    }
    writeTensor(graph.backend, mask, values);
  }
}

/**
 * Fills the masks of sequences that rows were packed into: a query sees itself and what stands before it in its own row, at most `window - 1`
 * positions back. `starts[b]` are the positions where the rows of sequence b begin, ascending from 0; the last row reaches to the end.
 */
export function writePackedBlocks(graph: Graph, blocks: readonly QueryBlock[], starts: readonly (readonly number[])[], window = Infinity): void {
  for (const { from, to, mask } of blocks) {
    const rowCount = mask.shape.at(-2)!;
    const repeats = rowCount / (to - from);
    const values = new Float32Array(mask.shape[0]! * rowCount * to).fill(-Infinity);
    starts.forEach((begins, sequence) => {
      let own = begins.findLastIndex((start) => start <= from);
      for (let query = from; query < to; query += 1) {
        if (begins[own + 1] === query) own += 1;
        const first = Math.max(begins[own] ?? 0, query - window + 1);
        for (let repeat = 0; repeat < repeats; repeat += 1) {
          const row = (sequence * rowCount + (query - from) * repeats + repeat) * to;
          values.fill(0, row + first, row + query + 1);
        }
      }
    });
    writeTensor(graph.backend, mask, values);
  }
}

/** Sizes and constants of one attention call. */
export interface AttentionShape {
  readonly batch: number;
  readonly time: number;
  readonly heads: number;
  readonly groups: number;
  readonly headWidth: number;
  readonly blocks: readonly QueryBlock[];
  /** `[T]` i32, or `[B·T]` where every sequence has positions of its own. */
  readonly positions: Tensor;
  readonly rope: Rope;
}

/**
 * `q [N H·K]`, `k, v [N G·K] → [N H·K]`. The R heads of one group are folded into the time axis of q, so that no key or value is ever
 * repeated, and batch and group into one leading axis L.
 */
export function attend(tape: Tape, q: Value, k: Value, v: Value, shape: AttentionShape): Value {
  const { graph } = tape;
  const { batch: B, time: T, heads: H, groups: G, headWidth: K, blocks, positions, rope } = shape;
  const R = H / G;
  const L = B * G;
  const factor = 1 / Math.sqrt(K);
  const [turnB, turnT] = positions.shape[0] === T ? [B, T] : [1, B * T];
  const turned = (x: Tensor, heads: number, direction: 1 | -1) => rotate(graph, reshape(graph, x, [turnB, turnT, heads, K]), positions, rope, direction);
  const fold = (x: Tensor, repeats: number) => reshape(graph, swapMiddle(graph, reshape(graph, x, [B, T, G, repeats * K])), [L, T * repeats, K]);
  const unfold = (x: Tensor, repeats: number) => reshape(graph, swapMiddle(graph, reshape(graph, x, [B, G, T, repeats * K])), [B * T, G * repeats * K]);
  const queriesOf = (x: Tensor, { from, to }: QueryBlock) => (blocks.length === 1 ? x : contiguous(graph, part(graph, x, from * R, to * R, K)));
  const keysOf = (x: Tensor, { to }: QueryBlock) => (to === T ? x : part(graph, x, 0, to, K));
  const columnsOf = (x: Tensor, { to }: QueryBlock) => (to === T ? x : part(graph, x, 0, K, to));

  const q_LQK = fold(turned(q.tensor, H, 1), R);
  const k_LTK = fold(turned(k.tensor, G, 1), 1);
  const v_LTK = fold(v.tensor, 1);
  const v_LKT = transposed(graph, v_LTK);
  const parts = blocks.map((block) => {
    const q_LqK = queriesOf(q_LQK, block);
    const { owner, p_Lqt } = probabilities(mulMat(graph, keysOf(k_LTK, block), q_LqK), block);
    return { block, q_LqK, owner, p_Lqt, mixed_LqK: mulMat(graph, columnsOf(v_LKT, block), p_Lqt) };
  });
  const mixed_LQK = parts.map((one) => one.mixed_LqK).reduce((before, next) => concatRows(graph, before, next));

  return tape.result(unfold(mixed_LQK, R), [q, k, v], (dy) => {
    const dMixed_LQK = fold(dy, R);
    const k_LKT = q.needsGradient ? transposed(graph, k_LTK) : undefined;
    let dq: Tensor | undefined;
    let dk: Tensor | undefined;
    let dv: Tensor | undefined;
    // From the last block, whose keys are all keys, so that the others add to the first rows of its gradients.
    for (const { block, q_LqK, owner, p_Lqt } of parts.toReversed()) {
      const dMixed_LqK = queriesOf(dMixed_LQK, block);
      const dScores_Lqt = softmaxBack(graph, mulMat(graph, keysOf(v_LTK, block), dMixed_LqK), p_Lqt, factor);
      // dV comes after dScores: it keeps the probabilities alive past softmaxBack, which must not reuse their memory.
      if (v.needsGradient) dv = addPart(dv, mulMat(graph, transposed(graph, dMixed_LqK), transposed(graph, p_Lqt)));
      else graph.output(owner);
      if (k.needsGradient) dk = addPart(dk, mulMat(graph, transposed(graph, q_LqK), transposed(graph, dScores_Lqt)));
      if (k_LKT === undefined) continue;
      const dq_LqK = mulMat(graph, columnsOf(k_LKT, block), dScores_Lqt);
      dq = dq === undefined ? dq_LqK : concatRows(graph, dq_LqK, dq);
    }
    if (dv !== undefined) tape.give(v, unfold(dv, 1));
    if (dk !== undefined) tape.give(k, reshape(graph, turned(unfold(dk, 1), G, -1), [B * T, G * K]));
    if (dq !== undefined) tape.give(q, reshape(graph, turned(unfold(dq, R), H, -1), [B * T, H * K]));
  });

  /** `owner` is the tensor whose memory the probabilities lie in. */
  function probabilities(scores_Lqt: Tensor, { mask }: QueryBlock): { readonly owner: Tensor; readonly p_Lqt: Tensor } {
    if (mask.shape.length === 2) {
      const p_Lqt = maskedSoftmax(graph, scores_Lqt, mask, factor);
      return { owner: p_Lqt, p_Lqt };
    }
    const [, queries = 0, keys = 0] = scores_Lqt.shape;
    const owner = maskedSoftmax(graph, reshape(graph, scores_Lqt, [B, G, queries, keys]), mask, factor);
    return { owner, p_Lqt: reshape(graph, owner, scores_Lqt.shape) };
  }

  function addPart(sum: Tensor | undefined, gradient: Tensor): Tensor {
    return sum === undefined ? gradient : addToFirstRows(graph, sum, gradient);
  }
}
