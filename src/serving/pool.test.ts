import { describe, expect, it } from "vitest";
import type { HostAnswer, HostInfo, HostRequest } from "./host-messages.ts";
import type { ModelHost } from "./model-host.ts";
import { openModelPool } from "./pool.ts";

const request: HostRequest = { text: "a", parseSpecial: false, maxTokens: 4, temperature: 0, topK: 0, topP: 1, stop: [] };
const answer: HostAnswer = { text: "b", tokens: 1, promptTokens: 1, finishReason: "stop", promptMs: 1, generateMs: 1 };

/** A host that answers when told to. */
function fakeHost() {
  const finish: (() => void)[] = [];
  const state = { alive: true, started: 0, running: 0, most: 0 };
  const host: ModelHost = {
    info: { name: "", metadata: new Map() } as unknown as HostInfo,
    processId: undefined,
    get alive() {
      return state.alive;
    },
    async generate() {
      state.running += 1;
      state.most = Math.max(state.most, state.running);
      await new Promise<void>((resolve) => finish.push(resolve));
      state.running -= 1;
      return answer;
    },
    close: async () => {
      state.alive = false;
    },
  };
  const startHost = async () => {
    state.started += 1;
    state.alive = true;
    return host;
  };
  const next = async () => {
    while (finish.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    finish.shift()!();
  };
  return { state, startHost, next };
}

describe("a model pool", () => {
  it("answers one request after another, in order", async () => {
    const { state, startHost, next } = fakeHost();
    const pool = await openModelPool({ modelPath: "models/tiny-q4_0.gguf", startHost });
    const done: number[] = [];
    const all = [1, 2, 3].map((id) => pool.generate(request).then(() => done.push(id)));
    for (const _ of all) await next();
    await Promise.all(all);
    expect({ done, most: state.most, name: pool.name }).toEqual({ done: [1, 2, 3], most: 1, name: "tiny-q4_0" });
  });

  it("refuses more than it lets wait and says when to come back", async () => {
    const { startHost, next } = fakeHost();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost, maxWaiting: 1 });
    const taken = [pool.generate(request), pool.generate(request)];
    await expect(pool.generate(request)).rejects.toMatchObject({ code: "serving.busy", details: { retry_after_s: 5 } });
    for (const _ of taken) await next();
    await Promise.all(taken);
    const again = pool.generate(request);
    await next();
    expect(await again).toEqual(answer);
  });

  it("leaves out a request whose client went away while it waited", async () => {
    const { startHost, next } = fakeHost();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost });
    const controller = new AbortController();
    const first = pool.generate(request);
    const second = pool.generate(request, { signal: controller.signal });
    controller.abort();
    await next();
    await first;
    await expect(second).rejects.toMatchObject({ code: "serving.cancelled" });
  });

  it("loads the model anew after its process died", async () => {
    const { state, startHost, next } = fakeHost();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost });
    state.alive = false;
    expect(pool.loaded).toBe(false);
    const again = pool.generate(request);
    await next();
    expect([await again, state.started, pool.loaded]).toEqual([answer, 2, true]);
  });

  it("answers nothing after it was closed", async () => {
    const { startHost } = fakeHost();
    const pool = await openModelPool({ modelPath: "a.gguf", startHost });
    await pool.close();
    await expect(pool.generate(request)).rejects.toMatchObject({ code: "serving.closed" });
    expect(pool.loaded).toBe(false);
  });
});
