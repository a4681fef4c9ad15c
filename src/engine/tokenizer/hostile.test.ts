import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TunesmithError } from "../../errors.ts";
import { createTokenizer, ggufTokenizerMetadata, loadTokenizerDirectory, parseTokenizerJson, tokenizerFromGguf } from "./index.ts";

const fixtures = fileURLToPath(new URL("../../../test/fixtures/formats/tokenizers/", import.meta.url));
const TEXT = "The patient's 12 mg, naïve\n";
const STRANGE = [null, true, -1, 0, 1e300, 2 ** 53, "", "x", "[UNK]", [], {}, [null], [[]], { type: "BPE" }, { type: "Sequence" }, "__proto__", "constructor"];

/** Every place of a JSON value, as keys from the root; long tables and lists count by their first few members. */
function placesOf(json: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof json !== "object" || json === null) return [path];
  return [path, ...Object.entries(json).slice(0, 12).flatMap(([key, value]) => placesOf(value, [...path, key]))];
}

/** A copy with another value in one place; undefined takes the place away. */
function changed(json: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined || typeof json !== "object" || json === null) return value;
  const inner = changed((json as Readonly<Record<string, unknown>>)[key], rest, value);
  if (Array.isArray(json)) return (json as readonly unknown[]).toSpliced(Number(key), 1, ...(inner === undefined ? [] : [inner]));
  return Object.fromEntries(Object.entries({ ...json, [key]: inner }).filter(([, member]) => member !== undefined));
}

/** Does everything a tokenizer is asked to do. */
function use(json: unknown, config: Readonly<Record<string, unknown>>): void {
  const tokenizer = createTokenizer("x", { tokenizer: parseTokenizerJson("x", json), config });
  tokenizer.decode(tokenizer.encodeFramed(TEXT));
  tokenizerFromGguf(ggufTokenizerMetadata(tokenizer, Math.min(tokenizer.vocabSize, 1000))).encode(TEXT);
}

/** An error a person can act on, or none. */
function expectNoCrash(act: () => void): void {
  try {
    act();
  } catch (error) {
    expect(error, String((error as Error).stack)).toBeInstanceOf(TunesmithError);
  }
}

describe.each(["llama3-style", "llama2-style", "bert-style"])("a %s tokenizer with one thing changed", (style) => {
  const json = JSON.parse(readFileSync(`${fixtures}${style}/tokenizer.json`, "utf8")) as unknown;
  const config = JSON.parse(readFileSync(`${fixtures}${style}/tokenizer_config.json`, "utf8")) as Readonly<Record<string, unknown>>;

  it("works or is refused with a reason", () => {
    const place = fc.constantFrom(...placesOf(json));
    fc.assert(fc.property(place, fc.constantFrom(undefined, ...STRANGE), (path, value) => expectNoCrash(() => use(changed(json, path, value), config))), { numRuns: 150, seed: 11 });
  });

  it("works or is refused where its roles are strange", () => {
    const role = fc.constantFrom("bos_token", "eos_token", "pad_token", "sep_token", "cls_token", "add_bos_token", "add_eos_token", "chat_template");
    fc.assert(fc.property(role, fc.constantFrom(...STRANGE), (name, value) => expectNoCrash(() => use(json, { ...config, [name]: value }))), { numRuns: 60, seed: 11 });
  });

  it("works or is refused as GGUF metadata", () => {
    const metadata = ggufTokenizerMetadata(loadTokenizerDirectory(`${fixtures}${style}`), 500);
    const key = fc.constantFrom(...metadata.keys());
    fc.assert(fc.property(key, fc.constantFrom(undefined, ...STRANGE), (name, value) => expectNoCrash(() => {
      const other = new Map<string, { readonly type: string; readonly value: unknown }>(metadata);
      if (value === undefined) other.delete(name);
      else other.set(name, { type: "string", value });
      tokenizerFromGguf(other).encode(TEXT);
    })), { numRuns: 120, seed: 11 });
  });
});
