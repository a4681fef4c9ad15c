import { Tokenizer } from "@huggingface/tokenizers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { byteAlphabet, learnBytePairs } from "../../scripts/base-model/bpe.ts";
import { describeTokenizer, describeTokenizerConfig, PAD, trainPairs, VOCABULARY_SIZE } from "../../scripts/base-model/train-tokenizer.ts";
import { streamCorpus } from "../../scripts/base-model/corpus.ts";
import { readJson } from "../../src/files/index.ts";

const read = (name: string): object => readJson(fileURLToPath(new URL(`../../assets/base-model/${name}`, import.meta.url))) as object;

describe("learnBytePairs", () => {
  it("merges the most frequent neighbours first and the lower bytes when they are even", () => {
    expect(learnBytePairs(["ab ab ab cd cd"], 4).merges).toEqual([["a", "b"], ["Ġ", "c"], ["Ġ", "ab"], ["Ġc", "d"]]);
    expect(learnBytePairs(["xyzxyz"], 2).merges[0]).toEqual(["x", "y"]);
  });

  it("does not merge across words", () => {
    expect(() => learnBytePairs(["a b"], 2)).toThrow("the texts must hold 2 pairs, they hold 1");
  });

  it("has one printable letter for each byte", () => {
    expect(new Set(byteAlphabet()).size).toBe(256);
    expect(byteAlphabet()[32]).toBe("Ġ");
    expect(byteAlphabet()[10]).toBe("Ċ");
  });
});

describe("the tokenizer of the base model", () => {
  it("is exactly what the script trains", () => {
    expect(read("tokenizer.json")).toEqual(JSON.parse(JSON.stringify(describeTokenizer(trainPairs()))));
    expect(read("tokenizer_config.json")).toEqual(describeTokenizerConfig(512));
  });

  it("gives back every text it is given", () => {
    const tokenizer = new Tokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
    const texts = [...streamCorpus({ split: "held-out", count: 100 }), "Ünï 漢字 🙂  two  spaces\t\n\n don't", "### Instruction:\nHow?\n\n### Response:\n"];
    for (const text of texts) {
      const { ids } = tokenizer.encode(text);
      expect(tokenizer.decode(ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false })).toBe(text);
      expect(Math.max(...ids)).toBeLessThan(VOCABULARY_SIZE);
    }
  });

  it("ends a text with another token than it pads with", () => {
    const tokenizer = new Tokenizer(read("tokenizer.json"), read("tokenizer_config.json"));
    expect(tokenizer.token_to_id("<|endoftext|>")).toBe(0);
    expect(tokenizer.token_to_id(PAD)).toBe(1);
  });
});
