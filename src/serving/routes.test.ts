import { describe, expect, it } from "vitest";
import type { Route, RouteReply } from "../route.ts";
import type { HostAnswer, HostInfo, HostRequest } from "./host-messages.ts";
import type { GenerateContext } from "./model-host.ts";
import type { ModelPool } from "./pool.ts";
import { servingRoutes, type ServingOptions } from "./routes.ts";

const info: HostInfo = {
  architecture: "llama",
  name: "tiny",
  parameterCount: 3_281_234,
  sizeBytes: 1_000_000,
  trainContextLength: 512,
  contextLength: 256,
  parallel: 1,
  vocabSize: 257,
  addBos: false,
  metadata: new Map([["general.file_type", "15"], ["tunesmith.prompt_format", "instruction"]]),
};

function fakePool(generate: (request: HostRequest, context: GenerateContext) => Promise<HostAnswer>): ModelPool & { readonly asked: HostRequest[] } {
  const asked: HostRequest[] = [];
  return {
    asked,
    name: "tiny",
    info,
    loaded: true,
    load: { running: 0, waiting: 0 },
    counts: { promptTokens: 0, generatedTokens: 0, answers: 0, restarts: 0 },
    generate(request, context = {}) {
      asked.push(request);
      return generate(request, context);
    },
    close: async () => {},
  };
}

const answered = (text: string, finishReason: HostAnswer["finishReason"] = "stop"): HostAnswer => ({ text, tokens: 3, promptTokens: 2, finishReason, promptMs: 1, generateMs: 1 });

function call(pool: ModelPool, method: Route["method"], path: string, body?: unknown, options: Partial<ServingOptions> = {}, signal = new AbortController().signal): Promise<RouteReply> {
  const route = servingRoutes(pool, { version: "1.2.3", ...options }).find((one) => one.method === method && one.path === path)!;
  return route.run({ body: route.body?.parse(body), query: undefined, params: {}, signal, setHeaders: () => {} });
}

describe("the serving routes", () => {
  it("say how the model is, with and without the prefix", async () => {
    const pool = fakePool(async () => answered(""));
    const expected = { json: { status: "ok", model_loaded: true, model_name: "tiny", version: "1.2.3" } };
    expect(await call(pool, "GET", "/api/v1/health")).toEqual(expected);
    expect(await call(pool, "GET", "/health")).toEqual(expected);
    expect(await call({ ...pool, loaded: false }, "GET", "/health")).toMatchObject({ json: { status: "degraded", model_loaded: false } });
  });

  it("describe the model", async () => {
    expect(await call(fakePool(async () => answered("")), "GET", "/api/v1/model/info")).toEqual({
      json: {
        model_name: "tiny",
        model_type: "causal-lm",
        architecture: "llama",
        quantization: "q4_k_m",
        max_context_length: 256,
        parameters: "3.3M",
        parameter_count: 3_281_234,
        size_bytes: 1_000_000,
        vocab_size: 257,
        prompt_format: "instruction",
        domain: null,
      },
    });
  });

  it("answer a prompt with the defaults of the API", async () => {
    const pool = fakePool(async () => answered("Rest.", "length"));
    expect(await call(pool, "POST", "/api/v1/generate", { prompt: "Fever?" })).toEqual({ json: { generated_text: "Rest.", prompt: "Fever?", tokens_generated: 3, finish_reason: "length" } });
    expect(pool.asked).toEqual([{ text: "Fever?", parseSpecial: false, maxTokens: 256, temperature: 0.7, topK: 50, topP: 0.9, seed: undefined, stop: [] }]);
  });

  it("wrap the prompt unless it is raw", async () => {
    const pool = fakePool(async () => answered(""));
    const renderPrompt = (prompt: string) => ({ text: `### ${prompt}\n`, parseSpecial: true });
    await call(pool, "POST", "/generate", { prompt: "a" }, { renderPrompt });
    await call(pool, "POST", "/generate", { prompt: "a", format: "raw" }, { renderPrompt });
    expect(pool.asked.map(({ text, parseSpecial }) => [text, parseSpecial])).toEqual([["### a\n", true], ["a", false]]);
  });

  it("stream pieces and then the whole answer", async () => {
    const pool = fakePool(async (_request, { onText }) => {
      onText?.("Re");
      await new Promise((resolve) => setTimeout(resolve, 5));
      onText?.("st");
      return answered("Rest");
    });
    const reply = await call(pool, "POST", "/generate", { prompt: "a", stream: true });
    const events: unknown[] = [];
    if ("events" in reply) for await (const event of reply.events) events.push(event);
    expect(events).toEqual([{ text: "Re" }, { text: "st" }, { done: true, generated_text: "Rest", prompt: "a", tokens_generated: 3, finish_reason: "stop" }]);
  });

  it("cancel the generation when the reader leaves", async () => {
    let aborted = false;
    const pool = fakePool((_request, { onText, signal }) => {
      onText?.("a");
      return new Promise((resolve) => signal?.addEventListener("abort", () => ((aborted = true), resolve(answered("a", "cancelled")))));
    });
    const reply = await call(pool, "POST", "/generate", { prompt: "a", stream: true });
    if ("events" in reply) for await (const event of reply.events) if (event !== undefined) break;
    expect(aborted).toBe(true);
  });

  it("pass on what fails while streaming", async () => {
    const reply = await call(fakePool(() => Promise.reject(new Error("gone"))), "POST", "/generate", { prompt: "a", stream: true });
    const read = async () => {
      if ("events" in reply) for await (const event of reply.events) expect(event).toBeUndefined();
    };
    await expect(read()).rejects.toThrow("gone");
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
  ])("refuse the body %j", (body, field) => {
    const route = servingRoutes(fakePool(async () => answered("")), { version: "1" }).find(({ path }) => path === "/generate")!;
    expect(JSON.stringify(route.body!.safeParse(body).error?.issues)).toContain(field);
  });
});
