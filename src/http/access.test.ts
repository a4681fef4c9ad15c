import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { TunesmithError } from "../errors.ts";
import { defineRoute, type Route } from "../route.ts";
import { listen, type ListeningServer, type ListenOptions } from "./listen.ts";
import type { SentAnswer } from "./mount.ts";

const open: ListeningServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function serve(routes: readonly Route[], options: Partial<ListenOptions> = {}): Promise<string> {
  const server = await listen({ routes, port: 0, title: "Test", version: "1.0.0", closeGraceMs: 50, ...options });
  open.push(server);
  return server.url;
}

const ROUTES = (["open", "key", "admin"] as const).map((access) =>
  defineRoute({ method: "POST", path: `/${access}`, access, summary: access, body: z.object({}).optional(), run: async () => ({ json: access }) }),
);
const findKeyHolder = (key: string) => ({ a: { name: "ann", isAdmin: false }, b: { name: "bob", isAdmin: true } })[key];

async function statuses(url: string, headers: Record<string, string> = {}): Promise<readonly number[]> {
  return Promise.all(ROUTES.map(async ({ path }) => (await fetch(`${url}${path}`, { method: "POST", headers })).status));
}

describe("access", () => {
  it("is free without keys, except to admins' routes", async () => {
    const url = await serve(ROUTES);
    expect(await statuses(url)).toEqual([200, 200, 403]);
    expect(await statuses(url, { authorization: "Bearer b" })).toEqual([200, 200, 403]);
  });

  it("asks for a key where there are keys, and for an admin's key where that is needed", async () => {
    const url = await serve(ROUTES, { findKeyHolder });
    expect(await statuses(url)).toEqual([200, 401, 401]);
    expect(await statuses(url, { authorization: "Bearer wrong" })).toEqual([200, 401, 401]);
    expect(await statuses(url, { authorization: "Bearer a" })).toEqual([200, 200, 403]);
    expect(await statuses(url, { "x-api-key": "b" })).toEqual([200, 200, 200]);
  });

  it("says how to send a key, and refuses before it reads the body", async () => {
    const url = await serve(ROUTES, { findKeyHolder, bodyLimitBytes: 10 });
    const answer = await fetch(`${url}/key`, { method: "POST", body: "x".repeat(1000) });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(await answer.json()).toMatchObject({ error: "http.key_missing", hint: expect.stringContaining("Authorization: Bearer") });
  });

  it("is refused to names that are not this machine's, where the names are told", async () => {
    const url = await serve(ROUTES, { allowedHosts: ["127.0.0.1"] });
    expect((await fetch(`${url}/open`, { method: "POST" })).status).toBe(200);
    const other = url.replace("127.0.0.1", "localhost");
    expect(await (await fetch(`${other}/open`, { method: "POST" })).json()).toMatchObject({ error: "http.host_not_allowed", status_code: 403 });
  });
});

describe("pages of other sites", () => {
  const preflight = (url: string, origin: string) => fetch(`${url}/open`, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });

  it("may read nothing unless their origin is named", async () => {
    const url = await serve(ROUTES);
    expect((await preflight(url, "https://a.example")).headers.get("access-control-allow-origin")).toBe(null);
  });

  it("may read answers and errors where it is", async () => {
    const url = await serve(ROUTES, { corsOrigins: ["https://a.example"], findKeyHolder });
    const allowed = await preflight(url, "https://a.example");
    expect([allowed.status, allowed.headers.get("access-control-allow-origin"), allowed.headers.get("vary")]).toEqual([204, "https://a.example", "Origin"]);
    expect((await preflight(url, "https://b.example")).headers.get("access-control-allow-origin")).toBe(null);
    const refused = await fetch(`${url}/key`, { method: "POST", headers: { origin: "https://a.example" } });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, "https://a.example"]);
  });

  it("may read everything where all origins are", async () => {
    const url = await serve(ROUTES, { corsOrigins: ["*"] });
    expect((await preflight(url, "https://b.example")).headers.get("access-control-allow-origin")).toBe("*");
  });
});

describe("an answer", () => {
  it("has the headers of the server, and those of its route before them, also when it fails", async () => {
    const fail = defineRoute({
      method: "GET",
      path: "/fail",
      summary: "Fail",
      run: async ({ setHeaders }) => {
        setHeaders({ "x-model-version": "v2.0" });
        throw new TunesmithError({ code: "serving.busy", message: "full" });
      },
    });
    const url = await serve([fail, ...ROUTES], { headers: () => ({ "x-model-version": "v1.0" }) });
    const versions = [];
    for (const [method, path] of [["POST", "/open"], ["POST", "/admin"], ["GET", "/fail"], ["GET", "/nothing"]]) versions.push((await fetch(`${url}${path}`, { method })).headers.get("x-model-version"));
    expect(versions).toEqual(["v1.0", "v1.0", "v2.0", "v1.0"]);
  });

  it("is told to who counts", async () => {
    const seen: SentAnswer[] = [];
    const url = await serve(ROUTES, { onAnswer: (answer) => seen.push(answer) });
    for (const path of ["/open", "/admin", "/nothing"]) await (await fetch(`${url}${path}`, { method: "POST" })).text();
    while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(seen.map(({ path, status }) => [path, status])).toEqual([["/open", 200], ["/admin", 403], [undefined, 404]]);
  });

  it("can be a text, a stream that ends with a line of its own, and a problem in a foreign form", async () => {
    const text = defineRoute({ method: "GET", path: "/text", summary: "Text", run: async () => ({ text: "a 1\n", mediaType: "text/plain; version=0.0.4" }) });
    const stream = defineRoute({
      method: "GET",
      path: "/stream",
      summary: "Stream",
      run: async () => ({ events: (async function* () { yield { a: 1 }; })(), end: "[DONE]" }),
    });
    const foreign = defineRoute({
      method: "GET",
      path: "/foreign",
      summary: "Fail",
      problem: ({ error, status_code }) => ({ status: 400, body: { error: { code: error, status: status_code } } }),
      run: async () => ({ events: (async function* () { yield 1; throw new TunesmithError({ code: "serving.timeout", message: "late" }); })() }),
    });
    const url = await serve([text, stream, foreign], {});
    const answer = await fetch(`${url}/text`);
    expect([answer.headers.get("content-type"), await answer.text()]).toEqual(["text/plain; version=0.0.4", "a 1\n"]);
    expect(await (await fetch(`${url}/stream`)).text()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n');
    expect(await (await fetch(`${url}/foreign`)).text()).toBe('data: 1\n\nevent: error\ndata: {"error":{"code":"serving.timeout","status":504}}\n\n');
  });
});
