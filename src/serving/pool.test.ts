import { describe, expect, it, vi } from "vitest";
import { keepHost } from "./host-keeper.ts";
import type { HostAnswer, HostInfo, HostRequest } from "./host-messages.ts";
import type { ModelHost } from "./model-host.ts";
import { openModelPool } from "./pool.ts";

const request: HostRequest = { text: "a", parseSpecial: false, maxTokens: 4, temperature: 0, topK: 0, topP: 1, stop: [] };
const answer: HostAnswer = { text: "b", tokens: 1, promptTokens: 2, finishReason: "stop", promptMs: 1, generateMs: 1 };

/** Hosts that answer when told to, and die when told to. */
function fakeHosts(parallel = 1) {
  const finish: (() => void)[] = [];
  const state = { started: 0, running: 0, most: 0, failStarts: 0 };
  let die = () => {};
  const startHost = async (): Promise<ModelHost> => {
    state.started += 1;
    if (state.failStarts-- > 0) throw new Error("no memory");
    let alive = true;
    let refuse = (_reason: Error) => {};
    const died = new Promise<never>((_resolve, reject) => (refuse = reject));
    died.catch(() => {});
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    die = () => {
      alive = false;
      refuse(new Error("died"));
      end();
    };
    return {
      info: { name: "", parallel, metadata: new Map() } as unknown as HostInfo,
      processId: undefined,
      get alive() {
        return alive;
      },
      ended,
      async generate(_request, { signal } = {}) {
        state.running += 1;
        state.most = Math.max(state.most, state.running);
        try {
          const told = new Promise<void>((resolve) => finish.push(resolve));
          const aborted = new Promise<"cancelled">((resolve) => signal?.addEventListener("abort", () => resolve("cancelled")));
          return (await Promise.race([told, died, aborted])) === "cancelled" ? { ...answer, finishReason: "cancelled" } : answer;
        } finally {
          state.running -= 1;
        }
      },
      check: async () => ({ promptTokens: 1 }),
      embed: async () => ({ vectors: [], tokens: 5 }),
      rank: async () => ({ scores: [], tokens: 5 }),
      close: async () => die(),
    };
  };
  const next = async () => {
    while (finish.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    finish.shift()!();
  };
  return { state, startHost, next, die: () => die() };
}

describe("a model pool", () => {
  it("answers as many as have room side by side, the others in order", async () => {
    const { state, startHost, next } = fakeHosts(2);
    const pool = await openModelPool({ modelPath: "models/tiny-q4_0.gguf", startHost });
    const done: number[] = [];
    const all = [1, 2, 3].map((id) => pool.generate(request).then(() => done.push(id)));
    for (const _ of all) await next();
    await Promise.all(all);
    expect({ done, most: state.most, name: pool.name }).toEqual({ done: [1, 2, 3], most: 2, name: "tiny-q4_0" });
    expect(pool.counts).toEqual({ promptTokens: 6, generatedTokens: 3, answers: 3, restarts: 0 });
  });

  it("refuses more than it lets wait and says when to come back", async () => {
    const { startHost, next } = fakeHosts();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost, maxWaiting: 1 });
    const taken = [pool.generate(request), pool.generate(request)];
    await expect(pool.generate(request)).rejects.toMatchObject({ code: "serving.busy", details: { waiting: 1, retry_after_s: 1 } });
    for (const _ of taken) await next();
    await Promise.all(taken);
    const again = pool.generate(request);
    await next();
    expect(await again).toEqual(answer);
  });

  it("ends a request whose time is up, waiting or not", async () => {
    const { startHost } = fakeHosts();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost, timeoutMs: 5 });
    const outcomes = await Promise.allSettled([pool.generate(request), pool.generate(request)]);
    expect(outcomes.map((outcome) => outcome.status === "rejected" && (outcome.reason as { code: string }).code)).toEqual(["serving.timeout", "serving.timeout"]);
    await vi.waitFor(() => expect(pool.load).toEqual({ running: 0, waiting: 0 }));
  });

  it("does not wait for work that cannot be called off, but gives nobody its place", async () => {
    const { startHost } = fakeHosts();
    let end = () => {};
    const deaf = async () => ({ ...(await startHost()), alive: true, embed: () => new Promise<{ vectors: []; tokens: number }>((resolve) => (end = () => resolve({ vectors: [], tokens: 1 }))) });
    const pool = await openModelPool({ modelPath: "a.gguf", startHost: deaf, timeoutMs: 5 });
    await expect(pool.embed(["a"])).rejects.toMatchObject({ code: "serving.timeout" });
    expect(pool.load.running).toBe(1);
    end();
    await vi.waitFor(() => expect(pool.load.running).toBe(0));
  });

  it("leaves out a request whose client went away while it waited", async () => {
    const { startHost, next } = fakeHosts();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost });
    const controller = new AbortController();
    const first = pool.generate(request);
    const second = pool.generate(request, { signal: controller.signal });
    const left = expect(second).rejects.toMatchObject({ code: "serving.cancelled" });
    controller.abort();
    await left;
    await next();
    expect(await first).toEqual(answer);
  });

  it("starts the model again at once when its process dies, and keeps the line", async () => {
    const { state, startHost, next, die } = fakeHosts();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost });
    const inside = pool.generate(request);
    const waiting = pool.generate(request);
    while (state.running === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    die();
    expect(pool.loaded).toBe(false);
    await expect(inside).rejects.toThrow("died");
    await next();
    await next();
    expect([await waiting, state.started, pool.loaded, pool.counts.restarts]).toEqual([answer, 2, true, 1]);
  });

  it("answers nothing after it was closed", async () => {
    const { startHost } = fakeHosts();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost });
    await pool.close();
    await expect(pool.generate(request)).rejects.toMatchObject({ code: "serving.closed" });
    expect(pool.loaded).toBe(false);
  });
});

describe("a host keeper", () => {
  it("tries again with longer and longer pauses, and says so when it cannot", async () => {
    const { state, startHost, die } = fakeHosts();
    const pauses: number[] = [];
    const keeper = await keepHost(startHost, async (ms) => pauses.push(ms));
    state.failStarts = 2;
    die();
    expect((await keeper.host()).alive).toBe(true);
    expect([pauses, state.started]).toEqual([[250, 1_000], 4]);
    state.failStarts = 99;
    die();
    await expect(keeper.host()).rejects.toMatchObject({ code: "serving.model_crashed", message: expect.stringContaining("no memory") });
    await keeper.close();
    await expect(keeper.host()).rejects.toMatchObject({ code: "serving.closed" });
  });
});
