import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, readTensor, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { measureImportance } from "./importance.ts";
import { quantizeGguf } from "./quantize.ts";

const folder = makeTemporaryFolder();
const source = folder.file("tiny.gguf");
beforeAll(() => void writeTinyGguf(source, { layerCount: 1 }));
afterAll(() => folder.remove());

describe("measureImportance", () => {
  it("is the mean square of what goes into a matrix: of the normed embeddings for the first one", async () => {
    const ids = [5, 9, 200, 9];
    const importance = await measureImportance(source, [ids.slice(0, 3), ids.slice(3)], { threads: 1 });
    expect([...importance.keys()].sort()).toEqual(["attn_k", "attn_output", "attn_q", "attn_v", "ffn_down", "ffn_gate", "ffn_up"].map((name) => `blk.0.${name}.weight`));
    const table = new Float32Array(readTensor(source, "token_embd.weight").slice().buffer);
    const expected = new Float64Array(64);
    for (const id of ids) {
      const row = table.subarray(id * 64, id * 64 + 64);
      const mean = row.reduce((sum, value) => sum + value * value, 0) / 64 + 1e-5;
      row.forEach((value, column) => void (expected[column]! += (value * value) / mean / ids.length));
    }
    for (const name of ["blk.0.attn_q.weight", "blk.0.attn_v.weight"]) importance.get(name)!.forEach((value, column) => expect(value).toBeCloseTo(expected[column]!, 4));
    expect(importance.get("blk.0.ffn_down.weight")).toHaveLength(96);
  });

  it("tells what is read, and refuses what has no token", async () => {
    const done: number[] = [];
    await measureImportance(source, [[1], [2, 3]], { threads: 1, onProgress: (count) => done.push(count) });
    expect(done).toEqual([1, 2]);
    await expect(measureImportance(source, [[1], []])).rejects.toThrow("Sequence 1 is empty");
  });

  it("stops when it is told to", async () => {
    await expect(measureImportance(source, [[1]], { threads: 1, signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });
});

it("an importance matrix changes the matrices it names, and only those", async () => {
  const name = "blk.0.attn_q.weight";
  const importance = new Map([[name, Float32Array.from({ length: 64 }, (_, column) => (column < 8 ? 100 : 0.01))]]);
  await quantizeGguf(source, folder.file("even.gguf"), "q4_0", { threads: 1 });
  await quantizeGguf(source, folder.file("weighed.gguf"), "q4_0", { threads: 1, importance });
  expect(readTensor(folder.file("weighed.gguf"), name)).not.toEqual(readTensor(folder.file("even.gguf"), name));
  expect(readTensor(folder.file("weighed.gguf"), "blk.0.attn_k.weight")).toEqual(readTensor(folder.file("even.gguf"), "blk.0.attn_k.weight"));
});
