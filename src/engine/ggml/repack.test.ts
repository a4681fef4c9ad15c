import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TENSOR_TYPES, type TensorTypeName } from "../ffi/index.ts";
import { createArena, readFloats, writeTensor } from "./arena.ts";
import { openBackend, type Backend } from "./backend.ts";
import { createGraph } from "./graph.ts";
import { mulMat } from "./ops.ts";
import { quantizeRows } from "./quantize-rows.ts";
import { canRepack } from "./repack.ts";

let backend: Backend;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
});
afterAll(() => backend.dispose());

const OUT = 64;
const IN = 256;
const TOKENS = 7;
const weights = wave(OUT * IN, 0.37);
const inputs = wave(TOKENS * IN, 0.11);

async function product(type: TensorTypeName, repacked: boolean): Promise<Float32Array> {
  const arena = createArena(backend, 1, { repacked });
  const weight = arena.tensor(type, [OUT, IN]);
  arena.allocate();
  writeTensor(backend, weight, quantizeRows(type, weights, IN));
  const graph = createGraph(backend, 8);
  const input = graph.input("f32", [TOKENS, IN]);
  const result = graph.output(mulMat(graph, weight, input));
  graph.allocate();
  writeTensor(backend, input, inputs);
  await graph.compute();
  const values = readFloats(backend, result);
  graph.dispose();
  arena.dispose();
  return values;
}

describe("a repacked matrix", () => {
  const quantized = (Object.keys(TENSOR_TYPES) as TensorTypeName[]).filter((type) => ["q4_0", "q4_k", "q5_k", "q6_k", "q8_0"].includes(type));
  it.each(quantized)("of type %s multiplies as a plain one does, wherever the device repacks it", async (type) => {
    const plain = await product(type, false);
    const packed = canRepack(backend, type, [OUT, IN]) ? await product(type, true) : plain;
    const length = Math.hypot(...plain);
    expect(Math.hypot(...plain.map((value, index) => value - packed[index]!)) / length).toBeLessThan(5e-3);
  });

  it("is never of floats, nor of a number of rows that no kernel takes", () => {
    expect(canRepack(backend, "f32", [OUT, IN])).toBe(false);
    expect(canRepack(backend, "f16", [OUT, IN])).toBe(false);
    expect(canRepack(backend, "q4_0", [3, IN])).toBe(false);
    expect(canRepack(backend, "q4_0", [IN])).toBe(false);
  });

  it("needs no memory in an arena that stays empty", () => {
    const arena = createArena(backend, 1, { repacked: true });
    arena.allocate();
    expect(arena.sizeBytes).toBe(0);
    arena.dispose();
  });
});

function wave(length: number, pace: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(pace * index) + Math.sin(0.013 * index * pace));
}
