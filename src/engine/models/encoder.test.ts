import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeTemporaryFolder } from "../../../test/helpers/tiny-gguf.ts";
import { TunesmithError } from "../../errors.ts";
import { readJson } from "../../files/index.ts";
import { loadTokenizerDirectory } from "../tokenizer/index.ts";
import { parseEncoderConfig } from "./encoder-config.ts";
import { fitPair, frameOne, framePair } from "./encoder-input.ts";
import { convertEncoderToGguf, openEncoder, openEncoderSource } from "./index.ts";

const FIXTURES = join(import.meta.dirname, "../../../test/fixtures/berts");
const golden = readJson(join(FIXTURES, "cross-encoder/expected.json")) as Readonly<Record<"ids" | "types" | "cuts", readonly (readonly number[])[]>> & { readonly query: string; readonly documents: readonly string[] };
const tokenizer = loadTokenizerDirectory(join(FIXTURES, "cross-encoder"));
const plain = { model_type: "bert", vocab_size: 264, hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 96, hidden_act: "gelu", max_position_embeddings: 96, type_vocab_size: 2 };

describe("the configuration of a BERT", () => {
  it("takes its labels from id2label and its pooling from sentence-transformers", () => {
    expect(parseEncoderConfig("x", { ...plain, id2label: { 0: "bad", 1: "good" } }, { pooler: true, outputs: 3 })).toMatchObject({ labels: ["bad", "good", "LABEL_2"], pooling: "rank", normEpsilon: 1e-12 });
    const poolingOf = (pooling: unknown) => parseEncoderConfig("x", plain, { pooler: false, outputs: 0, pooling }).pooling;
    expect([undefined, { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, { pooling_mode: "mean" }].map(poolingOf)).toEqual(["mean", "cls", "mean"]);
    expect(() => poolingOf({ pooling_mode_max_tokens: true })).toThrow(/its pooling is max_tokens, mean and cls can be used/);
    expect(() => poolingOf({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: true })).toThrow(/cls_token with mean_tokens/);
  });

  it.each<[object, RegExp]>([
    [{ model_type: "roberta" }, /architecture is roberta, bert can be used/],
    [{ hidden_act: "gelu_new" }, /its hidden_act is "gelu_new", "gelu" is needed/],
    [{ position_embedding_type: "relative_key" }, /position_embedding_type is "relative_key"/],
    [{ is_decoder: true }, /is_decoder is true/],
    [{ hidden_size: 0 }, /hiddenSize is 0/],
    [{ num_attention_heads: 3 }, /3 attention heads cannot share 64 dimensions/],
    [{ vocab_size: "many" }, /vocab_size is "many"/],
    [{ num_hidden_layers: 1e6 }, /at most 10000/],
    [{ layer_norm_eps: 2 }, /layer_norm_eps is 2/],
  ])("is refused with %j", (change, message) => {
    expect(() => parseEncoderConfig("x", { ...plain, ...change }, { pooler: false, outputs: 0 })).toThrow(message);
  });
});

it("is not believed to score without the pooler that its classifier needs", () => {
  expect(() => parseEncoderConfig("x", plain, { pooler: false, outputs: 1 })).toThrow(/has a classifier, but not the pooler below it/);
});

describe("a pair of texts", () => {
  it("is framed as Hugging Face frames it, the second with its own token type", () => {
    const framed = golden.documents.map((document) => framePair(tokenizer, [tokenizer.encode(golden.query), tokenizer.encode(document)]));
    expect(framed.map(({ ids }) => ids)).toEqual(golden.ids);
    expect(framed.map(({ types }) => types)).toEqual(golden.types);
  });

  it.each(golden.cuts.map((cut) => [cut] as const))("is cut as Hugging Face cuts it: %j", ([first, second, length, keptFirst, keptSecond]) => {
    const tokens = (count: number) => Array.from({ length: count }, (_, index) => index);
    const [left, right] = fitPair("x", tokens(first!), tokens(second!), length! - 3, true);
    expect([left, right]).toEqual([tokens(keptFirst!), tokens(keptSecond!)]);
  });

  it("is refused where it does not fit and may not be cut", () => {
    expect(() => fitPair("x", [1, 2, 3], [4, 5], 4, false)).toThrow(/it has 8 tokens, the model reads 7/);
    expect(() => frameOne("x", tokenizer, 4, "blood pressure daily", false)).toThrow(/the model reads 4/);
    expect(frameOne("x", tokenizer, 4, "blood pressure daily", true).ids).toHaveLength(4);
  });
});

it("is an error and never a crash, whatever bytes of its GGUF header change", () => {
  const folder = makeTemporaryFolder();
  const path = folder.file("bert.gguf");
  const source = openEncoderSource(join(FIXTURES, "cross-encoder"));
  convertEncoderToGguf(source, path, { type: "f16" });
  source.close();
  const bytes = readFileSync(path);
  const change = fc.record({ at: fc.nat(bytes.indexOf("tokenizer.ggml.tokens")), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const damaged = Buffer.from(bytes);
      for (const { at, byte } of changes) damaged[at] = byte;
      writeFileSync(path, damaged);
      try {
        openEncoderSource(path).close();
      } catch (error) {
        expect(error).toBeInstanceOf(TunesmithError);
      }
    }),
    { numRuns: 200, seed: 5 },
  );
  folder.remove();
});

describe("a directory that is no BERT", () => {
  it("is refused with what it is", () => {
    expect(() => openEncoder(join(FIXTURES, "../golden/tied"))).toThrow(/config\.json is not that of a BERT/);
    expect(() => openEncoderSource(FIXTURES)).toThrow(/has no config\.json/);
    expect(() => openEncoderSource(join(FIXTURES, "absent"))).toThrow(/there is no such file/);
  });

  it("cannot score without a classifier", async () => {
    const encoder = openEncoder(join(FIXTURES, "bge"), { threads: 1 });
    await expect(encoder.score("a", ["b"])).rejects.toThrow(/has no classifier, so it cannot score/);
    encoder.dispose();
  });
});
