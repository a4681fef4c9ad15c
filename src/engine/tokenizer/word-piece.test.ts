import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createTokenizer, ggufTokenizerMetadata, loadTokenizerDirectory, tokenizerFromGguf, type Tokenizer } from "./index.ts";

// The fixture and its expected ids come from the Python package tokenizers 0.23 (test/fixtures/formats/make-wordpiece.py).
const directory = fileURLToPath(new URL("../../../test/fixtures/formats/tokenizers/bert-style/", import.meta.url));
const expected = JSON.parse(readFileSync(`${directory}expected.json`, "utf8")) as Readonly<Record<"plain" | "with_special" | "framed", readonly number[][]>> & Readonly<Record<"texts" | "decoded", readonly string[]>>;
const tokenizer = loadTokenizerDirectory(directory);

/** The tokenizer with other parts of its tokenizer.json. */
const withParts = (parts: Readonly<Record<string, unknown>>): Tokenizer =>
  createTokenizer("x", { ...tokenizer.definition, tokenizer: { ...tokenizer.definition.tokenizer, ...parts } });

describe("a WordPiece tokenizer", () => {
  it("gives the ids of the reference, plain, with special tokens, and framed", () => {
    expect(expected.texts.map((text) => tokenizer.encode(text))).toEqual(expected.plain);
    expect(expected.texts.map((text) => tokenizer.encodeWithSpecial(text))).toEqual(expected.with_special);
    expect(expected.texts.map((text) => tokenizer.encodeFramed(text))).toEqual(expected.framed);
    expect(expected.with_special.map((ids) => tokenizer.decode(ids))).toEqual(expected.decoded);
  });

  it("begins with [CLS] and ends with [SEP]", () => {
    expect(tokenizer).toMatchObject({ padId: 0, bosId: 2, eosId: 3, sepId: 3, maskId: 4, addBos: true, addEos: true });
    const unnamed = createTokenizer("x", { ...tokenizer.definition, config: {} });
    expect(unnamed).toMatchObject({ padId: 0, bosId: 2, eosId: 3, sepId: 3, maskId: 4 });
  });

  it("shows where words begin in the text of a token", () => {
    expect(tokenizer.encode("taking").map((id) => tokenizer.tokenText(id)).join("")).toBe(" taking");
  });

  it("is the same after a journey through GGUF metadata", () => {
    const metadata = ggufTokenizerMetadata(tokenizer, tokenizer.vocabSize + 8);
    expect(metadata.get("tokenizer.ggml.model")?.value).toBe("bert");
    expect(metadata.get("tokenizer.ggml.normalizer.strip_accents")?.value).toBe(true);
    const back = tokenizerFromGguf(metadata);
    expect(expected.texts.map((text) => back.encodeFramed(text))).toEqual(expected.framed);
    expect({ ...back, definition: undefined }).toMatchObject({ vocabSize: tokenizer.vocabSize, bosId: 2, eosId: 3, sepId: 3, maskId: 4, padId: 0 });
  });

  it("keeps case and accents through GGUF where the model keeps them", () => {
    const normalizer = { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: false };
    const metadata = ggufTokenizerMetadata(withParts({ normalizer }), tokenizer.vocabSize);
    expect([metadata.get("tokenizer.ggml.normalizer.lowercase")?.value, metadata.get("tokenizer.ggml.normalizer.strip_accents")?.value]).toEqual([false, false]);
    expect(tokenizerFromGguf(metadata).encode("The médecin")).toEqual(withParts({ normalizer }).encode("The médecin"));
  });

  it("is refused where GGUF cannot say what it does, or its unknown words have no token", () => {
    expect(() => ggufTokenizerMetadata(withParts({ normalizer: { type: "NFKC" } }), 300)).toThrow(/prepares text with \{"type":"NFKC"\}/);
    expect(() => ggufTokenizerMetadata(withParts({ pre_tokenizer: { type: "Whitespace" } }), 300)).toThrow(/splits words with \{"type":"Whitespace"\}/);
    const metadata = new Map([...ggufTokenizerMetadata(tokenizer, tokenizer.vocabSize), ["tokenizer.ggml.tokens", { type: "array" as const, of: "string" as const, value: ["▁a"] }], ["tokenizer.ggml.token_type", { type: "array" as const, of: "i32" as const, value: [1] }]]);
    expect(() => tokenizerFromGguf(metadata)).toThrow(/lacks the token of unknown words/);
  });
});
