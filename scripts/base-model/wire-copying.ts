// Where the base model's training starts: random weights with a copying circuit written into the first two layers. A model of this size needs
// far more text than an hour holds to find the circuit by itself; what it does with it, and everything else, it learns from the text.
//
// The circuit is an induction head (Olsson et al. 2022, arXiv:2209.11895) that matches two tokens, built on each key-value head g:
//   layer 0  one head looks exactly one token back and one exactly two back, by position alone; they write parts of those tokens' vectors
//            beside the present one;
//   layer 1  looks for the place where the two tokens before are the present one and its former, and adds the token that stands there to
//            the prediction.
// Starting attention from structure instead of noise follows Trockman & Kolter 2023 (arXiv:2305.09828).
//
// The residual stream, D wide: 0 … D/2−1 token; then D/4 of the token before, D/4 of the one before that; the last is a constant, which
// positional attention reads.

export interface CircuitShape {
  readonly hiddenSize: number;
  readonly headDim: number;
  readonly headCount: number;
  readonly kvHeadCount: number;
  readonly ropeTheta: number;
}

const TOKEN_DEVIATION = 0.1;
const REST_DEVIATION = 0.02;
const CONSTANT = 0.6;
/** Length of the positional query in each rotated pair: enough that two thirds of the attention fall one token back. */
const POSITION = 5.5;
/** Size of the content query: one matching token of the two adds about 10 to the score, both 20. */
const MATCH = 6;
/** Size of what is copied, beside the token itself. */
const COPY = 2;
/** What is left of the random values under the circuit. */
const QUIET = 0.3;
const SILENT = 0.1;
/** Gain of the last norm: the circuit is sure of itself before it has learned when to be. */
const CAUTION = 0.3;
/** Rotated pairs from here on turn less than half a radian in a hundred tokens: they compare contents at any distance. */
const STABLE_PAIRS_FROM = 18 / 32;

/** Writes the circuit over randomly drawn weights (row-major, `[out, in]`), in place. @throws RangeError when the widths do not fit it */
export function wireCopying(weights: ReadonlyMap<string, Float32Array>, shape: CircuitShape): void {
  const { hiddenSize: D, headDim, headCount, kvHeadCount, ropeTheta } = shape;
  const half = D / 2;
  if (kvHeadCount * headDim !== half || headCount < 2 * kvHeadCount) throw new RangeError(`The copying circuit needs key-value heads that fill half of the width, got ${kvHeadCount} × ${headDim} of ${D}`);
  const pairs = headDim / 2;
  /** Parts of a token that are compared. */
  const shared = pairs - STABLE_PAIRS_FROM * pairs;
  const constant = D - 1;
  const matrix = (name: string, width: number) => {
    const values = weights.get(name);
    if (values === undefined) throw new RangeError(`internal: no weight ${name}`);
    return {
      add: (row: number, column: number, value: number) => (values[row * width + column] = (values[row * width + column] ?? 0) + value),
      set: (row: number, column: number, value: number) => (values[row * width + column] = value),
      scaleRows: (first: number, count: number, factor: number) => values.subarray(first * width, (first + count) * width).forEach((value, index) => (values[first * width + index] = value * factor)),
      values,
    };
  };
  const layer = (index: number) => ({
    q: matrix(`model.layers.${index}.self_attn.q_proj.weight`, D),
    k: matrix(`model.layers.${index}.self_attn.k_proj.weight`, D),
    v: matrix(`model.layers.${index}.self_attn.v_proj.weight`, D),
    o: matrix(`model.layers.${index}.self_attn.o_proj.weight`, headCount * headDim),
  });

  const table = matrix("model.embed_tokens.weight", D);
  const drawn = deviationOf(table.values);
  for (let index = 0; index < table.values.length; index += 1) {
    const column = index % D;
    table.values[index] = column === constant ? CONSTANT : (table.values[index]! / drawn) * (column < half ? TOKEN_DEVIATION : REST_DEVIATION);
  }
  // Root mean square of the stream before each of the two layers: what their norms divide by.
  const before0 = Math.sqrt((half * TOKEN_DEVIATION ** 2 + half * REST_DEVIATION ** 2 + CONSTANT ** 2) / D);
  const before1 = Math.sqrt(((half + 4 * kvHeadCount * shared) * TOKEN_DEVIATION ** 2 + CONSTANT ** 2) / D);
  const [looking, search] = [layer(0), layer(1)];
  weights.get("model.norm.weight")?.fill(CAUTION);
  // Values are of size one now: what the random part of the outputs makes of them must stay small beside the tokens.
  for (const { o } of [looking, search]) o.scaleRows(0, D, SILENT);
  for (let g = 0; g < kvHeadCount; g += 1) {
    const kv = g * headDim;
    const head = (g * headCount * headDim) / kvHeadCount;
    /** Where the stream holds part `index` of the token `back` places before. */
    const beside = (back: 1 | 2, index: number) => half + (back - 1) * (half / 2) + (g * half) / 2 / kvHeadCount + index;

    looking.k.scaleRows(kv, headDim, QUIET);
    looking.v.scaleRows(kv, headDim, QUIET);
    for (let index = 0; index < headDim; index += 1) looking.v.add(kv + index, kv + index, before0 / TOKEN_DEVIATION);
    const length = (POSITION * before0) / CONSTANT;
    for (const back of [1, 2] as const) {
      const rows = head + (back - 1) * headDim;
      looking.q.scaleRows(rows, headDim, QUIET);
      for (let pair = 0; pair < pairs; pair += 1) {
        // The key is turned ahead by one position, the query of the second head back by one: they agree at distance `back`.
        const angle = ropeTheta ** (-pair / pairs);
        looking.k.set(kv + pair, constant, length * Math.cos(angle));
        looking.k.set(kv + pairs + pair, constant, length * Math.sin(angle));
        looking.q.set(rows + pair, constant, length * Math.cos((back - 1) * angle));
        looking.q.set(rows + pairs + pair, constant, -length * Math.sin((back - 1) * angle));
      }
      for (let index = 0; index < shared; index += 1) looking.o.add(beside(back, index), rows + index, TOKEN_DEVIATION);
    }

    search.q.scaleRows(head, headDim, QUIET);
    search.k.scaleRows(kv, headDim, QUIET);
    search.v.scaleRows(kv, headDim, QUIET);
    for (let index = 0; index < shared; index += 1) {
      const first = kv + pairs - shared + index;
      const second = first + pairs;
      const size = before1 / TOKEN_DEVIATION;
      search.q.add(head + first - kv, kv + index, MATCH * size);
      search.k.add(first, beside(1, index), size);
      search.q.add(head + second - kv, beside(1, index), MATCH * size);
      search.k.add(second, beside(2, index), size);
    }
    for (let index = 0; index < headDim; index += 1) {
      search.v.add(kv + index, kv + index, before1 / TOKEN_DEVIATION);
      search.o.add(kv + index, head + index, COPY);
    }
  }
}

function deviationOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
