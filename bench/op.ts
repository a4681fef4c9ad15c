// Matrix products per second of the types that weights are held in: which base type is fast on this processor.
//
//   npx tsx bench/op.ts [--threads N] [--tokens 256] [--json FILE]
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { TensorTypeName } from "../src/engine/ffi/index.ts";
import { canRepack, constant, createArena, createGraph, createTape, frozenLinear, linear, openBackend, quantizeRows, writeTensor } from "../src/engine/ggml/index.ts";
import { randomStream } from "../src/engine/models/index.ts";
import { writeJson } from "../src/files/index.ts";
import { formatTable } from "./print.ts";

const { values: flags } = parseArgs({
  options: { threads: { type: "string", default: String(availableParallelism()) }, tokens: { type: "string", default: "256" }, json: { type: "string" } },
});
const TYPES: readonly TensorTypeName[] = ["f32", "f16", "bf16", "q8_0", "q6_k", "q5_k", "q4_k", "q4_0"];
const SHAPES = [[256, 768], [768, 2816], [2048, 5632]] as const;
const PRODUCTS = 8;
const TRIALS = 7;
const tokens = Number(flags.tokens);
const backend = openBackend({ device: "cpu", threads: Number(flags.threads) });

/** Best of several trials, in 10⁹ multiplications and additions a second; undefined where the device has no such layout. */
async function gigaflops(type: TensorTypeName, [out, inner]: readonly [number, number], repacked: boolean): Promise<number | undefined> {
  if (repacked && !canRepack(backend, type, [out, inner])) return undefined;
  const weights = createArena(backend, 1, { repacked });
  const weight = weights.tensor(type, [out, inner]);
  weights.allocate();
  writeTensor(backend, weight, quantizeRows(type, noise(out * inner), inner));
  const graph = createGraph(backend, 4 * PRODUCTS);
  const input = graph.input("f32", [tokens, inner]);
  const tape = createTape(graph);
  for (let product = 0; product < PRODUCTS; product += 1) graph.output(linear(tape, constant(input), frozenLinear(weight)).tensor);
  graph.allocate();
  writeTensor(backend, input, noise(tokens * inner));
  let best = Infinity;
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const from = performance.now();
    await graph.compute();
    best = Math.min(best, performance.now() - from);
  }
  graph.dispose();
  weights.dispose();
  return (2 * out * inner * tokens * PRODUCTS) / best / 1e6;
}

function noise(length: number): Float32Array {
  const uniform = randomStream(length, "bench");
  return Float32Array.from({ length }, () => uniform() - 0.5);
}

const rows: { readonly label: string; readonly speeds: readonly (number | undefined)[] }[] = [];
for (const type of TYPES) {
  for (const repacked of [false, true]) {
    const speeds = [];
    for (const shape of SHAPES) speeds.push(await gigaflops(type, shape, repacked));
    if (speeds.some((speed) => speed !== undefined)) rows.push({ label: repacked ? `${type}, repacked` : type, speeds });
  }
}
backend.dispose();
console.log(`GFLOP/s of a product with ${tokens} tokens, ${flags.threads} threads, ${backend.device.description}\n`);
console.log(formatTable(["weights", ...SHAPES.map((shape) => shape.join(" × "))], rows.map(({ label, speeds }) => [label, ...speeds.map((speed) => speed?.toFixed(0) ?? "")])));
if (flags.json !== undefined) writeJson(flags.json, rows);
