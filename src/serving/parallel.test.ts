import { expect, it } from "vitest";
import { affordableSequences } from "./parallel.ts";

// Mistral 7B: 32 layers, 8 heads of keys of 128 values, f16: 128 KiB a token.
const mistral = {
  architecture: "llama",
  metadata: new Map([["llama.block_count", "32"], ["llama.attention.head_count", "32"], ["llama.attention.head_count_kv", "8"], ["llama.embedding_length", "4096"]]),
};

it("lets as many answer at once as an eighth of the memory holds, 1 to 8", () => {
  const of = (gigabytes: number) => affordableSequences(mistral, 4096, gigabytes * 2 ** 30);
  expect([of(2), of(16), of(32), of(256)]).toEqual([1, 4, 8, 8]);
  expect(affordableSequences({ architecture: "llama", metadata: new Map() }, 4096, 1)).toBe(8);
});
