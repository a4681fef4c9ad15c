import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyAdapter, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { loadLlama } from "./load.ts";
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

describe("generate", () => {
  it("takes the most probable token at temperature 0", async () => {
    const { ids, finishReason, promptTokens } = await session.generate({ promptIds, maxTokens: 12 });
    expect({ count: ids.length, finishReason, promptTokens }).toEqual({ count: 12, finishReason: "length", promptTokens: 16 });
    const { correct } = await session.score([...promptIds, ...ids], promptIds.length);
    expect([...correct]).toEqual(Array.from({ length: 12 }, () => 1));
  });

  it("gives the same text for the same seed and another for another", async () => {
    const sample = (seed: number) => session.generate({ promptIds, maxTokens: 20, temperature: 1, topK: 50, topP: 0.9, seed });
    const [first, again, other] = [await sample(1), await sample(1), await sample(2)];
    expect(again.ids).toEqual(first.ids);
    expect(other.ids).not.toEqual(first.ids);
  });

  it("streams pieces that join to the text", async () => {
    const pieces: string[] = [];
    const { text } = await session.generate({ promptIds, maxTokens: 40, onText: (piece) => pieces.push(piece) });
    expect(pieces.join("")).toBe(text);
    expect(pieces.length).toBeGreaterThan(5);
  });

  it("ends at a stop text and leaves it out", async () => {
    const { text } = await session.generate({ promptIds, maxTokens: 40 });
    const stop = text.slice(10, 12);
    expect(await session.generate({ promptIds, maxTokens: 40, stop: [stop] })).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finishReason: "stop" });
  });

  it("ends at the end-of-generation token and leaves it out", async () => {
    const { ids } = await session.generate({ promptIds, maxTokens: 8 });
    const eosId = ids[5]!;
    const ending = await loadLlama(writeTinyGguf(folder.file("ending.gguf"), { eosId }), { threads: 1 });
    const answer = await ending.createSession().generate({ promptIds, maxTokens: 8 });
    ending.dispose();
    expect(answer).toMatchObject({ ids: ids.slice(0, ids.indexOf(eosId)), finishReason: "stop" });
  });

  it("stops when it is cancelled and keeps the session usable", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const answer = await session.generate({
      promptIds,
      maxTokens: 200,
      signal: controller.signal,
      onText(piece) {
        seen.push(piece);
        if (seen.length === 3) controller.abort();
      },
    });
    expect(answer.finishReason).toBe("cancelled");
    expect(answer.ids.length).toBeLessThan(20);
    expect((await session.generate({ promptIds, maxTokens: 2 })).ids).toHaveLength(2);
  });

  it("leaves the event loop free", async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await session.generate({ promptIds, maxTokens: 150 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it("fills the context and no more", async () => {
    const answer = await session.generate({ promptIds, maxTokens: 10_000 });
    expect(answer).toMatchObject({ finishReason: "length" });
    expect(answer.ids).toHaveLength(256 - 16 + 1);
  });

  it("refuses a prompt that does not fit, an empty one and a foreign token", async () => {
    const long = Array.from({ length: 257 }, () => 65);
    await expect(session.generate({ promptIds: long, maxTokens: 1 })).rejects.toMatchObject({ code: "llama.context_exceeded", message: expect.stringContaining("257") });
    await expect(session.generate({ promptIds: [], maxTokens: 1 })).rejects.toThrow(/empty/);
    await expect(session.generate({ promptIds: [-1], maxTokens: 1 })).rejects.toThrow(RangeError);
  });

  it("passes on what the listener throws and frees the sequence", async () => {
    const broken = session.generate({ promptIds, maxTokens: 5, onText: () => { throw new Error("gone"); } });
    await expect(broken).rejects.toThrow("gone");
    expect((await session.generate({ promptIds, maxTokens: 3 })).ids).toHaveLength(3);
  });

  it("generates nothing when nothing is asked", async () => {
    expect(await session.generate({ promptIds, maxTokens: 0 })).toMatchObject({ ids: [], text: "", finishReason: "length" });
  });
});

describe("generateBatch", () => {
  it("gives every request the answer it gets alone, more requests than sequences", async () => {
    const requests = Array.from({ length: 7 }, (_, index) => ({ promptIds: promptIds.slice(0, 4 + index), maxTokens: 3 + 5 * (index % 3), temperature: 0.8, topK: 40, seed: index }));
    const together = await session.generateBatch(requests);
    for (const [index, request] of requests.entries()) expect(together[index]!.ids).toEqual((await session.generate(request)).ids);
  });

  it("answers an empty list with an empty list", async () => {
    expect(await session.generateBatch([])).toEqual([]);
  });

  it("cancels one request and finishes the others", async () => {
    const controller = new AbortController();
    controller.abort();
    const [gone, done] = await session.generateBatch([{ promptIds, maxTokens: 5, signal: controller.signal }, { promptIds, maxTokens: 5 }]);
    expect([gone!.finishReason, done!.ids.length]).toEqual(["cancelled", 5]);
  });

  it("runs calls on one session one after another", async () => {
    const answers = await Promise.all([1, 2, 3].map(() => session.generate({ promptIds, maxTokens: 10 })));
    expect(answers[1]!.ids).toEqual(answers[0]!.ids);
    expect(answers[2]!.ids).toEqual(answers[0]!.ids);
  });
});

describe("score", () => {
  it("gives probabilities that sum to one over the vocabulary", async () => {
    const scores = await session.scoreBatch(Array.from({ length: 257 }, (_, id) => ({ ids: [...promptIds.slice(0, 3), id], firstScored: 3 })));
    const total = scores.reduce((sum, { logprobs }) => sum + Math.exp(logprobs[0]!), 0);
    expect(total).toBeCloseTo(1, 4);
  });

  it("gives the same numbers in a batch, alone, and over several chunks", async () => {
    const wide = model.createSession({ contextLength: 1024, sequences: 2, cacheType: "f32" });
    const ids = Array.from({ length: 900 }, (_, index) => (index * 37) % 251);
    const [inBatch] = await wide.scoreBatch([{ ids, firstScored: 700 }, { ids: ids.slice(0, 50), firstScored: 1 }, { ids: ids.slice(0, 500), firstScored: 499 }]);
    const alone = await wide.score(ids, 1);
    wide.dispose();
    expect(alone.logprobs).toHaveLength(899);
    expect(inBatch!.logprobs).toHaveLength(200);
    inBatch!.logprobs.forEach((value, index) => expect(value).toBeCloseTo(alone.logprobs[699 + index]!, 3));
  });

  it("hands over the logits behind every score, whatever the order of the sequences", async () => {
    const requests = [{ ids: promptIds.slice(0, 9), firstScored: 4 }, { ids: promptIds.slice(0, 3), firstScored: 1 }];
    const seen: number[][] = [[], []];
    const scores = await session.scoreBatch(requests, {
      onLogits(request, index, logits_V) {
        expect(logits_V).toHaveLength(257);
        const total = logits_V.reduce((sum, logit) => sum + Math.exp(logit), 0);
        seen[request]!.push(logits_V[requests[request]!.ids[index]!]! - Math.log(total));
      },
    });
    scores.forEach(({ logprobs }, request) => {
      expect(seen[request]).toHaveLength(logprobs.length);
      logprobs.forEach((logprob, place) => expect(seen[request]![place]).toBeCloseTo(logprob, 4));
    });
  });

  it("scores nothing when no token is left", async () => {
    expect((await session.score([65], 1)).logprobs).toHaveLength(0);
    expect((await session.score([], 1)).logprobs).toHaveLength(0);
  });

  it("refuses the first token, which has nothing before it", async () => {
    await expect(session.score(promptIds, 0)).rejects.toThrow(RangeError);
  });

  it("scores one token more than the context holds, because the last is not read", async () => {
    const ids = Array.from({ length: 257 }, () => 65);
    expect((await session.score(ids, 1)).logprobs).toHaveLength(256);
    await expect(session.score([...ids, 65], 1)).rejects.toMatchObject({ code: "llama.context_exceeded" });
  });
});

describe("an adapter", () => {
  it("changes the answers by its scale", async () => {
    const path = writeTinyAdapter(folder.file("adapter.gguf"));
    const score = async (scale: number) => {
      const adapted = await loadLlama(folder.file("tiny.gguf"), { threads: 1, adapters: [{ path, scale }] });
      const { logprobs } = await adapted.createSession().score(promptIds, 1);
      adapted.dispose();
      return logprobs;
    };
    const plain = (await model.createSession().score(promptIds, 1)).logprobs;
    expect(await score(0)).toEqual(plain);
    expect(await score(1)).not.toEqual(plain);
  });
});
