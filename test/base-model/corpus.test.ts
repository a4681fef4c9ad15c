import { describe, expect, it } from "vitest";
import { MIXTURE, OPENING_MIXTURE, streamCorpus, TOKENIZER_MIXTURE, writeDocument } from "../../scripts/base-model/corpus.ts";
import { generateSample } from "../../src/data/index.ts";

const documents = [...streamCorpus({ split: "train", count: 3000, from: 5000 })];
const rows = generateSample({ domain: "healthcare", count: 600, seed: 42 });

/** Runs of `size` words. */
function runs(texts: readonly string[], size: number): Set<string> {
  return new Set(
    texts.flatMap((text) => {
      const words = text.split(/\s+/);
      return words.slice(size - 1).map((_, start) => words.slice(start, start + size).join(" "));
    }),
  );
}

describe("the pretraining corpus", () => {
  it("has shares that add up to 100 percent", () => {
    for (const mixture of [MIXTURE, OPENING_MIXTURE, TOKENIZER_MIXTURE]) expect(mixture.reduce((sum, [, percent]) => sum + percent, 0)).toBe(100);
  });

  it("gives the same document for the same index, wherever the stream starts", () => {
    expect([...streamCorpus({ split: "train", count: 5, from: 5040 })]).toEqual(documents.slice(40, 45));
    expect(writeDocument("train", 7999)).toBe(documents[2999]);
  });

  it("shares almost no document between training and held-out text", () => {
    const seen = new Set(documents);
    expect([...streamCorpus({ split: "held-out", count: 1000 })].filter((text) => seen.has(text))).toEqual([]);
    expect(seen.size).toBe(documents.length);
  });

  it("is plain ASCII without the headings of the prompt format or the end-of-text token", () => {
    for (const text of documents) {
      expect(text).toMatch(/^[\n\t -~]+$/);
      expect(text).not.toMatch(/undefined|NaN|<\|endoftext\|>|### /);
    }
  });

  it("holds no instruction and no note of the fine-tuning sample", () => {
    const all = documents.join("\n");
    for (const { instruction, input } of rows) {
      expect(all).not.toContain(instruction);
      expect(all).not.toContain(input);
    }
  });

  it("shares few long runs of words with the notes of the sample", () => {
    const corpus = runs(documents, 8);
    const notes = runs(rows.map(({ input }) => input), 8);
    expect([...notes].filter((run) => corpus.has(run)).length / notes.size).toBeLessThan(0.001);
  });
});
