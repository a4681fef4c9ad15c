import { describe, expect, it } from "vitest";
import { answered, fakeModel, fakePool, fakeShelf, readEvents } from "../../test/helpers/fake-shelf.ts";
import { routeCall } from "../../test/helpers/route-call.ts";
import type { Route, RouteReply } from "../route.ts";
import type { ModelPool } from "./pool.ts";
import { servingRoutes } from "./routes.ts";
import type { ModelShelf } from "./shelf.ts";

type Headers = Record<string, string>;

async function ask(shelf: ModelShelf, method: Route["method"], path: string, { body, query, headers = {} }: { body?: unknown; query?: unknown; headers?: Headers } = {}): Promise<RouteReply> {
  const route = servingRoutes(shelf, { version: "1.2.3", now: () => 1000.5 }).find((one) => one.method === method && one.path === path)!;
  const setHeaders = (added: Readonly<Headers>) => void Object.assign(headers, added);
  return route.run(routeCall({ body: route.body?.parse(body), query: route.query?.parse(query ?? {}), setHeaders }));
}

const shelfOf = (pool: ModelPool) => fakeShelf(fakeModel(pool));

describe("the serving routes", () => {
  it("say how the model is, with and without the prefix", async () => {
    const shelf = await shelfOf(fakePool(async () => answered("")));
    const expected = { json: { status: "ok", model_loaded: true, model_name: "tiny", version: "1.2.3" } };
    expect(await ask(shelf, "GET", "/api/v1/health")).toEqual(expected);
    expect(await ask(shelf, "GET", "/health")).toEqual(expected);
    const dead = await shelfOf(fakePool(async () => answered(""), { loaded: false }));
    expect(await ask(dead, "GET", "/health")).toMatchObject({ json: { status: "degraded", model_loaded: false } });
  });

  it("describe the model and what made it", async () => {
    expect(await ask(await shelfOf(fakePool(async () => answered(""))), "GET", "/api/v1/model/info")).toEqual({
      json: {
        model_name: "tiny",
        model_type: "causal-lm",
        model_version: "v1.2",
        digest: `sha256:${"ab".repeat(32)}`,
        run_id: "run-1",
        checkpoint: "c-1",
        dataset_digest: "cd",
        base_model: "base",
        architecture: "llama",
        quantization: "q4_k_m",
        max_context_length: 256,
        parallel: 2,
        parameters: "3.3M",
        parameter_count: 3_281_234,
        size_bytes: 1_000_000,
        vocab_size: 257,
        prompt_format: "instruction",
        domain: null,
      },
    });
  });

  it("answer a prompt with the defaults of the API and name the model in the headers", async () => {
    const pool = fakePool(async () => answered("Rest.", "length"));
    const headers: Headers = {};
    expect(await ask(await shelfOf(pool), "POST", "/api/v1/generate", { body: { prompt: "Fever?" }, headers })).toEqual({
      json: { generated_text: "Rest.", prompt: "Fever?", tokens_generated: 3, prompt_tokens: 2, finish_reason: "length" },
    });
    expect(pool.asked).toEqual([{ text: "### Fever?\n", parseSpecial: true, maxTokens: 256, temperature: 0.7, topK: 50, topP: 0.9, seed: undefined, stop: [] }]);
    expect(headers).toEqual({ "x-model-name": "tiny", "x-model-version": "v1.2", "x-model-digest": `sha256:${"ab".repeat(32)}`, "x-model-run": "run-1" });
  });

  it("send a raw prompt as it is", async () => {
    const pool = fakePool(async () => answered(""));
    await ask(await shelfOf(pool), "POST", "/generate", { body: { prompt: "a", input: "b", format: "raw" } });
    expect(pool.asked[0]).toMatchObject({ text: "a\n\nb", parseSpecial: false });
  });

  it("answer a batch in its order, as many at once as there is room for", async () => {
    let running = 0;
    let most = 0;
    const pool = fakePool(async ({ text }) => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, text.includes("a") ? 9 : 1));
      running -= 1;
      return answered(text);
    });
    const reply = (await ask(await shelfOf(pool), "POST", "/generate/batch", { body: { prompts: ["a", "b", "c"], format: "raw" } })) as { json: { results: { generated_text: string }[]; total_prompts: number } };
    expect([reply.json.results.map(({ generated_text: text }) => text), reply.json.total_prompts, most]).toEqual([["a", "b", "c"], 3, 2]);
  });

  it("check every prompt of a batch before the first is answered, and call off the rest when one fails", async () => {
    const tooLong = fakePool(async () => answered(""), { check: () => Promise.reject(new Error("too long")) });
    await expect(ask(await shelfOf(tooLong), "POST", "/generate/batch", { body: { prompts: ["a", "b"] } })).rejects.toThrow("too long");
    expect(tooLong.asked).toEqual([]);
    let aborted = false;
    const failing = fakePool(({ text }, { signal }) =>
      text === "a" ? Promise.reject(new Error("broken")) : new Promise((resolve) => signal?.addEventListener("abort", () => ((aborted = true), resolve(answered("", "cancelled"))))),
    );
    await expect(ask(await shelfOf(failing), "POST", "/generate/batch", { body: { prompts: ["a", "b", "c"], format: "raw" } })).rejects.toThrow("broken");
    expect([aborted, failing.asked.length]).toEqual([true, 2]);
  });

  it("order documents by score, with ranks and places", async () => {
    const ranker = fakePool(async () => answered(""), { info: { ...fakePool(async () => answered("")).info, tasks: ["rerank"] } });
    expect(await ask(await shelfOf(ranker), "POST", "/rerank", { body: { query: "q", documents: ["a", "ccc", "bb"], top_k: 2 } })).toEqual({
      json: { query: "q", results: [{ document: "ccc", score: 3, rank: 1, index: 1 }, { document: "bb", score: 2, rank: 2, index: 2 }] },
    });
    await expect(ask(await shelfOf(ranker), "POST", "/generate", { body: { prompt: "a" } })).rejects.toMatchObject({ code: "serving.no_model" });
    await expect(ask(await shelfOf(fakePool(async () => answered(""))), "POST", "/rerank", { body: { query: "q", documents: ["a"] } })).rejects.toMatchObject({ code: "serving.no_model" });
  });

  it("stream pieces and then the whole answer", async () => {
    const pool = fakePool(async (_request, { onText }) => {
      onText?.("Re");
      await new Promise((resolve) => setTimeout(resolve, 5));
      onText?.("st");
      return answered("Rest");
    });
    const reply = await ask(await shelfOf(pool), "POST", "/generate", { body: { prompt: "a", stream: true } });
    expect(await readEvents(reply)).toEqual([{ text: "Re" }, { text: "st" }, { done: true, generated_text: "Rest", prompt: "a", tokens_generated: 3, prompt_tokens: 2, finish_reason: "stop" }]);
  });

  it("cancel the generation when the reader leaves", async () => {
    let aborted = false;
    const pool = fakePool((_request, { onText, signal }) => {
      onText?.("a");
      return new Promise((resolve) => signal?.addEventListener("abort", () => ((aborted = true), resolve(answered("a", "cancelled")))));
    });
    const reply = await ask(await shelfOf(pool), "POST", "/generate", { body: { prompt: "a", stream: true } });
    if ("events" in reply) for await (const event of reply.events) if (event !== undefined) break;
    expect(aborted).toBe(true);
  });

  it("pass on what fails while streaming", async () => {
    const reply = await ask(await shelfOf(fakePool(() => Promise.reject(new Error("gone")))), "POST", "/generate", { body: { prompt: "a", stream: true } });
    await expect(readEvents(reply)).rejects.toThrow("gone");
  });

  it.each([
    [{}, "prompt"],
    [{ prompt: "" }, "prompt"],
    [{ prompt: "a", max_tokens: 0 }, "max_tokens"],
    [{ prompt: "a", max_tokens: 2049 }, "max_tokens"],
    [{ prompt: "a", temperature: 2.1 }, "temperature"],
    [{ prompt: "a", top_p: 0 }, "top_p"],
    [{ prompt: "a", seed: -1 }, "seed"],
    [{ prompt: "a", max_token: 5 }, "max_token"],
  ])("refuse the body %j", async (body, field) => {
    const route = servingRoutes(await shelfOf(fakePool(async () => answered(""))), { version: "1" }).find(({ path }) => path === "/generate")!;
    expect(JSON.stringify(route.body!.safeParse(body).error?.issues)).toContain(field);
  });
});
