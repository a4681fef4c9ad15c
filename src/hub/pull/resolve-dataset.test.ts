import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listArrowCaches } from "./arrow-cache.ts";
import { resolveDataset, type DatasetContents, type ResolveDatasetOptions } from "./resolve-dataset.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const NEXT = "f".repeat(40);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const gitSha1 = (text: string) => createHash("sha1").update(`blob ${Buffer.byteLength(text)}\0${text}`).digest("hex");

/** A hub that serves `files` as the dataset owner/rows, and says so in the way of a listing with sizes; `meddle` may answer first. */
let hub: { commit: string; files: Record<string, string>; tells: boolean; meddle: (request: IncomingMessage, response: ServerResponse) => boolean; readonly seen: string[] };
let endpoint: string;
let close: () => Promise<void>;
let cache: string;

function answer(request: IncomingMessage, response: ServerResponse): void {
  hub.seen.push(`${request.method} ${request.url}`);
  if (hub.meddle(request, response)) return;
  const [url] = request.url!.split("?");
  if (/^\/api\/datasets\/(owner\/)?rows\/revision\//.test(url!)) {
    const siblings = Object.entries(hub.files).map(([rfilename, text]) => ({ rfilename, ...(hub.tells && { size: Buffer.byteLength(text), blobId: gitSha1(text), ...(rfilename.endsWith(".parquet") && { lfs: { sha256: sha256(text), size: text.length } }) }) }));
    return void response.end(JSON.stringify({ sha: hub.commit, siblings }));
  }
  const name = /^\/datasets\/(?:owner\/)?rows\/resolve\/\w+\/(.*)$/.exec(url!)?.[1];
  const text = name === undefined ? undefined : hub.files[decodeURIComponent(name)];
  if (text === undefined) return void response.writeHead(404, { "X-Error-Code": "RepoNotFound" }).end();
  response.writeHead(200, { ETag: `"${gitSha1(text)}"`, ...(name!.endsWith(".parquet") && { "X-Linked-Etag": `"${sha256(text)}"`, "X-Linked-Size": text.length }), "Content-Length": Buffer.byteLength(text) });
  response.end(request.method === "HEAD" ? undefined : text);
}

beforeEach(async () => {
  hub = { commit: COMMIT, files: { "README.md": "# Card", "data/train.parquet": "PAR1", "data/test.parquet": "PAR2", "note é.txt": "x" }, tells: true, meddle: () => false, seen: [] };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve())));
  cache = mkdtempSync(join(tmpdir(), "hub-"));
});
afterEach(async () => {
  await close();
  rmSync(cache, { recursive: true });
});

const waits: number[] = [];
const chooseTrain = ({ names }: DatasetContents) => names.filter((name) => name.startsWith("data/train"));
function resolve(options: Partial<ResolveDatasetOptions> = {}, id = "owner/rows") {
  waits.length = hub.seen.length = 0;
  return resolveDataset(id, { choose: chooseTrain, endpoint, environment: { HF_HUB_CACHE: cache, HF_HOME: join(cache, "home") }, wait: async (ms) => void waits.push(ms), ...options });
}
const offline = () => ({ environment: { HF_HUB_CACHE: cache, HF_HUB_OFFLINE: "1" } });
const snapshot = (name = "", commit = COMMIT) => join(cache, "datasets--owner--rows", "snapshots", commit, name);

/** Puts a file into a cache as Python would have. */
function plant(path: string, text = ""): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
/** What Python leaves of `main`. */
function plantSnapshot(files: Readonly<Record<string, string>>): void {
  plant(join(cache, "datasets--owner--rows", "refs", "main"), COMMIT);
  for (const [name, text] of Object.entries(files)) plant(snapshot(name), text);
}

describe("a dataset of the hub", () => {
  it("is downloaded as far as it is wanted, into the cache that Python shares", async () => {
    const asked: DatasetContents[] = [];
    const found = await resolve({ choose: (contents) => (asked.push(contents), chooseTrain(contents)) });
    expect(found).toEqual({ id: "owner/rows", revision: "main", commit: COMMIT, path: snapshot(), source: "download" });
    expect(asked).toEqual([{ commit: COMMIT, names: Object.keys(hub.files), card: "# Card" }]);
    expect(readFileSync(snapshot("data/train.parquet"), "utf8")).toBe("PAR1");
    expect(lstatSync(snapshot("data/train.parquet")).isSymbolicLink()).toBe(true);
    expect(existsSync(snapshot("data/test.parquet"))).toBe(false);
    expect(readdirSync(join(cache, "datasets--owner--rows", "blobs")).sort()).toEqual([gitSha1("# Card"), sha256("PAR1")].sort());
    expect(readFileSync(join(cache, "datasets--owner--rows", "refs", "main"), "utf8")).toBe(COMMIT);
  });

  it("costs one request for the list and one for each file, or two where the hub tells no sizes", async () => {
    await resolve();
    expect(hub.seen).toEqual(["GET /api/datasets/owner/rows/revision/main?blobs=true", `GET /datasets/owner/rows/resolve/${COMMIT}/README.md`, `GET /datasets/owner/rows/resolve/${COMMIT}/data/train.parquet`]);
    rmSync(cache, { recursive: true });
    hub.tells = false;
    await resolve();
    expect(hub.seen.filter((line) => line.startsWith("HEAD"))).toHaveLength(2);
    expect(readFileSync(snapshot("data/train.parquet"), "utf8")).toBe("PAR1");
  });

  it("is downloaded once, and again where its branch has moved", async () => {
    await resolve();
    expect(await resolve()).toMatchObject({ source: "cache", commit: COMMIT });
    expect(hub.seen).toHaveLength(1);
    hub.commit = NEXT;
    hub.files["data/train.parquet"] = "PAR3";
    expect(await resolve()).toMatchObject({ source: "download", commit: NEXT });
    expect(readFileSync(snapshot("data/train.parquet", NEXT), "utf8")).toBe("PAR3");
    expect(readFileSync(snapshot("data/train.parquet"), "utf8")).toBe("PAR1");
  });

  it("asks nothing of the network for a commit that was listed before", async () => {
    await resolve();
    expect(await resolve({ revision: COMMIT })).toEqual({ id: "owner/rows", revision: COMMIT, commit: COMMIT, path: snapshot(), source: "cache" });
    expect(hub.seen).toEqual([]);
    expect(await resolve({ revision: COMMIT, choose: () => ["data/test.parquet"] })).toMatchObject({ source: "download" });
  });

  it("may have a name alone, as the oldest have, and a revision with a slash", async () => {
    const { path } = await resolve({ revision: "refs/convert/parquet" }, "rows");
    expect(path).toBe(join(cache, "datasets--rows", "snapshots", COMMIT));
    expect(hub.seen[0]).toBe("GET /api/datasets/rows/revision/refs%2Fconvert%2Fparquet?blobs=true");
  });

  it("needs no file where none is wanted", async () => {
    delete hub.files["README.md"];
    expect(await resolve({ choose: ({ card }) => (card === undefined ? [] : ["?"]) })).toMatchObject({ source: "cache", commit: COMMIT });
    expect(readdirSync(join(cache, "datasets--owner--rows"))).toEqual(["listings"]);
  });

  it("gets what Python has not got yet", async () => {
    plantSnapshot({ "data/test.parquet": "PAR2" });
    expect(await resolve({ choose: ({ names }) => names.filter((name) => name.endsWith(".parquet")) })).toMatchObject({ source: "download" });
    expect(hub.seen.filter((line) => line.includes("test.parquet"))).toEqual([]);
  });
});

describe("without the hub", () => {
  it("the cache is believed, and it is said that nobody checked", async () => {
    await resolve();
    expect(await resolve(offline())).toMatchObject({ source: "cache", unchecked: "HF_HUB_OFFLINE is set" });
    expect(await resolve({ ...offline(), revision: COMMIT })).not.toHaveProperty("unchecked", expect.anything());
    hub.meddle = (_request, response) => (response.destroy(), true);
    expect(await resolve()).toMatchObject({ source: "cache", unchecked: expect.stringContaining("no connection to http://127.0.0.1") });
    expect(waits).toEqual([1000]);
  });

  it("a cache that another program filled is used, and its gaps are suspected", async () => {
    plantSnapshot({ "data/train-00000-of-00002.parquet": "PAR1", "data/train-00001-of-00002.parquet": "PAR2" });
    expect(await resolve(offline())).toMatchObject({ unchecked: expect.stringContaining("does not say whether it holds all files") });
    rmSync(snapshot("data/train-00000-of-00002.parquet"));
    await expect(resolve(offline())).rejects.toMatchObject({ code: "hub.offline" });
  });

  it("what the cache has not got is an error", async () => {
    await expect(resolve(offline())).rejects.toMatchObject({ code: "hub.offline", message: expect.stringContaining("owner/rows") });
    await resolve();
    await expect(resolve({ ...offline(), choose: () => ["data/test.parquet"] })).rejects.toMatchObject({ code: "hub.offline" });
    hub.meddle = (_request, response) => (response.writeHead(503).end(), true);
    await expect(resolve({ choose: () => ["data/test.parquet"] })).rejects.toMatchObject({ code: "hub.unavailable" });
  });

  it("a first download is asked for patiently", async () => {
    hub.meddle = (_request, response) => (response.destroy(), true);
    await expect(resolve()).rejects.toMatchObject({ code: "hub.unreachable" });
    expect(waits).toHaveLength(5);
  });
});

describe("a refusal", () => {
  it.each([
    [404, "RepoNotFound", undefined, "hub.dataset_not_found", "for a private dataset set HF_TOKEN"],
    [401, undefined, undefined, "hub.dataset_not_found", "for a private dataset set HF_TOKEN"],
    [403, "GatedRepo", "t", "hub.gated", "/datasets/owner/rows, then check that HF_TOKEN"],
    [401, "GatedRepo", undefined, "hub.gated", "/datasets/owner/rows, then set HF_TOKEN"],
    [404, "RevisionNotFound", undefined, "hub.revision_not_found", "/datasets/owner/rows."],
  ])("with %i and %s (token %s) is %s", async (status, errorCode, token, code, hint) => {
    hub.meddle = (_request, response) => (response.writeHead(status, errorCode === undefined ? {} : { "X-Error-Code": errorCode }).end(), true);
    await expect(resolve({ token })).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
  });

  it("of the files alone, as gated datasets have it, is the same", async () => {
    hub.meddle = (request, response) => request.url!.endsWith(".parquet") && (response.writeHead(403, { "X-Error-Code": "GatedRepo" }).end(), true);
    await expect(resolve()).rejects.toMatchObject({ code: "hub.gated" });
  });

  it.each(["../x/y", "a/b/c", "", "a--b/c", "/x"])("of the id %j comes from us", async (id) => {
    await expect(resolve({}, id)).rejects.toMatchObject({ code: "hub.reference_invalid", hint: expect.stringContaining("--input-file") });
  });

  it("of an address says which id is meant", async () => {
    await expect(resolve({}, "https://huggingface.co/datasets/owner/rows")).rejects.toMatchObject({ hint: "Give the id alone: owner/rows" });
    await expect(resolve({}, "hf://datasets/owner/rows/data.csv")).rejects.toMatchObject({ hint: "Give the id alone: owner/rows" });
  });

  it("of a name that would leave its folder comes before a byte", async () => {
    hub.files["../outside.parquet"] = "PAR1";
    await expect(resolve({ choose: () => ["../outside.parquet"] })).rejects.toMatchObject({ code: "hub.file_name_unsafe" });
    expect(await resolve()).toMatchObject({ source: "download" });
  });

  it("of a card that would fill the memory", async () => {
    hub.meddle = (request, response) => request.url!.startsWith("/api/") && (response.end(JSON.stringify({ sha: COMMIT, siblings: [{ rfilename: "README.md", size: 1e9, blobId: COMMIT }] })), true);
    await expect(resolve()).rejects.toMatchObject({ code: "hub.unexpected_answer", message: expect.stringContaining("README.md of more than") });
  });
});

describe("the cache of Python's datasets", () => {
  const environment = () => ({ HF_DATASETS_CACHE: join(cache, "arrow") });
  const info = (config: string, splits: object) => JSON.stringify({ config_name: config, features: { text: { dtype: "string", _type: "Value" } }, splits });
  const place = (config: string, commit: string, file: string) => join(cache, "arrow", "owner___my_ner_rows", config, "0.0.0", commit, file);

  it("tells of configs and commits with all their splits and shards", () => {
    plant(place("default", COMMIT, "dataset_info.json"), info("default", { train: { shard_lengths: [2, 3] }, test: { shard_lengths: null } }));
    for (const file of ["my_ner_rows-train-00000-of-00002.arrow", "my_ner_rows-train-00001-of-00002.arrow", "my_ner_rows-test.arrow"]) plant(place("default", COMMIT, file));
    expect(listArrowCaches("owner/MyNERRows", environment())).toMatchObject([{
      commit: COMMIT,
      config: "default",
      features: { text: { dtype: "string" } },
      splits: [
        { name: "train", paths: [place("default", COMMIT, "my_ner_rows-train-00000-of-00002.arrow"), place("default", COMMIT, "my_ner_rows-train-00001-of-00002.arrow")] },
        { name: "test", paths: [place("default", COMMIT, "my_ner_rows-test.arrow")] },
      ],
    }]);
  });

  it("leaves out what is not complete, not whole, or not the dataset itself", () => {
    plant(place("a", COMMIT, "dataset_info.json"), info("a", { train: {} }));
    plant(place("default-51f3c0de", COMMIT, "dataset_info.json"), info("default", { train: {} }));
    plant(place("default-51f3c0de", COMMIT, "my_ner_rows-train.arrow"));
    plant(place("b", "f".repeat(64), "dataset_info.json"), info("b", {}));
    plant(place("c", NEXT, "dataset_info.json"), "{");
    plant(place("d", NEXT, "dataset_info.json"), info("d", { "../x": {} }));
    plant(place("e", `${NEXT}.incomplete`, "dataset_info.json"), info("e", { train: {} }));
    plant(join(cache, "arrow", "owner___my_ner_rows", "file"));
    expect(listArrowCaches("owner/MyNERRows", environment())).toEqual([]);
    expect(listArrowCaches("owner/none", environment())).toEqual([]);
  });
});
