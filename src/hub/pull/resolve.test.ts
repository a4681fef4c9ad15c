import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DownloadProgress } from "./fetch-files.ts";
import { resolveModel, type ResolveOptions } from "./resolve.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const gitSha1 = (bytes: Buffer) => createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

const weights = Buffer.from(Array.from({ length: 300_000 }, (_value, at) => (at * 31) % 251));
const smallModel = { "config.json": Buffer.from("{}"), "tokenizer.json": Buffer.from('{"a":1}'), "model.safetensors": weights, "pytorch_model.bin": weights };

/** A hub that serves `files` as owner/tiny; `meddle` may answer a request before it does. */
interface FakeHub {
  files: Record<string, Buffer>;
  names: readonly string[] | undefined;
  meddle: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly seen: string[];
}
let hub: FakeHub;
let endpoint: string;
let close: () => Promise<void>;
let cache: string;

function answer(request: IncomingMessage, response: ServerResponse): void {
  hub.seen.push(`${request.method} ${request.url}${request.headers.range === undefined ? "" : ` ${request.headers.range}`}`);
  if (hub.meddle(request, response)) return;
  const url = request.url!;
  if (url === "/api/models/owner/tiny/revision/main" || url === "/api/models/owner/tiny/revision/refs%2Fpr%2F1") {
    const siblings = (hub.names ?? Object.keys(hub.files)).map((rfilename) => ({ rfilename }));
    return void response.end(JSON.stringify({ sha: COMMIT, siblings }));
  }
  const name = decodeURIComponent(url.slice(`/owner/tiny/resolve/${COMMIT}/`.length));
  const bytes = url.startsWith("/owner/tiny/resolve/") ? hub.files[name] : undefined;
  if (bytes === undefined) return void response.writeHead(404, { "X-Error-Code": url.startsWith("/owner/tiny") ? "EntryNotFound" : "RepoNotFound" }).end();
  const large = name.endsWith(".safetensors") || name.endsWith(".gguf");
  const linked = large ? { "X-Linked-Etag": `"${sha256(bytes)}"`, "X-Linked-Size": bytes.length } : {};
  const headers = { "X-Repo-Commit": COMMIT, ETag: `"${gitSha1(bytes)}"`, ...linked };
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from > 0) response.writeHead(206, { ...headers, "Content-Range": `bytes ${from}-${bytes.length - 1}/${bytes.length}`, "Content-Length": bytes.length - from });
  else response.writeHead(200, { ...headers, "Content-Length": bytes.length });
  response.end(request.method === "HEAD" ? undefined : bytes.subarray(from));
}

async function startServer(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<readonly [string, () => Promise<void>]> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  return [`http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop];
}

beforeEach(async () => {
  hub = { files: { ...smallModel }, names: undefined, meddle: () => false, seen: [] };
  [endpoint, close] = await startServer(answer);
  cache = mkdtempSync(join(tmpdir(), "hub-"));
});
afterEach(async () => {
  await close();
  rmSync(cache, { recursive: true });
});

const waits: number[] = [];
function resolve(reference = "owner/tiny", options: ResolveOptions = {}) {
  waits.length = 0;
  const wait = async (ms: number) => void waits.push(ms);
  return resolveModel(reference, { endpoint, environment: { HF_HUB_CACHE: cache, HF_HOME: join(cache, "home") }, wait, ...options });
}
const repository = () => join(cache, "models--owner--tiny");
const snapshot = (name = "") => join(repository(), "snapshots", COMMIT, name);
const blob = (name: string) => join(repository(), "blobs", sha256(hub.files[name]!));

/** Puts a file of the model into the cache by hand. */
function plant(path: string, contents: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

describe("finding a model", () => {
  it("takes an existing path as it is", async () => {
    expect(await resolve(cache)).toEqual({ path: cache, source: "path" });
    expect(hub.seen).toEqual([]);
  });

  it.each(["no/such/path", "single", "/absent/dir", "a/b:model.bin", "a/../b", "a--b/c", "-a/b"])("refuses %s with the forms it knows", async (reference) => {
    await expect(resolve(reference)).rejects.toMatchObject({ code: "hub.reference_invalid" });
  });

  it("refuses a revision that is no name", async () => {
    await expect(resolve("owner/tiny", { revision: "../../x" })).rejects.toMatchObject({ code: "hub.revision_invalid" });
  });

  it("downloads what is needed into the layout of the Hub's cache, and not the second copy of the weights", async () => {
    const progress: DownloadProgress[] = [];
    const found = await resolve("owner/tiny", { onProgress: (state) => progress.push(state) });
    expect(found).toEqual({ path: snapshot(), source: "download", id: "owner/tiny", commit: COMMIT });
    expect(readdirSync(snapshot())).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
    expect(readFileSync(snapshot("model.safetensors")).equals(weights)).toBe(true);
    expect(lstatSync(snapshot("model.safetensors")).isSymbolicLink()).toBe(true);
    expect(readlinkSync(snapshot("model.safetensors"))).toBe(join("..", "..", "blobs", sha256(weights)));
    expect(readdirSync(join(repository(), "blobs")).sort()).toEqual([gitSha1(smallModel["config.json"]), gitSha1(smallModel["tokenizer.json"]), sha256(weights)].sort());
    expect(readFileSync(join(repository(), "refs", "main"), "utf8")).toBe(COMMIT);
    const total = weights.length + 2 + 7;
    expect(progress.at(-1)).toEqual({ file: "model.safetensors", doneBytes: total, totalBytes: total });
  });

  it("asks the hub nothing the second time, also offline, also by commit", async () => {
    await resolve();
    hub.seen.length = 0;
    for (const options of [{}, { revision: COMMIT }, { environment: { HF_HUB_CACHE: cache, HF_HUB_OFFLINE: "1" } }]) {
      expect(await resolve("owner/tiny", options)).toEqual({ path: snapshot(), source: "cache", id: "owner/tiny", commit: COMMIT });
    }
    expect(hub.seen).toEqual([]);
  });

  it("finds the cache by HF_HOME too", async () => {
    await resolve("owner/tiny", { environment: { HF_HOME: cache } });
    expect(existsSync(join(cache, "hub", "models--owner--tiny", "refs", "main"))).toBe(true);
  });

  it("says so when it is offline and the cache is not complete", async () => {
    plant(join(repository(), "refs", "main"), COMMIT);
    plant(snapshot("config.json"), "{}");
    const environment = { HF_HUB_CACHE: cache, HF_HUB_OFFLINE: "1" };
    await expect(resolve("owner/tiny", { environment })).rejects.toMatchObject({ code: "hub.offline", hint: expect.stringContaining("HF_HUB_OFFLINE") });
  });

  it("completes a snapshot of which Python has only loaded the configuration", async () => {
    plant(join(repository(), "refs", "main"), COMMIT);
    plant(snapshot("config.json"), "{}");
    expect((await resolve()).source).toBe("download");
    expect(readdirSync(snapshot())).toContain("model.safetensors");
  });

  it("downloads every shard of an index, and no file that is consolidated beside them", async () => {
    const index = { weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" } };
    const { "config.json": config, "tokenizer.json": tokenizer } = smallModel;
    const shards = { "model-00001-of-00002.safetensors": Buffer.from("one"), "model-00002-of-00002.safetensors": Buffer.from("two") };
    hub.files = { "config.json": config, "tokenizer.json": tokenizer, ...shards, "consolidated.safetensors": weights, "model.safetensors.index.json": Buffer.from(JSON.stringify(index)) };
    await resolve();
    expect(readdirSync(snapshot())).toEqual(["config.json", ...Object.keys(shards), "model.safetensors.index.json", "tokenizer.json"]);
    rmSync(snapshot("model-00002-of-00002.safetensors"));
    expect((await resolve()).source).toBe("download");
    expect((await resolve()).source).toBe("cache");
  });

  it("downloads one GGUF file when it is asked for by name", async () => {
    hub.files["sub/tiny q4.gguf"] = Buffer.from("GGUF");
    const { path } = await resolve("owner/tiny:sub/tiny q4.gguf");
    expect(path).toBe(snapshot("sub/tiny q4.gguf"));
    expect(readFileSync(path, "utf8")).toBe("GGUF");
    expect((await resolve("owner/tiny:sub/tiny q4.gguf")).source).toBe("cache");
    await expect(resolve("owner/tiny:other.gguf")).rejects.toMatchObject({ code: "hub.file_not_found", message: "Cannot download owner/tiny: it has no file other.gguf at main" });
  });

  it("leaves the weights out when only the tokenizer is wanted, and gets them later", async () => {
    await resolve("owner/tiny", { part: "tokenizer" });
    expect(readdirSync(snapshot())).toEqual(["config.json", "tokenizer.json"]);
    expect((await resolve("owner/tiny", { part: "tokenizer" })).source).toBe("cache");
    expect((await resolve()).source).toBe("download");
  });

  it("says which weights there are when none are safetensors", async () => {
    hub.files = { "config.json": Buffer.from("{}"), "pytorch_model.bin": weights, "a.gguf": weights };
    await expect(resolve()).rejects.toMatchObject({ code: "hub.weights_missing", message: expect.stringContaining("pytorch_model.bin, a.gguf"), hint: "Name the file: owner/tiny:a.gguf" });
  });

  it("encodes a revision with slashes and remembers it", async () => {
    await resolve("owner/tiny", { revision: "refs/pr/1" });
    expect(readFileSync(join(repository(), "refs", "refs", "pr", "1"), "utf8")).toBe(COMMIT);
  });
});

describe("a bad connection", () => {
  const isWeightsGet = (request: IncomingMessage) => request.method === "GET" && request.url!.endsWith("model.safetensors");

  /** Answers the first `times` requests for the weights with half of what is asked, then hangs up. */
  const dropHalfway = (times: number) => {
    let left = times;
    return (request: IncomingMessage, response: ServerResponse) => {
      if (!isWeightsGet(request) || left === 0) return false;
      left -= 1;
      const from = Number(/\d+/.exec(request.headers.range ?? "0")![0]);
      const range = from === 0 ? {} : { "Content-Range": `bytes ${from}-${weights.length - 1}/${weights.length}` };
      response.writeHead(from === 0 ? 200 : 206, { "Content-Length": weights.length - from, ...range });
      response.write(weights.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    };
  };
  const weightsRequests = () => hub.seen.filter((line) => line.startsWith("GET") && line.includes("model.safetensors"));

  it("that breaks half-way is continued from there", async () => {
    hub.meddle = dropHalfway(2);
    await resolve();
    expect(readFileSync(blob("model.safetensors")).equals(weights)).toBe(true);
    expect(weightsRequests()).toHaveLength(3);
    for (const request of weightsRequests().slice(1)) expect(request).toMatch(/ bytes=[1-9]\d*-$/);
  });

  it("that keeps breaking without one byte ends in an error, and the next call continues", async () => {
    let drops = 0;
    const half = dropHalfway(1);
    hub.meddle = (request, response) => half(request, response) || (isWeightsGet(request) && drops++ < 100 && (response.destroy(), true));
    await expect(resolve()).rejects.toMatchObject({ code: "hub.unreachable", hint: expect.stringContaining("continues where it stopped") });
    expect(existsSync(join(repository(), "refs", "main"))).toBe(false);
    const [left] = readdirSync(join(repository(), "blobs")).filter((name) => name.endsWith(".incomplete"));
    expect(lstatSync(join(repository(), "blobs", left!)).size).toBeGreaterThan(0);
    hub.meddle = () => false;
    hub.seen.length = 0;
    await resolve();
    expect(weightsRequests()[0]).toMatch(/ bytes=[1-9]\d*-$/);
  });

  it("starts over where the hub ignores the range", async () => {
    plant(`${blob("model.safetensors")}.tunesmith.incomplete`, weights.subarray(0, 1000));
    hub.meddle = (request) => (delete request.headers.range, false);
    await resolve();
    expect(readFileSync(blob("model.safetensors")).equals(weights)).toBe(true);
  });

  it("waits as long as the hub asks after 429, then goes on", async () => {
    const limits = [{ "Retry-After": "7" }, { RateLimit: '"api";r=0;t=55' }, {}];
    hub.meddle = (_request, response) => {
      const headers = limits.shift();
      if (headers !== undefined) response.writeHead(429, headers).end();
      return headers !== undefined;
    };
    await resolve();
    expect(waits).toEqual([7500, 55_500, 4000]);
  });

  it("gives up after six refusals for load", async () => {
    hub.meddle = (_request, response) => (response.writeHead(503).end(), true);
    await expect(resolve()).rejects.toMatchObject({ code: "hub.unavailable" });
    expect(waits).toEqual([1000, 2000, 4000, 8000, 8000]);
  });

  it("stops at once when it is aborted, and keeps what it has", async () => {
    const controller = new AbortController();
    const onProgress = ({ doneBytes }: DownloadProgress) => doneBytes > 1000 && controller.abort();
    await expect(resolve("owner/tiny", { signal: controller.signal, onProgress })).rejects.toMatchObject({ name: "AbortError" });
    expect(readdirSync(join(repository(), "blobs")).some((name) => name.endsWith(".incomplete"))).toBe(true);
    expect(readdirSync(join(cache, ".locks", "models--owner--tiny"))).toEqual([]);
  });
});

describe("a hub that cannot be trusted", () => {
  it.each(["model.safetensors", "config.json"])("is caught when %s is not what its digest says", async (name) => {
    const swapped = Buffer.from(hub.files[name]!).fill(7);
    hub.meddle = (request, response) => request.method === "GET" && request.url!.endsWith(name) && (response.end(swapped), true);
    await expect(resolve()).rejects.toMatchObject({ code: "hub.digest_mismatch", message: expect.stringContaining(name) });
    expect(existsSync(snapshot(name))).toBe(false);
    expect(readdirSync(join(repository(), "blobs")).filter((file) => file.endsWith(".incomplete"))).toEqual([]);
  });

  it("gets a second chance when only what an earlier attempt left was wrong", async () => {
    plant(`${blob("model.safetensors")}.tunesmith.incomplete`, Buffer.alloc(1000, 9));
    await resolve();
    expect(readFileSync(blob("model.safetensors")).equals(weights)).toBe(true);
  });

  it.each(["../../outside", "/etc/passwd", "a/../../b", "..\\x", "C:x", "a//b", "", "a\u0000b", "a\nb"])("is refused when it lists %j", async (name) => {
    hub.names = [...Object.keys(hub.files), name];
    await expect(resolve()).rejects.toMatchObject({ code: "hub.file_name_unsafe" });
    expect(existsSync(repository())).toBe(false);
  });

  it("never sees the token of another host, and the token is in no message", async () => {
    const tokens: (string | undefined)[] = [];
    const [elsewhere, stop] = await startServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.end(weights);
    });
    hub.meddle = (request, response) => {
      if (!request.url!.endsWith("model.safetensors")) return false;
      expect(request.headers.authorization).toBe("Bearer hf_secret");
      response.writeHead(302, { Location: `${elsewhere}/x`, "X-Linked-Etag": `"${sha256(weights)}"`, "X-Linked-Size": weights.length, ETag: '"other"' }).end();
      return true;
    };
    await resolve("owner/tiny", { token: "hf_secret" });
    expect(tokens).toEqual([undefined]);
    await stop();
    await expect(resolve("owner/tiny", { token: "hf_sec\nret", revision: "other" })).rejects.toSatisfy((error: Error) => error.message.includes("the argument") && !error.message.includes("hf_sec"));
  });

  it("follows a redirect on its own host, as real hubs send for small files", async () => {
    hub.meddle = (request, response) => {
      const moved = request.url!.startsWith("/moved");
      if (moved) request.url = request.url!.slice("/moved".length);
      else if (request.url!.endsWith("config.json")) response.writeHead(307, { Location: `/moved${request.url}` }).end();
      return !moved && request.url!.endsWith("config.json");
    };
    await resolve();
    expect(readFileSync(snapshot("config.json"), "utf8")).toBe("{}");
  });
});

describe("a refusal", () => {
  it.each([
    [404, "RepoNotFound", undefined, "hub.model_not_found", "set HF_TOKEN"],
    [401, undefined, undefined, "hub.model_not_found", "set HF_TOKEN"],
    [401, undefined, "t", "hub.unauthorized", "new token"],
    [403, "GatedRepo", "t", "hub.gated", "Ask for access"],
    [403, undefined, "t", "hub.forbidden", "read access"],
    [404, "RevisionNotFound", undefined, "hub.revision_not_found", "Choose a branch"],
    [400, undefined, undefined, "hub.unexpected_answer", "HF_ENDPOINT"],
  ])("with %i and %s (token %s) is %s", async (status, errorCode, token, code, hint) => {
    hub.meddle = (_request, response) => (response.writeHead(status, errorCode === undefined ? {} : { "X-Error-Code": errorCode }).end('{"error":"because"}'), true);
    await expect(resolve("owner/tiny", { token })).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
  });

  it("shows a stranger's words without control characters", async () => {
    hub.meddle = (_request, response) => (response.writeHead(418).end(JSON.stringify({ error: "tea\u001b[31m\npot" })), true);
    await expect(resolve()).rejects.toMatchObject({ message: expect.stringContaining("(it says: tea [31m pot)") });
  });

  it("is clear for a web page, a missing commit and a missing digest", async () => {
    hub.meddle = (_request, response) => (response.end("<html>"), true);
    await expect(resolve()).rejects.toMatchObject({ message: expect.stringContaining("does not answer with JSON") });
    hub.meddle = (_request, response) => (response.end('{"sha":"main"}'), true);
    await expect(resolve()).rejects.toMatchObject({ message: expect.stringContaining("which commit") });
    hub.meddle = (request, response) => request.method === "HEAD" && (response.writeHead(200, { ETag: '"x"' }).end(), true);
    await expect(resolve()).rejects.toMatchObject({ message: expect.stringContaining("no digest for config.json") });
  });
});
