import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTensor } from "./arena.ts";
import { attend, declareQueryBlocks, writeQueryBlocks } from "./attention.ts";
import { openBackend, type Backend } from "./backend.ts";
import { checkGradient, type GradientCase } from "./check-gradient.ts";
import { drop, embed, gated, normalize, plus } from "./layers.ts";
import { linear } from "./linear.ts";
import { checkpointed, constant, type Tape } from "./tape.ts";
import type { Tensor } from "./tensor.ts";

let backend: Backend;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
});
afterAll(() => backend.dispose());

const TOLERANCE = 1e-3;

function integers(tape: Tape, values: readonly number[]): { tensor: Tensor; fill: () => void } {
  const tensor = tape.graph.input("i32", [values.length]);
  return { tensor, fill: () => writeTensor(tape.graph.backend, tensor, Int32Array.from(values)) };
}

function attention(heads: number, groups: number, batch: number, time: number, factors: boolean, blockCount = 1): GradientCase {
  const headWidth = 8;
  return {
    shapes: [
      [batch * time, heads * headWidth],
      [batch * time, groups * headWidth],
      [batch * time, groups * headWidth],
    ],
    build: (tape, [q, k, v]) => {
      const blocks = declareQueryBlocks(tape.graph, time, heads / groups, blockCount);
      const positions = integers(tape, Array.from({ length: time }, (_, index) => index));
      const divisors = factors ? tape.graph.input("f32", [headWidth / 2]) : undefined;
      const rope = { dimensions: headWidth, base: 10000, frequencyScale: 1, factors: divisors };
      return {
        output: attend(tape, q!, k!, v!, { batch, time, heads, groups, headWidth, blocks, positions: positions.tensor, rope }),
        fill: () => {
          positions.fill();
          writeQueryBlocks(tape.graph, blocks);
          if (divisors !== undefined) writeTensor(backend, divisors, Float32Array.of(1, 1.5, 4, 8));
        },
      };
    },
  };
}

const cases: Readonly<Record<string, GradientCase>> = {
  "a trained linear layer": { shapes: [[6, 32], [16, 32]], build: (tape, [x, weight]) => ({ output: linear(tape, x!, { weight: weight! }) }) },
  "a linear layer with an adapter": {
    shapes: [[6, 32], [16, 32], [4, 32], [16, 4]],
    build: (tape, [x, weight, a, b]) => ({ output: linear(tape, x!, { weight: weight!, lora: { a: a!, b: b!, factor: 2 } }) }),
  },
  "an adapter with dropout": {
    shapes: [[6, 32], [16, 32], [4, 32], [16, 4]],
    build: (tape, [x, weight, a, b]) => {
      const dropout = tape.graph.input("f32", [6, 32]);
      return {
        output: linear(tape, x!, { weight: weight!, lora: { a: a!, b: b!, factor: 2 } }, drop(tape, x!, dropout)),
        fill: () => writeTensor(backend, dropout, Float32Array.from({ length: 192 }, (_, index) => (index % 3 === 0 ? 0 : 1.5))),
      };
    },
  },
  "an embedding with repeated tokens": {
    shapes: [[8, 32]],
    build: (tape, [table]) => {
      const tokens = integers(tape, [3, 1, 3, 7, 0]);
      return { output: embed(tape, table!, tokens.tensor), fill: tokens.fill };
    },
  },
  "a residual sum used twice": { shapes: [[4, 32], [4, 32]], build: (tape, [a, b]) => ({ output: plus(tape, plus(tape, a!, b!), a!) }) },
  "RMSNorm with gain": { shapes: [[5, 32], [32]], build: (tape, [x, gain]) => ({ output: normalize(tape, x!, gain!, 1e-5) }) },
  SwiGLU: { shapes: [[5, 32], [5, 32]], build: (tape, [gate, up]) => ({ output: gated(tape, gate!, up!) }) },
  "attention with one head a group": attention(4, 4, 1, 6, false),
  "grouped-query attention, batch 3": attention(4, 2, 3, 6, false),
  "attention in three blocks, the last one shorter": attention(4, 2, 2, 40, false, 3),
  "attention with frequency factors": attention(4, 1, 2, 5, true),
  "a recomputed block": {
    shapes: [[6, 32], [32, 32], [32]],
    build: (tape, [x, weight, gain]) => ({ output: checkpointed(tape, (inner, y) => linear(inner, normalize(inner, y, gain!, 1e-5), { weight: weight! }), x!) }),
  },
};

describe("the tape agrees with finite differences", () => {
  for (const [name, gradientCase] of Object.entries(cases)) {
    it(`for ${name}`, async () => {
      expect(await checkGradient(backend, gradientCase)).toBeLessThan(TOLERANCE);
      expect(await checkGradient(backend, gradientCase, 7)).toBeLessThan(TOLERANCE);
    });
  }

  it("for attention when only the queries are trained", async () => {
    const whole = attention(4, 2, 2, 6, false);
    const onlyQueries: GradientCase = {
      shapes: whole.shapes,
      checked: [0],
      build: (tape, [q, k, v]) => whole.build(tape, [q!, constant(k!.tensor), constant(v!.tensor)]),
    };
    expect(await checkGradient(backend, onlyQueries)).toBeLessThan(TOLERANCE);
  });
});
