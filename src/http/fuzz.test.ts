// Whatever a client sends, every route answers it with a status that says whose fault it was, and never with one of our own.
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { answered, fakeModel, fakePool, fakeShelf } from "../../test/helpers/fake-shelf.ts";
import { createCounters, servingRoutes } from "../serving/index.ts";
import { mountRoutes } from "./mount.ts";

const pool = fakePool(async (request, { onText }) => (onText?.(request.text.slice(0, 20)), answered(request.text)));
const shelf = await fakeShelf(fakeModel({ ...pool, info: { ...pool.info, tasks: ["generate", "embed", "rerank"] } }));
const counters = createCounters(0);
const routes = servingRoutes(shelf, { version: "1", counters });
const inside: unknown[] = [];
const app = mountRoutes(routes, { headers: shelf.headers, onAnswer: counters.count, onError: (thrown) => inside.push(thrown), findKeyHolder: (key) => ({ name: key, isAdmin: true }) }, new Set());
afterAll(() => app.close());

const FIELDS = ["prompt", "prompts", "input", "messages", "model", "source", "query", "documents", "top_k", "top_p", "temperature", "max_tokens", "stop", "stop_sequences", "seed", "n", "stream", "stream_options", "response_format", "logit_bias", "logprobs", "top_logprobs", "frequency_penalty", "presence_penalty", "tools", "echo", "encoding_format", "format"];
const message = fc.record({ role: fc.constantFrom("system", "user", "assistant", "tool"), content: fc.oneof(fc.string(), fc.constant(null), fc.array(fc.record({ type: fc.constantFrom("text", "image_url"), text: fc.string() }), { maxLength: 3 })) });
const value = fc.oneof(fc.string({ unit: "binary" }), fc.double(), fc.integer(), fc.boolean(), fc.constantFrom(null, "tiny", "v1.2", "float", "base64", "raw"), fc.array(fc.string(), { maxLength: 4 }), fc.array(fc.integer(), { maxLength: 4 }), fc.array(message, { maxLength: 4 }), fc.jsonValue({ maxDepth: 3 }));
const body = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 6 });
const likely = fc.record({ prompt: fc.string(), messages: fc.array(message, { minLength: 1, maxLength: 3 }), query: fc.string(), documents: fc.array(fc.string(), { maxLength: 4 }), input: fc.string(), prompts: fc.array(fc.string(), { maxLength: 4 }) }, { requiredKeys: [] });
const payload = fc.oneof(body, likely, fc.tuple(likely, body).map(([first, second]) => ({ ...first, ...second }))).map((sent) => JSON.stringify(sent));
const broken = fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array().map((bytes) => Buffer.from(bytes)), payload.map((text) => text.slice(0, -1)), fc.constantFrom("[]", "null", "1", '"a"', `${"[".repeat(5000)}`, '{"__proto__":{"a":1}}', '{"prompt":"a","prompt":"b"}'));

describe.each(routes.map(({ method, path }) => [method, path] as const))("%s %s", (method, path) => {
  it("never fails of what it is sent", async () => {
    const send = async (sent: string | Buffer, query: string, headers: Record<string, string>) => {
      const url = `${path.replace(":model", encodeURIComponent(query))}${query === "" ? "" : `?model=${encodeURIComponent(query)}`}`;
      const reply = await app.inject({ method, url, headers: { authorization: "Bearer k", ...headers }, ...(method === "GET" ? {} : { payload: sent }) });
      expect(inside).toEqual([]);
      expect(reply.statusCode).toBeLessThan(500);
      expect(reply.headers["x-model-digest"]).toBeDefined();
      if (reply.statusCode >= 400) expect(JSON.parse(reply.body)).toMatchObject({ error: expect.anything() });
    };
    const query = fc.oneof(fc.constantFrom("", "tiny", "v1.2"), fc.string({ unit: "grapheme", maxLength: 20 }));
    await fc.assert(fc.asyncProperty(payload, query, (sent, name) => send(sent, name, { "content-type": "application/json" })), { numRuns: 60, seed: 5 });
    await fc.assert(fc.asyncProperty(broken, fc.constantFrom("application/json", "text/plain", "application/json; charset=latin1", "multipart/form-data"), (sent, type) => send(sent, "", { "content-type": type })), { numRuns: 30, seed: 5 });
  });
});
