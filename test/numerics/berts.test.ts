// BERTs against transformers and PEFT: vectors, scores, GGUF and back. Golden values: test/fixtures/berts/make.py.
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadLlama, quantizeGguf } from "../../src/engine/llama/index.ts";
import { convertEncoderToGguf, isEncoder, openEncoder, openEncoderSource, readAdapter, writeMergedEncoderDirectory, type Encoder } from "../../src/engine/models/index.ts";
import { readJson } from "../../src/files/index.ts";
import { makeTemporaryFolder } from "../helpers/tiny-gguf.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/berts");
const TOLERANCE = 1e-4;

const folder = makeTemporaryFolder();
afterAll(() => folder.remove());

interface Vectors {
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly vectors: readonly (readonly number[])[];
  readonly adapted?: readonly (readonly number[])[];
}

interface Scores {
  readonly query: string;
  readonly documents: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly scores: readonly (readonly number[])[];
}

/** The model in all its forms. */
const forms = (name: string) =>
  [
    ["a directory", () => join(FIXTURES, name)],
    ["GGUF", () => convert(name)],
    ["a directory written by us", () => merge(join(FIXTURES, name), `${name}-again`)],
    ["a directory made of a GGUF", () => merge(convert(name), `${name}-back`)],
  ] as const;

describe.each(["bge", "minilm"])("a BERT (%s)", (name) => {
  const golden = readJson(join(FIXTURES, name, "expected.json")) as Vectors;

  it.each(forms(name))("read from %s gives the vectors of transformers", async (_form, path) => {
    await withEncoder(path(), async (encoder) => {
      expect(golden.texts.map((text) => encoder.tokenizer.encodeFramed(text))).toEqual(golden.ids);
      const found = await encoder.embed(golden.texts);
      expect(found.map(({ tokens }) => tokens)).toEqual(golden.ids.map((ids) => ids.length));
      for (const [index, { values }] of found.entries()) expect(largestDifference(values, golden.vectors[index]!)).toBeLessThan(TOLERANCE);
    });
  });

  it("gives a text the same vector alone, among others, and twice at once", async () => {
    await withEncoder(join(FIXTURES, name), async (encoder) => {
      const [text] = golden.texts as [string];
      const [[alone], among] = await Promise.all([encoder.embed([text]), encoder.embed([...golden.texts, text])]);
      for (const one of [among[0], among.at(-1)]) expect(largestDifference(one!.values, [...alone!.values])).toBeLessThan(1e-6);
    });
  });

  it("comes back from GGUF with every weight, its pooler too", () => {
    const source = openEncoderSource(join(FIXTURES, name));
    const copy = openEncoderSource(convert(name));
    expect({ ...copy.config, normEpsilon: 0 }).toEqual({ ...source.config, normEpsilon: 0 });
    expect(copy.names).toContain("pooler.dense.weight");
    for (const weight of source.names) expect(Buffer.compare(Buffer.from(copy.readF32(weight).buffer), Buffer.from(source.readF32(weight).buffer)), weight).toBe(0);
    for (const one of [source, copy]) one.close();
  });
});

it.each([
  ["GGUF", () => convert("minilm", join(FIXTURES, "minilm/adapter"))],
  ["a directory", () => merge(join(FIXTURES, "minilm"), "merged", join(FIXTURES, "minilm/adapter"))],
  ["a directory made of a GGUF", () => merge(convert("minilm"), "merged-from-gguf", join(FIXTURES, "minilm/adapter"))],
])("gives the vectors of PEFT's with an adapter merged into a BERT: %s", async (_form, path) => {
  const golden = readJson(join(FIXTURES, "minilm/expected.json")) as Vectors;
  await withEncoder(path(), async (encoder) => {
    const found = await encoder.embed(golden.texts);
    for (const [index, { values }] of found.entries()) expect(largestDifference(values, golden.adapted![index]!)).toBeLessThan(TOLERANCE);
  });
});

describe("a cross-encoder", () => {
  const golden = readJson(join(FIXTURES, "cross-encoder/expected.json")) as Scores;

  it.each(forms("cross-encoder"))("read from %s gives the scores of transformers, with pooler and token types", async (_form, path) => {
    await withEncoder(path(), async (encoder) => {
      expect(encoder.config).toMatchObject({ pooling: "rank", pooler: true, labels: ["LABEL_0"] });
      const found = await encoder.score(golden.query, golden.documents);
      expect(found.map(({ tokens }) => tokens)).toEqual(golden.ids.map((ids) => ids.length));
      for (const [index, { logits }] of found.entries()) expect(largestDifference(logits, golden.scores[index]!)).toBeLessThan(TOLERANCE);
    });
  });

  it("scores no document as nothing, and says how long a text was that does not fit", async () => {
    await withEncoder(join(FIXTURES, "cross-encoder"), async (encoder) => {
      expect(await encoder.score(golden.query, [])).toEqual([]);
      const long = golden.documents[0]!.repeat(9);
      await expect(encoder.score(golden.query, [long])).rejects.toThrow(/it has \d{3} tokens, the model reads 96/);
      const [cut] = await encoder.score(golden.query, [long], { truncate: true });
      expect(cut!.tokens).toBe(96);
    });
  });
});

it("keeps close to itself in 8 and 16 bits", async () => {
  const golden = readJson(join(FIXTURES, "bge/expected.json")) as Vectors;
  for (const [type, least] of [["f16", 0.9999], ["bf16", 0.999], ["q8_0", 0.998]] as const) {
    await withEncoder(convert("bge", undefined, type), async (encoder) => {
      for (const [index, { values }] of (await encoder.embed(golden.texts)).entries()) {
        expect(values.reduce((sum, value, d) => sum + value * golden.vectors[index]![d]!, 0), type).toBeGreaterThan(least);
      }
    });
  }
});

it("scores after llama's quantizer as before it, nearly; llama itself refuses to generate with it", async () => {
  const golden = readJson(join(FIXTURES, "cross-encoder/expected.json")) as Scores;
  const path = folder.file("requantized.gguf");
  await quantizeGguf(convert("cross-encoder"), path, "q8_0", { threads: 1 });
  await withEncoder(path, async (encoder) => {
    const found = await encoder.score(golden.query, golden.documents);
    for (const [index, { logits }] of found.entries()) expect(largestDifference(logits, golden.scores[index]!)).toBeLessThan(0.3);
  });
  await expect(loadLlama(path, { threads: 1 })).rejects.toThrow(/it is an encoder/);
});

it("tells a BERT from a decoder and from what is no model", () => {
  expect(isEncoder(join(FIXTURES, "bge"))).toBe(true);
  expect(isEncoder(convert("bge"))).toBe(true);
  expect(isEncoder(join(FIXTURES, "../golden/tied"))).toBe(false);
  expect(isEncoder(FIXTURES)).toBe(false);
});

function convert(name: string, adapter?: string, type: "f32" | "f16" | "bf16" | "q8_0" = "f32"): string {
  const path = folder.file(`${name}-${type}${adapter === undefined ? "" : "-adapted"}.gguf`);
  const source = openEncoderSource(join(FIXTURES, name));
  convertEncoderToGguf(source, path, { type, ...(adapter === undefined ? {} : { adapter: readAdapter(adapter) }) });
  source.close();
  return path;
}

function merge(path: string, name: string, adapter?: string): string {
  const source = openEncoderSource(path);
  writeMergedEncoderDirectory(source, adapter === undefined ? undefined : readAdapter(adapter), folder.file(name), { dtype: "f32" });
  source.close();
  return folder.file(name);
}

async function withEncoder(path: string, use: (encoder: Encoder) => Promise<void>): Promise<void> {
  const encoder = openEncoder(path, { threads: 1 });
  try {
    await use(encoder);
  } finally {
    encoder.dispose();
  }
}

function largestDifference(a: Float32Array, b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0);
}
