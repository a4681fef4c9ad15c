import { describe, expect, it } from "vitest";
import { answered, fakeModel, fakePool, fakeShelf, readEvents, type FakeGenerate } from "../../../test/helpers/fake-shelf.ts";
import { routeCall } from "../../../test/helpers/route-call.ts";
import type { RouteReply } from "../../route.ts";
import { openaiProblem } from "./problem.ts";
import { openaiRoutes } from "./routes.ts";

async function ask(generate: FakeGenerate, path: string, body: unknown, tasks: readonly ("generate" | "embed")[] = ["generate"]) {
  const pool = fakePool(generate);
  const model = fakeModel({ ...pool, info: { ...pool.info, tasks } });
  const route = openaiRoutes(await fakeShelf(model), () => 1000.5).find((one) => one.path === path)!;
  const reply: RouteReply = await route.run(routeCall({ body: route.body?.parse(body), params: { model: "v1.2" } }));
  return { reply, asked: pool.asked, json: "json" in reply ? (reply.json as Record<string, unknown>) : {} };
}

const USER = [{ role: "user", content: "Hi" }];
const echo: FakeGenerate = async ({ text }) => answered(text);

describe("chat completions", () => {
  it("answer as OpenAI's do, up to the end of the context, drawn at temperature 1", async () => {
    const { json, asked } = await ask(echo, "/v1/chat/completions", { model: "tiny", messages: USER, user: "u", frequency_penalty: 0 });
    expect(asked).toEqual([{ text: "Hi", parseSpecial: true, maxTokens: 256, temperature: 1, topK: 0, topP: 1, stop: [] }]);
    expect(json).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: "chat.completion",
      created: 1000,
      model: "tiny@v1.2",
      system_fingerprint: "fp_abababababab",
      choices: [{ index: 0, message: { role: "assistant", content: "Hi", refusal: null }, logprobs: null, finish_reason: "stop" }],
      usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 },
    });
  });

  it("read parts of text, developers as the system, and null for nothing", async () => {
    const messages = [{ role: "developer", content: "Be brief." }, { role: "user", content: [{ type: "text", text: "a" }, { type: "text", text: "b" }] }, { role: "assistant", content: null }, ...USER];
    const { asked } = await ask(echo, "/v1/chat/completions", { messages, stop: null, temperature: null, max_completion_tokens: 7, seed: -1 });
    expect(asked[0]).toMatchObject({ text: "<system>Be brief.<user>a\nb<assistant><user>Hi", maxTokens: 7, seed: 2 ** 32 - 2 });
  });

  it("count a prompt once that is answered several times, each from a seed of its own", async () => {
    const { json, asked } = await ask(echo, "/v1/chat/completions", { messages: USER, n: 3, seed: 5, stop: "x" });
    expect(asked.map(({ seed, stop }) => [seed, stop])).toEqual([[5, ["x"]], [6, ["x"]], [7, ["x"]]]);
    expect(json["usage"]).toEqual({ prompt_tokens: 2, completion_tokens: 9, total_tokens: 11 });
  });

  it("hand on bias and penalties, and write log-probabilities in their form, in a stream at the end", async () => {
    const token = (text: string, logprob: number) => ({ id: 1, bytes: new TextEncoder().encode(text), logprob });
    const logprobs = [{ ...token("H", -0.5), top: [token("H", -0.5), token("J", -Infinity)] }, { ...token("i", -1), top: [] }];
    const told: FakeGenerate = async () => ({ ...answered("Hi"), logprobs });
    const written = (text: string, logprob: number) => ({ token: text, logprob, bytes: [...Buffer.from(text)] });
    const content = [{ ...written("H", -0.5), top_logprobs: [written("H", -0.5), written("J", -9999)] }, { ...written("i", -1), top_logprobs: [] }];
    const body = { messages: USER, logprobs: true, top_logprobs: 2, logit_bias: { 65: -100 }, presence_penalty: 1, frequency_penalty: -2 };
    const { json, asked } = await ask(told, "/v1/chat/completions", body);
    expect(asked).toMatchObject([{ topLogprobs: 2, logitBias: new Map([[65, -100]]), presencePenalty: 1, frequencyPenalty: -2 }]);
    expect(json).toMatchObject({ choices: [{ logprobs: { content, refusal: null } }] });
    const events = await readEvents((await ask(told, "/v1/chat/completions", { ...body, stream: true })).reply);
    expect(events.at(-1)).toMatchObject({ choices: [{ logprobs: { content }, finish_reason: "stop" }] });
    expect((await ask(told, "/v1/completions", { prompt: "a", logprobs: 1 })).json).toMatchObject({
      choices: [{ logprobs: { tokens: ["H", "i"], token_logprobs: [-0.5, -1], top_logprobs: [{ H: -0.5, J: -9999 }, { i: -1 }], text_offset: [0, 1] } }],
    });
  });

  it("hold answers to JSON", async () => {
    const schema = { type: "object", properties: { a: { type: "integer" } } };
    const of = async (response_format: unknown) => (await ask(echo, "/v1/chat/completions", { messages: USER, response_format })).asked[0]?.jsonSchema;
    expect([await of({ type: "text" }), await of({ type: "json_object" }), await of({ type: "json_schema", json_schema: { name: "n", schema } })]).toEqual([undefined, { type: "object" }, schema]);
  });

  it("refuse a schema that nests without end before anything waits for it", async () => {
    const deep = (levels: number) => JSON.parse(`${'{"type":"array","items":'.repeat(levels)}{}${"}".repeat(levels)}`) as unknown;
    const format = (levels: number) => ({ messages: USER, response_format: { type: "json_schema", json_schema: { schema: deep(levels) } } });
    await expect(ask(echo, "/v1/chat/completions", format(5_000))).rejects.toMatchObject({ code: "serving.field_unsupported" });
    expect((await ask(echo, "/v1/chat/completions", format(50))).asked).toHaveLength(1);
  });

  it("stream a role, pieces, an end, the counts when asked for, and [DONE]", async () => {
    const generate: FakeGenerate = async (_request, { onText }) => (onText?.("Hel"), onText?.("lo"), answered("Hello", "length"));
    const { reply } = await ask(generate, "/v1/chat/completions", { messages: USER, stream: true, stream_options: { include_usage: true } });
    const events = (await readEvents(reply)) as { choices: { delta: object; finish_reason: string | null }[]; usage: unknown; object: string }[];
    expect(events.map(({ choices }) => [choices[0]?.delta, choices[0]?.finish_reason])).toEqual([
      [{ role: "assistant", content: "", refusal: null }, null],
      [{ content: "Hel" }, null],
      [{ content: "lo" }, null],
      [{}, "length"],
      [undefined, undefined],
    ]);
    expect([events[0]?.usage, events[4]?.usage, events[0]?.object]).toEqual([null, { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 }, "chat.completion.chunk"]);
    expect("end" in reply && reply.end).toBe("[DONE]");
  });

  it.each([
    [{ tools: [{}] }, "tools"],
    [{ functions: [{}] }, "functions"],
    [{ modalities: ["audio"] }, "modalities"],
    [{ messages: [{ role: "tool", content: "x" }] }, "messages.0.role"],
    [{ messages: [{ role: "user", content: [{ type: "image_url" }] }] }, "messages.0.content"],
  ])("refuse what would change the answer and cannot be done: %j", async (fields, field) => {
    await expect(ask(echo, "/v1/chat/completions", { messages: USER, ...fields })).rejects.toMatchObject({ code: "serving.field_unsupported", details: { faults: [{ field }] } });
  });
});

describe("completions", () => {
  it("continue texts as they stand, 16 tokens unless more are asked for", async () => {
    const { json, asked } = await ask(echo, "/v1/completions", { prompt: ["a", "b"], n: 1 });
    expect(asked).toMatchObject([{ text: "a", parseSpecial: false, maxTokens: 16 }, { text: "b" }]);
    expect(json).toMatchObject({ object: "text_completion", choices: [{ index: 0, text: "a", finish_reason: "stop" }, { index: 1, text: "b" }], usage: { prompt_tokens: 4, completion_tokens: 6 } });
  });

  it("are at most 256 answers to one request", async () => {
    await expect(ask(echo, "/v1/completions", { prompt: Array.from({ length: 17 }, () => "a"), n: 16 })).rejects.toThrow("at most 256 answers");
    expect((await ask(echo, "/v1/completions", { prompt: Array.from({ length: 16 }, () => "a"), n: 16 })).asked).toHaveLength(256);
  });

  it("continue the tokens of one text, or of several", async () => {
    const asked = async (prompt: unknown) => (await ask(echo, "/v1/completions", { prompt })).asked;
    expect(await asked([5, 6])).toMatchObject([{ ids: [5, 6], parseSpecial: false }]);
    expect(await asked([[5, 6], [7]])).toMatchObject([{ ids: [5, 6] }, { ids: [7] }]);
  });

  it("stream pieces without a role", async () => {
    const { reply } = await ask(async (_request, { onText }) => (onText?.("x"), answered("x")), "/v1/completions", { prompt: "a", stream: true });
    expect((await readEvents(reply)).map((event) => (event as { choices: unknown[] }).choices[0])).toEqual([
      { index: 0, text: "x", logprobs: null, finish_reason: null },
      { index: 0, text: "", logprobs: null, finish_reason: "stop" },
    ]);
  });
});

describe("embeddings", () => {
  it("are numbers, or the bytes of 32-bit floats", async () => {
    const { json } = await ask(echo, "/v1/embeddings", { input: ["ab", "c"], model: "tiny" }, ["embed"]);
    expect(json).toEqual({ object: "list", model: "tiny@v1.2", data: [{ object: "embedding", index: 0, embedding: [2, 0.5] }, { object: "embedding", index: 1, embedding: [1, 0.5] }], usage: { prompt_tokens: 4, total_tokens: 4 } });
    const packed = await ask(echo, "/v1/embeddings", { input: "ab", encoding_format: "base64" }, ["embed"]);
    const [{ embedding }] = packed.json["data"] as [{ embedding: string }];
    expect([...new Float32Array(new Uint8Array(Buffer.from(embedding, "base64")).buffer)]).toEqual([2, 0.5]);
  });
});

describe("models", () => {
  it("are listed, and found by name or version", async () => {
    const entry = { id: "tiny@v1.2", object: "model", created: 1000, owned_by: "tunesmith", digest: `sha256:${"ab".repeat(32)}` };
    expect((await ask(echo, "/v1/models", undefined)).json).toEqual({ object: "list", data: [entry] });
    expect((await ask(echo, "/v1/models/:model", undefined)).json).toEqual(entry);
  });
});

describe("problems", () => {
  it.each([
    [{ error: "serving.context_exceeded", status_code: 422 }, 400, "invalid_request_error", "context_length_exceeded"],
    [{ error: "serving.model_unknown", status_code: 404 }, 404, "invalid_request_error", "model_not_found"],
    [{ error: "http.key_unknown", status_code: 401 }, 401, "authentication_error", "invalid_api_key"],
    [{ error: "serving.busy", status_code: 429 }, 429, "rate_limit_error", "rate_limit_exceeded"],
    [{ error: "serving.model_crashed", status_code: 503 }, 503, "server_error", "serving.model_crashed"],
  ])("%j have OpenAI's form", (problem, status, type, code) => {
    const faults = [{ field: "messages", message: "m" }];
    expect(openaiProblem({ ...problem, detail: "Cannot", hint: "Do.", faults })).toEqual({ status, body: { error: { message: "Cannot. Do.", type, param: "messages", code } } });
  });
});
