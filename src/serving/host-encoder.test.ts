import { join } from "node:path";
import { expect, it } from "vitest";
import { readJson } from "../files/index.ts";
import { openBert } from "./host-encoder.ts";

// Golden values: transformers on the same weights, see test/fixtures/berts/make.py.
const FIXTURES = join(import.meta.dirname, "../../test/fixtures/berts");
const context = (name: string) => readJson(join(FIXTURES, name, "expected.json"));

it("ranks documents as the cross-encoder of transformers scores them", async () => {
  const { query, documents, scores: expected } = context("cross-encoder") as { readonly query: string; readonly documents: readonly string[]; readonly scores: readonly (readonly [number])[] };
  const bert = openBert({ modelPath: join(FIXTURES, "cross-encoder"), threads: 1 });
  const answer = (await bert.answer({ kind: "rank", query, documents })) as { readonly scores: readonly number[]; readonly tokens: number };
  answer.scores.forEach((score, index) => expect(score).toBeCloseTo(expected[index]![0], 4));
  expect(bert.info.tasks).toEqual(["rerank"]);
  await expect(bert.answer({ kind: "rank", query, documents }, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  await expect(bert.answer({ kind: "embed", texts: ["a"] })).rejects.toMatchObject({ code: "serving.no_model" });
});

it("embeds texts with a BERT that has no classifier, and counts its parameters", async () => {
  const { texts, vectors: expected } = context("minilm") as { readonly texts: readonly string[]; readonly vectors: readonly (readonly number[])[] };
  const bert = openBert({ modelPath: join(FIXTURES, "minilm"), threads: 1 });
  const answer = (await bert.answer({ kind: "embed", texts: texts.slice(0, 2) })) as { readonly vectors: readonly Float32Array[] };
  answer.vectors.forEach((vector, index) => vector.forEach((value, at) => expect(value).toBeCloseTo(expected[index]![at]!, 4)));
  expect(bert.info).toMatchObject({ tasks: ["embed"], architecture: "bert" });
  expect(bert.info.parameterCount).toBeGreaterThan(10_000);
  await expect(bert.answer({ kind: "embed", texts: [[1, 2]] })).rejects.toMatchObject({ code: "serving.field_unsupported" });
  await expect(bert.answer({ kind: "rank", query: "a", documents: ["b"] })).rejects.toMatchObject({ code: "serving.no_model" });
});
