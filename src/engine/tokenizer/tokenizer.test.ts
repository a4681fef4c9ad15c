import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createTokenizer, ggufTokenizerMetadata, loadTokenizerDirectory, parseTokenizerJson, tokenizerFromGguf, writeTokenizerFiles } from "./index.ts";

// The fixtures and their expected ids come from the Python package tokenizers 0.23 (test/fixtures/formats/make-fixtures.py).
const fixtures = fileURLToPath(new URL("../../../test/fixtures/formats/tokenizers/", import.meta.url));
const styles = ["gpt2-style", "llama3-style", "smollm-style", "llama2-style", "metaspace-style", "metaspace-split-style"] as const;
const scratch = mkdtempSync(join(tmpdir(), "tokenizer-"));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Expected {
  readonly texts: readonly string[];
  readonly plain: readonly number[][];
  readonly with_special: readonly number[][];
  readonly decoded: readonly string[];
}
const expectedOf = (style: string) => JSON.parse(readFileSync(join(fixtures, style, "expected.json"), "utf8")) as Expected;
const load = (style: string) => loadTokenizerDirectory(join(fixtures, style));

/** A copy of a fixture with some of its files replaced or (undefined) removed. */
function variant(name: string, style: string, files: Readonly<Record<string, unknown>>): string {
  const directory = join(scratch, name);
  cpSync(join(fixtures, style), directory, { recursive: true });
  for (const [file, json] of Object.entries(files)) {
    if (json === undefined) rmSync(join(directory, file));
    else writeFileSync(join(directory, file), typeof json === "string" ? json : JSON.stringify(json));
  }
  return directory;
}

describe.each(styles)("a %s tokenizer", (style) => {
  const expected = expectedOf(style);
  const tokenizer = load(style);

  it("gives the ids of the reference, with and without special tokens", () => {
    expect(expected.texts.map((text) => tokenizer.encode(text))).toEqual(expected.plain);
    expect(expected.texts.map((text) => tokenizer.encodeWithSpecial(text))).toEqual(expected.with_special);
  });

  it("gives the texts of the reference back", () => {
    expect(expected.with_special.map((ids) => tokenizer.decode(ids))).toEqual(expected.decoded);
  });

  it("is the same after a journey through GGUF metadata", () => {
    const back = tokenizerFromGguf(ggufTokenizerMetadata(tokenizer, tokenizer.vocabSize + 8));
    expect(back.vocabSize).toBe(tokenizer.vocabSize);
    // GGUF knows one way: a space in front of every text, also of one that begins with a space or follows a special token.
    const same = expected.texts.map((text, i) => ({ text, i })).filter(({ text }) => !style.startsWith("metaspace") || !/^ |<s>/.test(text));
    expect(same.map(({ text }) => back.encode(text))).toEqual(same.map(({ i }) => expected.plain[i]));
    expect(same.map(({ text }) => back.encodeWithSpecial(text))).toEqual(same.map(({ i }) => expected.with_special[i]));
    expect([back.bosId, back.eosId, back.eotId, back.padId, back.addBos]).toEqual([tokenizer.bosId, tokenizer.eosId, tokenizer.eotId, tokenizer.padId, tokenizer.addBos]);
  });

  it("is the same after being written and read", () => {
    const directory = join(scratch, `written-${style}`);
    writeTokenizerFiles(directory, tokenizer);
    const back = loadTokenizerDirectory(directory);
    expect(back.digest).toBe(tokenizer.digest);
    expect(expected.texts.map((text) => back.encode(text))).toEqual(expected.plain);
  });

  it("never pads with the end of the text", () => {
    const { pad_token: pad } = JSON.parse(readFileSync(join(fixtures, style, "tokenizer_config.json"), "utf8")) as { pad_token: string };
    expect(tokenizer.encodeWithSpecial(pad)).toEqual([tokenizer.eosId]);
    expect(tokenizer.padId).not.toBe(tokenizer.eosId);
    const directory = join(scratch, `padded-${style}`);
    writeTokenizerFiles(directory, tokenizer);
    const written = JSON.parse(readFileSync(join(directory, "tokenizer_config.json"), "utf8")) as { pad_token?: string; eos_token: string };
    expect(written.pad_token).not.toBe(written.eos_token);
  });

  it("decodes what it encoded, whatever the text", () => {
    // The reference's Metaspace adds no space to a text that begins with one, and takes one away all the same.
    const texts = fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => (style.startsWith("metaspace") ? text.trimStart() : text));
    fc.assert(fc.property(texts, (text) => tokenizer.decode(tokenizer.encode(text)) === text), { numRuns: 60, seed: 7 });
  });
});

describe("special tokens", () => {
  it("are taken from the first file that names them", () => {
    const withoutConfig = variant("map", "llama3-style", { "tokenizer_config.json": {}, "special_tokens_map.json": { eos_token: { content: "<|eot_id|>" } }, "generation_config.json": { bos_token_id: 380, eos_token_id: [381, 382] } });
    const tokenizer = loadTokenizerDirectory(withoutConfig);
    expect([tokenizer.bosId, tokenizer.eosId]).toEqual([380, 382]);
    const fromIds = variant("ids", "llama3-style", { "tokenizer_config.json": undefined, "config.json": { eos_token_id: 381 } });
    expect(loadTokenizerDirectory(fromIds).eosId).toBe(381);
  });

  it("find the end of a turn by its name, and pad with neither end", () => {
    expect(load("llama3-style")).toMatchObject({ eosId: 381, eotId: 382, padId: undefined, addBos: true });
    expect(load("smollm-style")).toMatchObject({ eosId: 380, eotId: 382, addBos: false });
    expect(load("gpt2-style")).toMatchObject({ eosId: 381, padId: 382, eotId: undefined });
    expect(load("llama2-style")).toMatchObject({ bosId: 1, eosId: 2, padId: 0, addBos: true });
  });

  it("are hidden when asked, and shown with the text of one token", () => {
    const tokenizer = load("llama3-style");
    const ids = [380, ...tokenizer.encode("Hello"), 381];
    expect(tokenizer.decode(ids)).toBe("<|begin_of_text|>Hello<|end_of_text|>");
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe("Hello");
    expect(tokenizer.tokenText(381)).toBe("<|end_of_text|>");
    expect([tokenizer.isSpecial(381), tokenizer.isSpecial(5)]).toEqual([true, false]);
    expect(load("llama2-style").encode(" a b").map((id) => load("llama2-style").tokenText(id)).join("")).toBe("  a b");
  });

  it("bring the chat template from a Jinja file, a text or a list", () => {
    expect(loadTokenizerDirectory(variant("jinja", "gpt2-style", { "chat_template.jinja": "{{ 1 }}" })).chatTemplate).toBe("{{ 1 }}");
    const list = { eos_token: "<|end_of_text|>", chat_template: [{ name: "tools", template: "t" }, { name: "default", template: "d" }] };
    expect(loadTokenizerDirectory(variant("list", "gpt2-style", { "tokenizer_config.json": list })).chatTemplate).toBe("d");
    expect(load("gpt2-style").chatTemplate).toBeUndefined();
    const back = tokenizerFromGguf(ggufTokenizerMetadata(loadTokenizerDirectory(join(scratch, "list")), 400));
    expect(back.chatTemplate).toBe("d");
    expect(back.definition.config["chat_template"]).toEqual([{ name: "default", template: "d" }, { name: "tools", template: "t" }]);
  });
});

describe("a tokenizer that cannot be used", () => {
  it("says which file is missing", () => {
    expect(() => loadTokenizerDirectory(variant("none", "gpt2-style", { "tokenizer.json": undefined }))).toThrow(/has no tokenizer\.json$/);
    expect(() => loadTokenizerDirectory(variant("spm", "gpt2-style", { "tokenizer.json": undefined, "tokenizer.model": "x" }))).toThrow(/only tokenizer\.model/);
  });

  it("says that no token ends the text", () => {
    expect(() => loadTokenizerDirectory(variant("eos", "gpt2-style", { "tokenizer_config.json": {} }))).toThrow(/names no end-of-text token/);
  });

  it.each([
    [{ model: { type: "Unigram", vocab: [] } }, /model is Unigram/],
    [{}, /has no model/],
    [{ model: { type: "BPE", vocab: { a: -1 }, merges: [] } }, /not a table of token ids/],
    [{ model: { type: "BPE", vocab: { a: 1e12 }, merges: [] } }, /not a table of token ids/],
    [{ model: { type: "BPE", vocab: { a: 0 }, merges: ["a"] } }, /merges are not pairs/],
    [{ model: { type: "BPE", vocab: {}, merges: [] }, added_tokens: [{ content: "x" }] }, /added_tokens/],
    [{ model: { type: "BPE", vocab: {}, merges: [] }, pre_tokenizer: { type: "Split", behavior: "MergedWithNext" } }, /MergedWithNext/],
  ])("refuses %j", (json, message) => {
    expect(() => parseTokenizerJson("here", json)).toThrow(message);
  });

  it("refuses GGUF metadata of another kind, an unknown splitting rule, and tokens beyond the embedding", () => {
    const metadata = ggufTokenizerMetadata(load("gpt2-style"), 400);
    const changed = (key: string, value: unknown) => new Map<string, { type: string; value: unknown }>([...metadata, [key, { type: "string", value }]]);
    expect(() => tokenizerFromGguf(changed("tokenizer.ggml.model", "t5"))).toThrow(/its kind is t5/);
    expect(() => tokenizerFromGguf(changed("tokenizer.ggml.pre", "new-rule"))).toThrow(/new-rule is none of those known/);
    expect(() => tokenizerFromGguf(changed("tokenizer.ggml.token_type", [1]))).toThrow(/400 tokens and 1 token types/);
    expect(() => ggufTokenizerMetadata(load("gpt2-style"), 100)).toThrow(/383 tokens, the embedding 100 rows/);
    const { definition } = load("gpt2-style");
    const odd = createTokenizer("x", { ...definition, tokenizer: { ...definition.tokenizer, pre_tokenizer: { type: "WhitespaceSplit" } } });
    expect(() => ggufTokenizerMetadata(odd, 400)).toThrow(/WhitespaceSplit.* is none of those known .*, nor is the hash [0-9a-f]{64}$/);
  });
});
