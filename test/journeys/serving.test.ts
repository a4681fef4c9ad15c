// A server over HTTP with a real model process behind it: side by side, over the brim, through a crash, and away.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listen, type ListeningServer } from "../../src/http/index.ts";
import { openModelPool, openShelf, rawPrompt, servingRoutes, singleQuestion, startModelHost, type ModelHost, type ModelShelf } from "../../src/serving/index.ts";
import { makeTemporaryFolder, writeTinyGguf } from "../helpers/tiny-gguf.ts";

const folder = makeTemporaryFolder();
let shelf: ModelShelf;
let server: ListeningServer;
let host: ModelHost;

beforeAll(async () => {
  const modelPath = writeTinyGguf(folder.file("tiny.gguf"));
  const identity = { name: "tiny", version: "v1.0", digest: "ab".repeat(32), runId: null, checkpoint: null, datasetDigest: null, baseModel: null };
  const startHost = async (options: Parameters<typeof startModelHost>[0]) => (host = await startModelHost(options));
  const open = async () => ({
    identity,
    pool: await openModelPool({ modelPath, threads: 1, parallel: 2, maxWaiting: 1, startHost }),
    promptFormat: "raw",
    renderPrompt: rawPrompt,
    renderChat: (turns: Parameters<typeof singleQuestion>[0]) => rawPrompt(singleQuestion(turns), ""),
  });
  shelf = await openShelf([{ source: modelPath, find: async () => ({ identity, open }) }]);
  server = await listen({ routes: servingRoutes(shelf, { version: "1" }), port: 0, title: "tiny", version: "1", headers: shelf.headers });
});
afterAll(async () => {
  await server.close();
  await shelf.close();
  folder.remove();
});

const post = (path: string, body: object, signal?: AbortSignal) =>
  fetch(`${server.url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal });
const long = { prompt: "Why?", max_tokens: 480, temperature: 0 };
const quiet = async () => {
  while (shelf.models[0]!.pool.load.running > 0) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe("a server", () => {
  it("answers the same at temperature 0, in one piece and in many, and counts the tokens", async () => {
    const body = { ...long, max_tokens: 20 };
    const whole = (await (await post("/generate", body)).json()) as { generated_text: string };
    expect(whole).toMatchObject({ tokens_generated: 20, prompt_tokens: 4, finish_reason: "length" });
    const events = (await (await post("/generate", { ...body, stream: true })).text()).trim().split("\n\n").map((event) => JSON.parse(event.slice(6)) as { text?: string; done?: boolean });
    expect(events.map(({ text = "" }) => text).join("")).toBe(whole.generated_text);
    expect(events.at(-1)).toMatchObject({ done: true, generated_text: whole.generated_text });
  });

  it("names the model on every answer", async () => {
    for (const answer of [await fetch(`${server.url}/health`), await post("/generate", {}), await fetch(`${server.url}/nothing`)]) {
      expect([answer.headers.get("x-model-version"), answer.headers.get("x-model-digest")]).toEqual(["v1.0", `sha256:${"ab".repeat(32)}`]);
    }
  });

  it("answers two at once, lets one wait, and sends the next away with the time to come back", async () => {
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => post("/generate", long)))).map(({ status, headers }) => [status, headers.get("retry-after") !== null]);
    expect(statuses.filter(([status]) => status === 200)).toHaveLength(3);
    expect(statuses.filter(([status, retry]) => status === 429 && retry === true)).toHaveLength(2);
  });

  it("calls off the answer of a client that leaves", async () => {
    const controller = new AbortController();
    const left = post("/generate", { ...long, stream: true }, controller.signal);
    await (await left).body!.getReader().read();
    controller.abort();
    await quiet();
    expect((await post("/generate", { ...long, max_tokens: 2 })).status).toBe(200);
  });

  it("answers 503 to those inside when the model's process dies, and 200 to the one in the line", async () => {
    const inside = [post("/generate", long), post("/generate", long)];
    while (shelf.models[0]!.pool.load.running < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    const waiting = post("/generate", { ...long, max_tokens: 2 });
    while (shelf.models[0]!.pool.load.waiting < 1) await new Promise((resolve) => setTimeout(resolve, 1));
    process.kill(host.processId!, "SIGKILL");
    expect((await Promise.all(inside)).map(({ status }) => status)).toEqual([503, 503]);
    expect((await waiting).status).toBe(200);
  });
});
