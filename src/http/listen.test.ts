import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { Script } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { TunesmithError } from "../errors.ts";
import { defineRoute, type Route } from "../route.ts";
import type { FindKeyHolder } from "./access.ts";
import { listen, type ListeningServer, type ListenOptions } from "./listen.ts";

const open: ListeningServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(routes: readonly Route[], options: Partial<ListenOptions> = {}): Promise<ListeningServer> {
  const defaults = { routes, port: 0, title: "Test", version: "1.0.0", closeGraceMs: 50 };
  const server = await listen(Object.defineProperties(defaults, Object.getOwnPropertyDescriptors(options)) as ListenOptions);
  open.push(server);
  return server;
}

const echo = defineRoute({
  method: "POST",
  path: "/echo/:name",
  summary: "Say it back",
  body: z.strictObject({ text: z.string().min(1), times: z.int().min(1).default(1) }),
  reply: z.object({ said: z.string() }),
  run: async ({ body, params }) => ({ json: { said: `${params["name"]}: ${body.text.repeat(body.times)}` } }),
});

const failing = (error: unknown) => defineRoute({ method: "GET", path: "/fail", summary: "Fail", run: () => Promise.reject(error) });

/** A promise and the function that resolves it. */
function signalOnce(): readonly [Promise<void>, () => void] {
  let signal = (): void => {};
  return [new Promise((resolve) => (signal = resolve)), () => signal()];
}

async function post(url: string, body: string, headers: Record<string, string> = { "content-type": "application/json" }) {
  const response = await fetch(url, { method: "POST", body, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, headers: response.headers };
}

describe("a mounted route", () => {
  it("gets a validated body with its defaults, and its parameters", async () => {
    const { url } = await serve([echo]);
    expect(await post(`${url}/echo/ann`, '{"text":"hé"}')).toMatchObject({ status: 200, body: { said: "ann: hé" } });
  });

  it("answers a body that does not fit with 422 and every fault", async () => {
    const { url } = await serve([echo]);
    const { status, body } = await post(`${url}/echo/ann`, '{"text":"","tims":2,"times":0}');
    expect({ status, error: body["error"], code: body["status_code"] }).toEqual({ status: 422, error: "http.invalid_request", code: 422 });
    expect((body["faults"] as { field: string }[]).map(({ field }) => field)).toEqual(["text", "times", ""]);
    expect(body["detail"]).toContain("tims");
  });

  it("answers what is not JSON with 400, a missing body with 422, another media type with 415, a huge body with 413", async () => {
    const { url } = await serve([echo], { bodyLimitBytes: 100 });
    expect(await post(`${url}/echo/a`, "{")).toMatchObject({ status: 400, body: { error: "http.malformed_json" } });
    expect((await fetch(`${url}/echo/a`, { method: "POST" })).status).toBe(422);
    expect(await post(`${url}/echo/a`, "a=1", { "content-type": "application/x-www-form-urlencoded" })).toMatchObject({ status: 415, body: { error: "http.media_type" } });
    expect(await post(`${url}/echo/a`, JSON.stringify({ text: "a".repeat(200) }))).toMatchObject({ status: 413, body: { error: "http.body_too_large" } });
  });

  it("answers an unknown path with 404 and another method with 405", async () => {
    const { url } = await serve([echo]);
    expect(await (await fetch(`${url}/nothing`)).json()).toMatchObject({ error: "http.not_found", status_code: 404, detail: "Cannot GET /nothing: there is no such route" });
    const wrong = await fetch(`${url}/echo/a`);
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("says who answers on everything that it answers, and always in one form", async () => {
    const { url, port } = await serve([echo], { headers: () => ({ "x-model-version": "v1" }) });
    for (const path of ["/docs", "/openapi.json", "/", "/nothing", "/echo%"]) {
      const response = await fetch(`${url}${path}`);
      expect([path, response.headers.get("x-model-version")]).toEqual([path, "v1"]);
      if (path === "/echo%") expect(await response.json()).toMatchObject({ error: "http.malformed_request", status_code: 400 });
    }
    const raw = (text: string) => new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      let answer = "";
      socket.on("data", (bytes) => (answer += bytes)).on("close", () => resolve(answer));
    });
    expect(await raw("GET / HTTP/1.1\r\nbad header\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [\s\S]*x-model-version: v1[\s\S]*"error":"http\.malformed_request"/);
    expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\nx: ${"a".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("begins to ask for keys when there are some", async () => {
    const ring: { find?: FindKeyHolder } = {};
    const { url } = await serve([echo], {
      get findKeyHolder() {
        return ring.find;
      },
    });
    const ask = async () => (await post(`${url}/echo/a`, '{"text":"x"}')).status;
    expect(await ask()).toBe(200);
    ring.find = () => undefined;
    expect(await ask()).toBe(401);
  });

  it("turns an error's code into a status, with Retry-After where it is busy", async () => {
    const { url } = await serve([failing(new TunesmithError({ code: "serving.busy", message: "Cannot answer now: full", hint: "Wait.", details: { retry_after_s: 5 } }))]);
    const response = await fetch(`${url}/fail`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "5"]);
    expect(await response.json()).toEqual({ error: "serving.busy", detail: "Cannot answer now: full", status_code: 429, hint: "Wait." });
  });

  it("says nothing about the inside when something breaks, and tells the log", async () => {
    const logged: unknown[] = [];
    const { url } = await serve([failing(new Error("secret /path"))], { onError: (thrown, request) => logged.push([(thrown as Error).message, request]) });
    const response = await fetch(`${url}/fail`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(logged).toEqual([["secret /path", "GET /fail"]]);
  });

  it("gives up on an answer that takes too long and cancels it", async () => {
    let cancelled = false;
    const slow = defineRoute({
      method: "GET",
      path: "/slow",
      summary: "Wait",
      run: ({ signal }) => new Promise(() => signal.addEventListener("abort", () => (cancelled = true))),
    });
    const { url } = await serve([slow], { answerTimeoutMs: 20 });
    expect((await fetch(`${url}/slow`)).status).toBe(504);
    expect(cancelled).toBe(true);
  });
});

describe("a stream of events", () => {
  const streaming = (events: () => AsyncIterable<unknown>) => defineRoute({ method: "GET", path: "/events", summary: "Stream", run: async () => ({ events: events() }) });

  it("sends each event as one data line, and a late fault as an error event", async () => {
    const { url } = await serve([
      streaming(async function* () {
        yield { text: "a\nb" };
        yield { done: true };
        throw new TunesmithError({ code: "serving.model_crashed", message: "Cannot answer: gone" });
      }),
    ]);
    const response = await fetch(`${url}/events`);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(await response.text()).toBe(
      'data: {"text":"a\\nb"}\n\ndata: {"done":true}\n\nevent: error\ndata: {"error":"serving.model_crashed","detail":"Cannot answer: gone","status_code":503}\n\n',
    );
  });

  it("is an ordinary error when nothing was sent yet", async () => {
    const refuse = (): AsyncIterable<unknown> => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new TunesmithError({ code: "serving.busy", message: "full" })) }) });
    expect((await fetch(`${(await serve([streaming(refuse)])).url}/events`)).status).toBe(429);
  });

  it("ends when the client goes away", async () => {
    let left = () => {};
    const gone = new Promise<void>((resolve) => (left = resolve));
    const { url } = await serve([
      defineRoute({
        method: "GET",
        path: "/events",
        summary: "Stream",
        run: async ({ signal }) => ({
          events: (async function* () {
            try {
              for (let index = 0; !signal.aborted; index += 1) {
                yield { index };
                await new Promise((resolve) => setTimeout(resolve, 2));
              }
            } finally {
              left();
            }
          })(),
        }),
      }),
    ]);
    const request = httpRequest(`${url}/events`, (response) => response.once("data", () => request.destroy()));
    request.on("error", () => {});
    request.end();
    await gone;
  });
});

describe("a server", () => {
  it("documents what it validates", async () => {
    const { url } = await serve([echo]);
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, { post: { requestBody: unknown; parameters: unknown } }> };
    expect(document).toMatchObject({ openapi: "3.1.0", info: { title: "Test", version: "1.0.0" } });
    expect(document.paths["/echo/{name}"]!.post.requestBody).toMatchObject({
      content: { "application/json": { schema: { required: ["text"], additionalProperties: false, properties: { times: { default: 1, minimum: 1 } } } } },
    });
    expect(document.paths["/echo/{name}"]!.post.parameters).toEqual([{ name: "name", in: "path", required: true, schema: { type: "string" } }]);
  });

  it("has a documentation page that loads nothing from elsewhere", async () => {
    const { url } = await serve([echo]);
    const response = await fetch(`${url}/docs`);
    expect(response.headers.get("content-security-policy")).toContain("connect-src 'self'");
    const page = await response.text();
    expect(page).not.toMatch(/https?:\/\//);
    expect(() => new Script(/<script>([^]*)<\/script>/.exec(page)![1]!)).not.toThrow();
    expect(await (await fetch(url)).json()).toEqual({ name: "Test", version: "1.0.0", docs: "/docs", openapi: "/openapi.json" });
  });

  it("names the port that is in use and the next step", async () => {
    const { port } = await serve([]);
    await expect(listen({ routes: [], port, title: "", version: "" })).rejects.toMatchObject({
      code: "http.port_in_use",
      message: `Cannot listen on 127.0.0.1:${port}: another process uses the port`,
      hint: expect.stringContaining("--port"),
    });
  });

  it("refuses an address that is not of this machine", async () => {
    await expect(listen({ routes: [], host: "192.0.2.1", port: 0, title: "", version: "" })).rejects.toMatchObject({ code: "http.cannot_listen" });
  });

  it("lets an answer under way finish when it closes", async () => {
    const [started, start] = signalOnce();
    const [allowed, allow] = signalOnce();
    const slow = defineRoute({ method: "GET", path: "/slow", summary: "Wait", run: async () => (start(), await allowed, { json: "done" }) });
    const server = await serve([slow], { closeGraceMs: 5_000 });
    const answer = fetch(`${server.url}/slow`);
    await started;
    const closed = Promise.all([server.close(), server.close()]);
    allow();
    await closed;
    expect(await (await answer).json()).toBe("done");
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it("aborts an answer that does not finish in time when it closes", async () => {
    const [started, start] = signalOnce();
    const run: Route["run"] = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(new TunesmithError({ code: "serving.cancelled", message: "Stopped" })));
        start();
      });
    const server = await serve([defineRoute({ method: "GET", path: "/endless", summary: "Wait", run })], { closeGraceMs: 20 });
    const answer = fetch(`${server.url}/endless`);
    await started;
    await server.close();
    expect((await answer).status).toBe(499);
  });
});
