import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../../test/helpers/tiny-gguf.ts";
import { loadLlama } from "./load.ts";
import type { GenerateRequest, LlamaModel, LlamaSession } from "./types.ts";

const folder = makeTemporaryFolder();
let model: LlamaModel;
let session: LlamaSession;
const promptIds = [...new TextEncoder().encode("What is a fever?")];

beforeAll(async () => {
  model = await loadLlama(writeTinyGguf(folder.file("tiny.gguf")), { threads: 1 });
  session = model.createSession({ sequences: 2, contextLength: 256 });
});
afterAll(() => {
  model.dispose();
  folder.remove();
});

/** Runs `act` when the request has said so many pieces. */
function atPiece(count: number, act: () => void): Pick<GenerateRequest, "onText"> {
  let seen = 0;
  return {
    onText() {
      seen += 1;
      if (seen === count) act();
    },
  };
}

describe("a request that comes while another is answered", () => {
  it("joins it, and is done before it", async () => {
    const done: string[] = [];
    let joined: Promise<unknown> | undefined;
    const long = session.generate({
      promptIds,
      maxTokens: 100,
      ...atPiece(3, () => {
        joined = session.generate({ promptIds: promptIds.slice(2), maxTokens: 4 }).then(() => done.push("short"));
      }),
    }).then(() => done.push("long"));
    await long;
    await joined;
    expect(done).toEqual(["short", "long"]);
  });

  it("gets the answer it gets alone, with its own settings and stop texts", async () => {
    const requests: GenerateRequest[] = [
      { promptIds, maxTokens: 30 },
      { promptIds: promptIds.slice(4), maxTokens: 20, temperature: 0.9, topK: 30, topP: 0.95, seed: 5 },
      { promptIds: promptIds.slice(0, 7), maxTokens: 25, temperature: 1.2, seed: 6 },
    ];
    const alone = [];
    for (const request of requests) alone.push(await session.generate(request));
    const stop = alone[0]!.text.slice(6, 8);
    const together = await Promise.all([{ ...requests[0]!, stop: [stop] }, ...requests.slice(1)].map((request) => session.generate(request)));
    expect(together[0]).toMatchObject({ text: alone[0]!.text.slice(0, alone[0]!.text.indexOf(stop)), finishReason: "stop" });
    expect(together.slice(1).map(({ ids }) => ids)).toEqual(alone.slice(1).map(({ ids }) => ids));
  });

  it("waits for a place when all are taken, and gets it in the order of arrival", async () => {
    const order: number[] = [];
    const answers = [9, 10, 3, 3, 3].map((maxTokens, index) => session.generate({ promptIds, maxTokens }).then(() => order.push(index)));
    expect(session.load).toEqual({ running: 0, waiting: 5 });
    await Promise.race(answers);
    expect(session.load).toEqual({ running: 2, waiting: 2 });
    await Promise.all(answers);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(session.load).toEqual({ running: 0, waiting: 0 });
  });

  it("is scored while another is answered", async () => {
    const expected = await session.score(promptIds, 1);
    const [, score] = await Promise.all([session.generate({ promptIds, maxTokens: 20 }), session.score(promptIds, 1)]);
    score.logprobs.forEach((logprob, index) => expect(logprob).toBeCloseTo(expected.logprobs[index]!, 3));
  });
});

describe("a request that ends early", () => {
  it("is cancelled alone, and its place is used again", async () => {
    const controller = new AbortController();
    const expected = await session.generate({ promptIds, maxTokens: 60 });
    const [gone, kept] = await Promise.all([
      session.generate({ promptIds, maxTokens: 200, signal: controller.signal, ...atPiece(3, () => controller.abort()) }),
      session.generate({ promptIds, maxTokens: 60 }),
      session.generate({ promptIds, maxTokens: 5 }),
    ]);
    expect(gone).toMatchObject({ finishReason: "cancelled" });
    expect(kept).toMatchObject({ ids: expected.ids, finishReason: "length" });
  });

  it("is let go while it still waits", async () => {
    const controller = new AbortController();
    const ended: string[] = [];
    const answers = [
      session.generate({ promptIds, maxTokens: 80, ...atPiece(2, () => controller.abort()) }).then(() => ended.push("first")),
      session.generate({ promptIds, maxTokens: 80 }).then(() => ended.push("second")),
      session.generate({ promptIds, maxTokens: 80, signal: controller.signal }).then(({ finishReason, ids }) => ended.push(`${finishReason} after ${ids.length}`)),
    ];
    await Promise.all(answers);
    expect(ended[0]).toBe("cancelled after 0");
  });

  it("fails alone when its listener throws", async () => {
    const [broken, whole] = await Promise.allSettled([
      session.generate({ promptIds, maxTokens: 10, onText: () => { throw new Error("gone"); } }),
      session.generate({ promptIds, maxTokens: 10 }),
    ]);
    expect(broken).toMatchObject({ status: "rejected", reason: { message: "gone" } });
    expect(whole).toMatchObject({ status: "fulfilled", value: { finishReason: "length" } });
  });

  it("takes the rest of its own batch with it", async () => {
    const controller = new AbortController();
    const texts: string[] = [];
    const batch = session.generateBatch([
      { promptIds, maxTokens: 10, onText: () => { throw new Error("gone"); } },
      { promptIds, maxTokens: 200, signal: controller.signal, onText: (piece) => texts.push(piece) },
    ]);
    await expect(batch).rejects.toThrow("gone");
    expect(texts.length).toBeLessThan(5);
    expect(session.load).toEqual({ running: 0, waiting: 0 });
  });
});

it("gives everyone the answer it gets alone, whatever places others leave between", async () => {
  const wide = model.createSession({ sequences: 4, contextLength: 256 });
  const requests = [4, 30, 9, 40, 20, 3].map((maxTokens, index) => ({ promptIds: promptIds.slice(index), maxTokens, temperature: 0.8, seed: index }));
  const together = await Promise.all(requests.map((request) => wide.generate(request)));
  for (const [index, request] of requests.entries()) expect(together[index]!.ids).toEqual((await wide.generate(request)).ids);
  wide.dispose();
});

it("reads a long prompt in parts while others answer", async () => {
  const wide = model.createSession({ sequences: 2, contextLength: 512 });
  const long = Array.from({ length: 500 }, (_, index) => (index * 31) % 251);
  let piecesBeforeLong = 0;
  let piecesAtLong = 0;
  let late: Promise<unknown> | undefined;
  await wide.generate({
    promptIds,
    maxTokens: 40,
    onText() {
      piecesBeforeLong += 1;
      if (piecesBeforeLong === 3) late = wide.generate({ promptIds: long, maxTokens: 1, onText: () => (piecesAtLong ||= piecesBeforeLong) });
    },
  });
  await late;
  wide.dispose();
  expect(piecesAtLong).toBeGreaterThanOrEqual(3 + 3);
});

it("ends all requests when the session is disposed, those that wait too", async () => {
  const one = model.createSession({ contextLength: 256 });
  const answers = [1, 2, 3].map(() => one.generate({ promptIds, maxTokens: 200 }));
  setImmediate(() => one.dispose());
  for (const answer of await Promise.allSettled(answers)) expect(answer).toMatchObject({ status: "rejected", reason: { code: "llama.disposed" } });
});
