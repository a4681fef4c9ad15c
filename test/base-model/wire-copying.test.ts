import { describe, expect, it } from "vitest";
import { wireCopying, type CircuitShape } from "../../scripts/base-model/wire-copying.ts";
import { createRandom } from "../../src/random.ts";

const shape: CircuitShape = { hiddenSize: 256, headDim: 64, headCount: 4, kvHeadCount: 2, ropeTheta: 10_000 };

function wired(given: CircuitShape): ReadonlyMap<string, Float32Array> {
  const { hiddenSize: D, headDim, headCount, kvHeadCount } = given;
  const random = createRandom(7);
  const draw = (count: number) => Float32Array.from({ length: count }, () => 0.04 * (random.next() - 0.5));
  const layer = (index: number): [string, Float32Array][] => [
    [`model.layers.${index}.self_attn.q_proj.weight`, draw(headCount * headDim * D)],
    [`model.layers.${index}.self_attn.k_proj.weight`, draw(kvHeadCount * headDim * D)],
    [`model.layers.${index}.self_attn.v_proj.weight`, draw(kvHeadCount * headDim * D)],
    [`model.layers.${index}.self_attn.o_proj.weight`, draw(D * headCount * headDim)],
  ];
  const weights = new Map([["model.embed_tokens.weight", draw(64 * D)] as const, ["model.norm.weight", new Float32Array(D).fill(1)] as const, ...layer(0), ...layer(1)]);
  wireCopying(weights, given);
  return weights;
}

/** Scores of a first-layer head for a key `distance` places back, when all that tokens share is the constant column. */
function scores(weights: ReadonlyMap<string, Float32Array>, head: number, distances: number): number[] {
  const column = (name: string, row: number) => weights.get(`model.layers.0.self_attn.${name}.weight`)![row * shape.hiddenSize + shape.hiddenSize - 1]!;
  const kvHead = Math.floor((head * shape.kvHeadCount) / shape.headCount);
  const pairs = shape.headDim / 2;
  return Array.from({ length: distances }, (_, distance) => {
    let sum = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      const angle = distance * shape.ropeTheta ** (-pair / pairs);
      const [qx, qy] = [column("q_proj", head * shape.headDim + pair), column("q_proj", head * shape.headDim + pairs + pair)];
      const [kx, ky] = [column("k_proj", kvHead * shape.headDim + pair), column("k_proj", kvHead * shape.headDim + pairs + pair)];
      // The key turned back by the distance, as rotary positions do it.
      sum += qx * (kx * Math.cos(angle) + ky * Math.sin(angle)) + qy * (ky * Math.cos(angle) - kx * Math.sin(angle));
    }
    return sum;
  });
}

describe("the copying circuit", () => {
  const weights = wired(shape);

  it.each([
    [0, 1],
    [1, 2],
    [2, 1],
    [3, 2],
  ])("makes head %i of the first layer look %i back", (head, back) => {
    const found = scores(weights, head, 200);
    expect(found.indexOf(Math.max(...found))).toBe(back);
  });

  it("gives every token the same constant", () => {
    const table = weights.get("model.embed_tokens.weight")!;
    const constants = Array.from({ length: 64 }, (_, token) => table[token * 256 + 255]);
    expect(new Set(constants).size).toBe(1);
    expect(constants[0]).toBeGreaterThan(0);
  });

  it("refuses widths that it does not fit", () => {
    expect(() => wired({ ...shape, kvHeadCount: 1 })).toThrow(RangeError);
  });
});
