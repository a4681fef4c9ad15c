import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createArena, readFloats, readIntegers, writeTensor } from "./arena.ts";
import { openBackend, type Backend } from "./backend.ts";
import { chunkSize, crossEntropy, declareTargets, targetIndex } from "./cross-entropy.ts";
import { createGraph } from "./graph.ts";
import { trainedLinear } from "./linear.ts";
import { createTape, parameter } from "./tape.ts";

const TOKENS = 13;
const WIDTH = 32;
const VOCABULARY = 20;
const LABELS = Array.from({ length: TOKENS }, (_, token) => (7 * token) % VOCABULARY);
/** Tokens 3 and 9 are masked. */
const WEIGHTS = LABELS.map((_, token) => (token % 6 === 3 ? 0 : 0.5 + token / 10));
const HIDDEN = Float32Array.from({ length: TOKENS * WIDTH }, (_, index) => Math.sin(index * index));
const HEAD = Float32Array.from({ length: VOCABULARY * WIDTH }, (_, index) => Math.cos(3 * index * index));

let backend: Backend;
beforeAll(() => {
  backend = openBackend({ device: "cpu", threads: 1 });
});
afterAll(() => backend.dispose());

describe.each([{ chunk: TOKENS }, { chunk: 5 }, { chunk: 4 }, { chunk: 1 }])("cross-entropy in chunks of $chunk tokens", ({ chunk }) => {
  it("equals its closed form in loss and gradients", async () => {
    const found = await compute(chunk, true);
    const wanted = closedForm();
    expect(found.loss / wanted.loss).toBeCloseTo(1, 6);
    expect(largestDifference(found.hidden, wanted.hidden)).toBeLessThan(1e-5);
    expect(largestDifference(found.head, wanted.head)).toBeLessThan(1e-5);
  });

  it("finds the most likely token of every position, and the same loss, without a backward pass", async () => {
    const found = await compute(chunk, false);
    expect(found.loss / closedForm().loss).toBeCloseTo(1, 6);
    expect(found.best).toEqual(closedForm().best);
    expect(found.hidden.every((value) => value === 0)).toBe(true);
  });
});

it("is not a number where the model is none", async () => {
  const broken = HIDDEN.with(0, Number.NaN);
  expect((await compute(5, false, broken)).loss).toBeNaN();
  expect((await compute(5, true, broken)).loss).toBeNaN();
});

it("cuts chunks so that their logits fit 64 MiB, evenly, never below 32 tokens", () => {
  expect(chunkSize(512, 1024)).toBe(512);
  expect(chunkSize(2048, 32_000)).toBe(512);
  expect(chunkSize(600, 32_000)).toBe(300);
  expect(chunkSize(2048, 128_256)).toBe(128);
  expect(chunkSize(64, 10_000_000)).toBe(32);
});

async function compute(chunk: number, backward: boolean, states = HIDDEN) {
  const arena = createArena(backend, 4);
  const [hidden, head] = [arena.tensor("f32", [TOKENS, WIDTH]), arena.tensor("f32", [VOCABULARY, WIDTH])];
  const [hiddenSink, headSink] = [arena.tensor("f32", [TOKENS, WIDTH]), arena.tensor("f32", [VOCABULARY, WIDTH])];
  arena.allocate();
  const graph = createGraph(backend, 2048);
  const targets = { ...declareTargets(graph, TOKENS, VOCABULARY), chunk };
  const tape = createTape(graph, { recording: backward });
  // The hidden states of a model are never a leaf: the gradient goes on from them.
  const input = parameter(hidden, hiddenSink);
  const passed = tape.result(hidden, [input], (gradient) => tape.give(input, gradient));
  const { loss, best } = crossEntropy(tape, passed, trainedLinear(parameter(head, headSink)), targets, { backward, best: !backward });
  graph.allocate();
  const index = LABELS.map((label, token) => targetIndex(token, label, chunk, VOCABULARY));
  writeTensor(backend, hidden, states);
  writeTensor(backend, head, HEAD);
  writeTensor(backend, targets.index32, Int32Array.from(index));
  writeTensor(backend, targets.index64, BigInt64Array.from(index.map(BigInt)));
  writeTensor(backend, targets.weight, Float32Array.from(WEIGHTS));
  await graph.compute();
  const found = {
    loss: readFloats(backend, loss)[0]!,
    best: best.flatMap((part) => [...readIntegers(backend, part)]),
    hidden: readFloats(backend, hiddenSink),
    head: readFloats(backend, headSink),
  };
  graph.dispose();
  arena.dispose();
  return found;
}

/** In 64 bits: d loss / d logits = weight · (softmax − onehot). */
function closedForm() {
  const hidden = new Float64Array(TOKENS * WIDTH);
  const head = new Float64Array(VOCABULARY * WIDTH);
  const best: number[] = [];
  let loss = 0;
  for (let token = 0; token < TOKENS; token += 1) {
    const logits = Array.from({ length: VOCABULARY }, (_, v) => Array.from({ length: WIDTH }, (_, d) => HIDDEN[token * WIDTH + d]! * HEAD[v * WIDTH + d]!).reduce((a, b) => a + b));
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    best.push(logits.indexOf(Math.max(...logits)));
    loss += WEIGHTS[token]! * (Math.log(total) - logits[LABELS[token]!]!);
    logits.forEach((logit, v) => {
      const pull = WEIGHTS[token]! * (Math.exp(logit) / total - (v === LABELS[token] ? 1 : 0));
      for (let d = 0; d < WIDTH; d += 1) {
        hidden[token * WIDTH + d]! += pull * HEAD[v * WIDTH + d]!;
        head[v * WIDTH + d]! += pull * HIDDEN[token * WIDTH + d]!;
      }
    });
  }
  return { loss, best, hidden, head };
}

function largestDifference(a: Float32Array, b: Float64Array): number {
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
