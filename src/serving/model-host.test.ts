import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeTemporaryFolder, writeTinyGguf } from "../../test/helpers/tiny-gguf.ts";
import type { HostRequest } from "./host-messages.ts";
import { startModelHost } from "./model-host.ts";
import { openModelPool, type ModelPool } from "./pool.ts";
import type { ModelHost } from "./model-host.ts";

const folder = makeTemporaryFolder();
const path = folder.file("tiny.gguf");
const request: HostRequest = { text: "What is a fever?", parseSpecial: false, maxTokens: 24, temperature: 0, topK: 0, topP: 1, stop: [] };
let host: ModelHost;
let pool: ModelPool;

beforeAll(async () => {
  writeTinyGguf(path);
  pool = await openModelPool({
    modelPath: path,
    threads: 1,
    parallel: 2,
    startHost: async (options) => {
      host = await startModelHost(options);
      return host;
    },
  });
});
afterAll(async () => {
  await pool.close();
  folder.remove();
});

describe("a model process", () => {
  it("answers with the text that it streams", async () => {
    const pieces: string[] = [];
    const answer = await pool.generate(request, { onText: (piece) => pieces.push(piece) });
    expect(answer).toMatchObject({ text: pieces.join(""), tokens: 24, promptTokens: 16, finishReason: "length" });
    expect(pool.info).toMatchObject({ vocabSize: 257, contextLength: 512 });
  });

  it("refuses a prompt that does not fit and answers the next", async () => {
    await expect(pool.generate({ ...request, text: "a".repeat(600) })).rejects.toMatchObject({ code: "serving.context_exceeded", details: { tokens: 600, context_length: 512 } });
    await expect(pool.generate({ ...request, text: "" })).rejects.toMatchObject({ code: "serving.prompt_empty" });
    expect((await pool.generate({ ...request, maxTokens: 2 })).tokens).toBe(2);
  });

  it("answers side by side, each as if it were alone", async () => {
    const alone = await pool.generate(request);
    const texts = ["What is a fever?", "What is a fever?", "Why?", "What is a fever?"];
    const answers = await Promise.all(texts.map((text) => pool.generate({ ...request, text })));
    expect(answers.map(({ text }) => text === alone.text)).toEqual([true, true, false, true]);
    expect(pool.counts.answers).toBeGreaterThan(4);
  });

  it("refuses a prompt that does not fit before it waits", async () => {
    const busy = [1, 2].map(() => pool.generate({ ...request, maxTokens: 200 }));
    await expect(pool.generate({ ...request, text: "a".repeat(600) })).rejects.toMatchObject({ code: "serving.context_exceeded" });
    expect(pool.load.running).toBe(2);
    await Promise.all(busy);
  });

  it("keeps those in the line when its process dies", async () => {
    let dead = false;
    const kill = () => {
      if (!dead) process.kill(host.processId!, "SIGKILL");
      dead = true;
    };
    const inside = [1, 2].map(() => pool.generate({ ...request, maxTokens: 400 }, { onText: kill }));
    const outcomes = Promise.allSettled(inside);
    const waiting = pool.generate(request);
    expect((await outcomes).map((outcome) => outcome.status === "rejected" && (outcome.reason as { code: string }).code)).toEqual(["serving.model_crashed", "serving.model_crashed"]);
    expect((await waiting).tokens).toBe(24);
    expect(pool.counts.restarts).toBe(1);
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    const work = pool.generate({ ...request, maxTokens: 400 }, { signal: controller.signal, onText: () => controller.abort() });
    await expect(work).rejects.toMatchObject({ code: "serving.cancelled" });
  });

  it("ends as an error when it is killed, and the next request gets a new one", async () => {
    const killed = pool.generate({ ...request, maxTokens: 400 }, { onText: () => process.kill(host.processId!, "SIGKILL") });
    await expect(killed).rejects.toMatchObject({ code: "serving.model_crashed", message: expect.stringContaining("SIGKILL") });
    expect(pool.loaded).toBe(false);
    expect((await pool.generate(request)).tokens).toBe(24);
    expect(pool.loaded).toBe(true);
  });

  it("refuses a file that is no model and ends", async () => {
    writeFileSync(folder.file("broken.gguf"), "GGUFbroken");
    await expect(startModelHost({ modelPath: folder.file("broken.gguf") })).rejects.toMatchObject({ code: "llama.load_failed" });
    await expect(startModelHost({ modelPath: folder.file("absent.gguf") })).rejects.toMatchObject({ code: "files.missing" });
  });
});
