import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFloats, writeTensor } from "./arena.ts";
import { attend, declareQueryBlocks, writeQueryBlocks } from "./attention.ts";
import { openBackend, type Backend } from "./backend.ts";
import { createGraph } from "./graph.ts";
import { constant, createTape } from "./tape.ts";

let backend: Backend;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
});
afterAll(() => backend.dispose());

const SHAPE = { batch: 2, time: 40, heads: 4, groups: 2, headWidth: 16 };

/** Attention of made-up queries, keys and values, in so many blocks. */
async function attention(blockCount: number, window?: number): Promise<Float32Array> {
  const { batch, time, heads, groups, headWidth } = SHAPE;
  const graph = createGraph(backend, 256);
  const inputs = [heads, groups, groups].map((count) => graph.input("f32", [batch * time, count * headWidth]));
  const positions = graph.input("i32", [time]);
  const blocks = declareQueryBlocks(graph, time, heads / groups, blockCount);
  const rope = { dimensions: headWidth, base: 10_000, frequencyScale: 1, factors: undefined };
  const [q, k, v] = inputs.map(constant);
  const output = graph.output(attend(createTape(graph), q!, k!, v!, { ...SHAPE, blocks, positions, rope }).tensor);
  graph.allocate();
  inputs.forEach((input, which) => writeTensor(backend, input, Float32Array.from({ length: input.shape[0]! * input.shape[1]! }, (_, index) => Math.sin(index * (0.3 + which)))));
  writeTensor(backend, positions, Int32Array.from({ length: time }, (_, position) => position));
  writeQueryBlocks(graph, blocks, window);
  await graph.compute();
  const values = readFloats(backend, output);
  graph.dispose();
  return values;
}

describe("attention in blocks", () => {
  it("is attention in one block", async () => {
    const whole = await attention(1);
    for (const count of [2, 3, 8]) expect(largestDifference(await attention(count), whole)).toBeLessThan(1e-6);
  });

  it("looks back over a sliding window across blocks", async () => {
    const whole = await attention(1, 5);
    expect(largestDifference(await attention(3, 5), whole)).toBeLessThan(1e-6);
    expect(largestDifference(await attention(1), whole)).toBeGreaterThan(1e-2);
  });
});

describe("query blocks", () => {
  it("cover all positions in whole sixteens, few of them for short sequences and at most eight", () => {
    const graph = createGraph(backend, 64);
    const edges = (time: number) => declareQueryBlocks(graph, time, 1).map(({ from, to }) => [from, to]);
    expect(edges(1)).toEqual([[0, 1]]);
    expect(edges(80)).toEqual([[0, 80]]);
    expect(edges(128)).toEqual([[0, 64], [64, 128]]);
    expect(edges(150)).toEqual([[0, 64], [64, 128], [128, 150]]);
    expect(edges(4096)).toHaveLength(8);
    graph.dispose();
  });
});

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
