import { describe, expect, it } from "vitest";
import { findNameByHash, probeHash } from "./pre-tokenizer-hashes.ts";
import type { Tokenizer } from "./types.ts";

/** A tokenizer, as far as the probe asks it, whose ids are bytes. */
const bytes = { encodeFramed: (text: string) => [...new TextEncoder().encode(text)] } as Partial<Tokenizer> as Tokenizer;

describe("the hash of a probe text", () => {
  it("is that of the ids as Python prints them", () => {
    // sha256(str(list(chktxt.encode())).encode()), with the probe of conversion/base.py of the pinned llama.cpp release.
    expect(probeHash(bytes)).toBe("89a1c8edbd3d80af57c0a40175ce814b8133c8a424f8be85c1712f52041a554f");
  });

  it("names the tokenizers of the models in use", () => {
    const known = {
      "0ef9807a4087ebef797fc749390439009c3b9eda9ad1a097abbe738f486c01e5": "llama-bpe",
      e636dc30a262dcc0d8c323492e32ae2b70728f4df7dfe9737d9f920a282b8aea: "qwen2",
      d4540891389ea895b53b399da6ac824becc30f2fba0e9ddbb98f92e55ca0e97c: "qwen2",
      "3ce83efda5659b07b1ad37ca97ca5797ea4285d9b9ab0dc679e4a720c9da7454": "gpt-2",
    };
    expect(Object.fromEntries(Object.keys(known).map((hash) => [hash, findNameByHash(hash)]))).toEqual(known);
    expect(findNameByHash("constructor")).toBeUndefined();
  });
});
