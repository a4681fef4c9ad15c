import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { TunesmithError } from "../errors.ts";
import { defineRoute, type Route, type RouteCall } from "../route.ts";
import { listen, type ListeningServer } from "./listen.ts";
import { mountRoutes } from "./mount.ts";

const open: ListeningServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const route = (parts: Partial<Route> & Pick<Route, "run">) => defineRoute({ method: "GET", path: "/a", summary: "Test", access: "open", ...parts });
const taking = (parts: Partial<Route> = {}) => route({ method: "PUT", bodyKind: "stream", run: async ({ body }) => ({ json: await collect(body as AsyncIterable<Uint8Array>) }), ...parts });
const mount = (...routes: Route[]) => mountRoutes(routes, { bodyLimitBytes: 10 }, new Set());

describe("a route", () => {
  it("sees how it was called", async () => {
    const seen: Partial<RouteCall>[] = [];
    const app = mount(route({ path: "/:name/files/*", run: ({ params, headers, url, origin, method }) => (seen.push({ params, url, origin, method, headers: { range: headers["range"] } }), { empty: true }) }));
    await app.inject({ url: "/a%20b/files/x%2Fy/z.txt?b=1", headers: { host: "hub.example:8080", range: "bytes=0-1", "x-forwarded-proto": "https" } });
    expect(seen).toEqual([{ params: { name: "a b", "*": "x/y/z.txt" }, url: "/a%20b/files/x%2Fy/z.txt?b=1", origin: "https://hub.example:8080", method: "GET", headers: { range: "bytes=0-1" } }]);
  });

  it("refuses a host that is no name only where it asks for it", async () => {
    const app = mount(route({ run: ({ origin }) => ({ json: origin }) }), route({ path: "/b", run: () => ({ json: 1 }) }));
    const headers = { host: "a/../b" };
    expect([(await app.inject({ url: "/a", headers })).statusCode, (await app.inject({ url: "/b", headers })).statusCode]).toEqual([400, 200]);
  });

  it("is found by a long name, and a method that a path does not take is named", async () => {
    const app = mount(route({ path: "/:name/files/*", run: ({ params }) => ({ json: params["name"]!.length }) }));
    expect((await app.inject({ url: `/${"n".repeat(9000)}/files/` })).json()).toBe(9000);
    expect((await app.inject({ method: "POST", url: "/a/files/b/c" })).headers["allow"]).toBe("GET");
  });

  it("answers HEAD by itself or by a route of its own", async () => {
    const app = mount(
      route({ run: () => ({ text: "abc", mediaType: "text/plain" }) }),
      route({ path: "/b", run: () => ({ json: 1 }) }),
      route({ path: "/b", method: "HEAD", run: () => ({ empty: true, status: 203, headers: { "content-length": "77", etag: '"x"' } }) }),
    );
    const [own, other] = [await app.inject({ method: "HEAD", url: "/b" }), await app.inject({ method: "HEAD", url: "/a" })];
    expect([own.statusCode, own.headers["content-length"], own.headers["etag"], own.body]).toEqual([203, "77", '"x"', ""]);
    expect([other.statusCode, other.headers["content-length"], other.body]).toEqual([200, "3", ""]);
  });

  it("replies with bytes, a stream of known size, or nothing, with a status and headers of its own", async () => {
    const bytes = new TextEncoder().encode("hello");
    const app = mount(
      route({ run: () => ({ stream: bytes.subarray(1), mediaType: "application/octet-stream", status: 206, headers: { "x-a": "1" } }) }),
      route({ path: "/b", run: () => ({ stream: (async function* () { yield bytes; yield bytes; })(), mediaType: "text/plain", sizeBytes: 10 }) }),
      route({ path: "/c", method: "PATCH", run: () => ({ empty: true, status: 204 }) }),
    );
    const part = await app.inject("/a");
    expect([part.statusCode, part.body, part.headers["x-a"], part.headers["content-length"]]).toEqual([206, "ello", "1", "4"]);
    const whole = await app.inject("/b");
    expect([whole.body, whole.headers["content-length"]]).toEqual(["hellohello", "10"]);
    expect((await app.inject({ method: "PATCH", url: "/c" })).statusCode).toBe(204);
  });

  it("may give a problem headers of its own", async () => {
    const app = mount(route({ run: () => Promise.reject(new TunesmithError({ code: "hub.gone", message: "gone" })), problem: ({ detail }) => ({ status: 410, body: { error: detail }, headers: { "x-error-code": "Gone" } }) }));
    const answer = await app.inject("/a");
    expect([answer.statusCode, answer.headers["x-error-code"], answer.json()]).toEqual([410, "Gone", { error: "gone" }]);
  });
});

describe("a body that comes as a stream", () => {
  it("is of any media type, or of none, or empty", async () => {
    const app = mount(taking());
    const put = (payload?: string, type?: string) => app.inject({ method: "PUT", url: "/a", ...(payload === undefined ? {} : { payload }), headers: type === undefined ? {} : { "content-type": type } });
    expect([(await put("{", "application/json")).json(), (await put("a=1", "application/x-www-form-urlencoded")).json(), (await put("raw")).json(), (await put()).json()]).toEqual(["{", "a=1", "raw", ""]);
  });

  it("is bounded, whether its size is said or not, by a limit of its route", async () => {
    const app = mount(taking(), taking({ path: "/b", bodyLimitBytes: 20 }));
    const send = (url: string, payload: string | Readable) => app.inject({ method: "PUT", url, payload, headers: typeof payload === "string" ? {} : { "transfer-encoding": "chunked" } });
    expect((await send("/a", "x".repeat(11))).json()).toMatchObject({ error: "http.body_too_large", status_code: 413 });
    expect((await send("/a", Readable.from(["x".repeat(6), "x".repeat(5)]))).statusCode).toBe(413);
    expect((await send("/b", "x".repeat(20))).statusCode).toBe(200);
    expect((await send("/b", "x".repeat(21))).statusCode).toBe(413);
  });

  it("is not read before the route says so", async () => {
    const app = mount(taking({ run: () => Promise.reject(new TunesmithError({ code: "http.key_missing", message: "no" })) }));
    expect((await app.inject({ method: "PUT", url: "/a", payload: "12345" })).statusCode).toBe(401);
  });

  it("says when the client leaves in the middle, and has no time limit", async () => {
    let tell: (seen: unknown) => void;
    const told = new Promise((resolve) => (tell = resolve));
    const run: Route["run"] = async ({ body, signal }) => {
      const pieces = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      await pieces.next();
      leave();
      await pieces.next().catch((thrown: TunesmithError) => tell([thrown.code, signal.aborted]));
      return { empty: true };
    };
    const server = await listen({ routes: [taking({ run, bodyLimitBytes: 1000 })], port: 0, title: "", version: "", answerTimeoutMs: 1 });
    open.push(server);
    const request = httpRequest(`${server.url}/a`, { method: "PUT", headers: { "content-length": "100" } });
    const leave = (): void => void request.destroy();
    request.on("error", () => {});
    request.write("x");
    expect(await told).toEqual(["http.body_cut_off", true]);
  });
});

describe("a stream of bytes", () => {
  it("is read no faster than the client takes it, and closed when the client leaves", async () => {
    let made = 0;
    let close = (): void => {};
    const closed = new Promise<void>((resolve) => (close = resolve));
    const endless = async function* () {
      try {
        for (; ; made += 1) {
          yield new Uint8Array(1 << 20);
          await new Promise(setImmediate);
        }
      } finally {
        close();
      }
    };
    const server = await listen({ routes: [route({ run: () => ({ stream: endless(), mediaType: "application/octet-stream" }) })], port: 0, title: "", version: "" });
    open.push(server);
    await new Promise<void>((resolve) => {
      const request = httpRequest(`${server.url}/a`, (response) => {
        response.once("readable", async () => {
          let before = -1;
          while (before !== made) {
            before = made;
            await new Promise((wait) => setTimeout(wait, 20));
          }
          request.destroy();
          resolve();
        });
      });
      request.on("error", () => {});
      request.end();
    });
    await closed;
    expect(made).toBeLessThan(100);
  });
});
