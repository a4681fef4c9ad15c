import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { loadLlama } from "./load.ts";
import { greatest } from "./logprobs.ts";
import type { LlamaModel, LlamaSession } from "./types.ts";

const folder = makeTemporaryFolder();
let model: LlamaModel;
let session: LlamaSession;
const promptIds = [...new TextEncoder().encode("What is a fever?")];

beforeAll(async () => {
  model = await loadLlama(writeTinyGguf(folder.file("tiny.gguf")), { threads: 1 });
  session = model.createSession({ sequences: 3, contextLength: 256 });
});
afterAll(() => {
  model.dispose();
  folder.remove();
});

describe("an answer", () => {
  it("takes a token that is favoured, and not one that is banned, also beside others", async () => {
    const free = await session.generate({ promptIds, maxTokens: 6 });
    const first = free.ids[0]!;
    const [favoured, banned, beside] = await session.generateBatch([
      { promptIds, maxTokens: 3, logitBias: new Map([[65, 100]]) },
      { promptIds, maxTokens: 6, logitBias: new Map([[first, -100]]) },
      { promptIds, maxTokens: 6 },
    ]);
    expect(favoured!.text).toBe("AAA");
    expect(banned!.ids).not.toContain(first);
    expect(beside!.ids).toEqual(free.ids);
    await expect(session.generate({ promptIds, maxTokens: 1, logitBias: new Map([[257, 1]]) })).rejects.toThrow("outside the vocabulary");
  });

  it("repeats nothing that costs more than it is worth", async () => {
    const bias = new Map([[65, 60], [66, 50]]);
    const text = async (penalties: object) => (await session.generate({ promptIds, maxTokens: 4, logitBias: bias, ...penalties })).text;
    expect([await text({}), await text({ presencePenalty: 20 }), await text({ frequencyPenalty: 20 })].map((one) => [...one].sort().join(""))).toEqual(["AAAA", "AAAB", "AABB"]);
  });

  it("tells the log-probability of its tokens, and of those that came closest, as scoring does", async () => {
    const { ids, logprobs } = await session.generate({ promptIds, maxTokens: 4, temperature: 1, seed: 3, topLogprobs: 2, logitBias: new Map([[65, 9]]) });
    const scored = await session.score([...promptIds, ...ids], promptIds.length);
    expect(logprobs!.map(({ id }) => id)).toEqual(ids);
    logprobs!.forEach(({ logprob, top, bytes }, index) => {
      expect(logprob).toBeCloseTo(scored.logprobs[index]!, 3);
      expect(top).toHaveLength(2);
      expect(top[0]!.logprob).toBeGreaterThanOrEqual(top[1]!.logprob);
      expect([...bytes]).toEqual([ids[index]]);
    });
  });
});

it("knows how long its longest token is", () => {
  expect(model.longestTokenBytes()).toBeGreaterThanOrEqual(1);
  expect(model.longestTokenBytes()).toBeLessThan(20);
});

it("finds the greatest of a row, the first of equals", () => {
  expect(greatest(Float32Array.of(1, 3, 2, 3, 0), 3)).toEqual([1, 3, 2]);
  expect(greatest(Float32Array.of(1), 3)).toEqual([0]);
  expect(greatest(Float32Array.of(1), 0)).toEqual([]);
});
