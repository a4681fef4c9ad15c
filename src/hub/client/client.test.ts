import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { addCommit, addRepository, createFakeHub, gitIdOf, sha256Of, type FakeHub, type FakeRepository } from "../../../test/helpers/fake-hub.ts";
import { connectHub, type HubClient } from "./client.ts";

const TOKEN = "hf_secret_of_alice";
const endpoint = "https://hub.test";
const tiny = { kind: "model", id: "alice/tiny" } as const;
const bytes = (text: string) => ({ bytes: new TextEncoder().encode(text) });

let hub: FakeHub;
let client: HubClient;
let waits: number[];
let repository: FakeRepository;

beforeEach(() => {
  hub = createFakeHub();
  waits = [];
  client = connectHub({ endpoint, token: TOKEN, environment: {}, fetch: hub.fetch, wait: async (ms) => void waits.push(ms) });
  repository = addRepository(hub, "models/alice/tiny", { "config.json": "{}" });
});

const head = () => repository.commits.at(-1)!;
const commitText = (path: string, text: string, more = {}) => client.commit({ ...tiny, summary: `add ${path}`, changes: [{ path, source: bytes(text) }], ...more });
const commitCalls = () => hub.calls.filter(({ path }) => path.includes("/commit/"));

describe("repositories", () => {
  it("knows who it is", async () => {
    expect(await client.whoami()).toEqual({ name: "alice", kind: "user", organizations: ["team"] });
  });

  it("creates a private dataset", async () => {
    expect(await client.createRepository({ kind: "dataset", id: "alice/rows", private: true })).toEqual({ url: "https://hub.test/alice/rows", created: true });
    expect(hub.repositories.get("datasets/alice/rows")?.isPrivate).toBe(true);
  });

  it("takes one that is there only when that is fine", async () => {
    expect(await client.createRepository({ ...tiny, existOk: true })).toEqual({ url: "https://hub.test/alice/tiny", created: false });
    await expect(client.createRepository(tiny)).rejects.toThrow("Cannot create model alice/tiny: it exists already at https://hub.test/alice/tiny");
  });

  it("takes one it may not make but may see", async () => {
    hub.meddle = ({ path }) => (path === "/api/repos/create" ? Response.json({ error: "no" }, { status: 403 }) : undefined);
    expect(await client.createRepository({ ...tiny, existOk: true })).toMatchObject({ created: false });
    await expect(client.createRepository({ kind: "model", id: "alice/other", existOk: true })).rejects.toMatchObject({ code: "hub.model_not_found" });
  });
});

describe("a commit", () => {
  it("holds small files in itself and large ones by digest", async () => {
    const weights = Buffer.alloc(100_000, 7);
    const made = await client.commit({ ...tiny, summary: "two files", changes: [{ path: "a/README.md", source: bytes("# hé\n") }, { path: "model.safetensors", source: { bytes: weights } }] });
    expect(made).toMatchObject({ commit: head().id, isNew: true, ignored: [] });
    expect(head().files.get("a/README.md")?.toString()).toBe("# hé\n");
    expect(head().files.get("model.safetensors")?.equals(weights)).toBe(true);
    expect(head().files.has("config.json")).toBe(true);
    expect(made.files.find(({ path }) => path === "model.safetensors")).toMatchObject({ sha256: sha256Of(weights), sizeBytes: 100_000, gitId: gitIdOf(Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256Of(weights)}\nsize 100000\n`)) });
  });

  it("streams a file of several pieces from disk", async () => {
    const directory = scratch();
    const content = Buffer.from(Array.from({ length: 2_000_003 }, (_value, at) => (at * 7) % 256));
    writeFileSync(join(directory, "rows.txt"), content);
    await client.commit({ ...tiny, summary: "rows", changes: [{ path: "rows.txt", source: { file: join(directory, "rows.txt") } }] });
    expect(head().files.get("rows.txt")?.equals(content)).toBe(true);
  });

  it("sends a large file in parts, and a broken part again", async () => {
    hub.partBytes = 1000;
    let isBroken = false;
    hub.meddle = ({ path }) => {
      if (!path.endsWith("/2") || isBroken) return undefined;
      isBroken = true;
      return new Response("", { status: 503, headers: { "retry-after": "3" } });
    };
    const progress: number[] = [];
    await client.commit({ ...tiny, summary: "weights", changes: [{ path: "w.bin", source: { bytes: Buffer.alloc(2500, 1) } }], onProgress: ({ doneBytes }) => void progress.push(doneBytes) });
    expect(head().files.get("w.bin")?.length).toBe(2500);
    expect(waits).toEqual([3500]);
    expect(progress.at(-1)).toBe(2500);
    expect(hub.calls.filter(({ host }) => host === "elsewhere.test").every(({ authorization }) => authorization === null)).toBe(true);
  });

  it("does not send what the hub has already", async () => {
    const weights = Buffer.alloc(500, 3);
    hub.large.set(sha256Of(weights), weights);
    await client.commit({ ...tiny, summary: "again", changes: [{ path: "w.bin", source: { bytes: weights } }] });
    expect(hub.calls.some(({ method }) => method === "PUT")).toBe(false);
    expect(head().files.get("w.bin")?.length).toBe(500);
  });

  it("is not made when nothing would change", async () => {
    const before = head().id;
    expect(await commitText("config.json", "{}")).toMatchObject({ commit: before, isNew: false });
    expect(commitCalls()).toHaveLength(0);
  });

  it("says which files the repository ignores", async () => {
    expect(await client.commit({ ...tiny, summary: "logs", changes: [{ path: "a.log", source: bytes("x") }, { path: "b.txt", source: bytes("y") }] })).toMatchObject({ ignored: ["a.log"] });
    expect(head().files.has("a.log")).toBe(false);
  });

  it("asks about many files in batches of 256", async () => {
    const changes = Array.from({ length: 300 }, (_value, at) => ({ path: `f/${at}.txt`, source: bytes(`${at}`) }));
    await client.commit({ ...tiny, summary: "many", changes });
    expect(hub.calls.filter(({ path }) => path.includes("/preupload/"))).toHaveLength(2);
    expect(head().files.size).toBe(301);
  });

  it("deletes files and folders", async () => {
    await commitText("old/a.txt", "a");
    await client.commit({ ...tiny, summary: "clean", changes: [{ delete: "old", folder: true }, { delete: "config.json" }] });
    expect([...head().files.keys()]).toEqual([]);
  });

  it.each(["../up.txt", "a//b", "/root", "a\\b", ".git/config", ""])("refuses the path %j before anything is sent", async (path) => {
    await expect(commitText(path, "x")).rejects.toMatchObject({ code: "hub.path_unfit" });
    expect(hub.calls).toEqual([]);
  });

  it("is refused on a head that moved", async () => {
    const parentCommit = head().id;
    addCommit(repository, "somebody else", new Map());
    await expect(commitText("a.txt", "x", { parentCommit })).rejects.toMatchObject({ code: "hub.commit_conflict", message: `Cannot commit to alice/tiny: main is at ${head().id}, it was expected at ${parentCommit}` });
    hub.meddle = ({ path }) => (path.includes("/commit/") ? (addCommit(repository, "in between", new Map()), undefined) : undefined);
    await expect(commitText("a.txt", "x", { parentCommit: head().id })).rejects.toMatchObject({ code: "hub.commit_conflict" });
  });
});

describe("a commit whose answer is lost", () => {
  /** The hub does what it is told, and the connection breaks before it can say so. */
  const loseAnswer = (times: number, before = false) => {
    let left = times;
    hub.meddle = ({ path }, answer) => {
      if (!path.includes("/commit/") || left === 0) return undefined;
      left -= 1;
      if (!before) answer();
      throw Object.assign(new TypeError("fetch failed"), { cause: new Error("ECONNRESET") });
    };
  };

  it("is found and not made twice", async () => {
    loseAnswer(1);
    const made = await commitText("a.txt", "x");
    expect(made.commit).toBe(head().id);
    expect(repository.commits).toHaveLength(2);
    expect(commitCalls()).toHaveLength(1);
  });

  it("is sent again, for the head it was looked at, when it did not arrive", async () => {
    loseAnswer(1, true);
    await commitText("a.txt", "x");
    expect(repository.commits).toHaveLength(2);
    expect(commitCalls().map(({ body }) => body.toString().includes("parentCommit"))).toEqual([false, true]);
  });

  it("lands behind somebody else's, once", async () => {
    loseAnswer(1, true);
    const lose = hub.meddle;
    hub.meddle = (call, answer) => {
      if (call.path.includes("/commit/") && commitCalls().length === 1) addCommit(repository, "add a.txt", new Map([["other.txt", Buffer.from("o")]]));
      return lose(call, answer);
    };
    await commitText("a.txt", "x");
    expect(repository.commits.map(({ title }) => title)).toEqual(["initial commit", "add a.txt", "add a.txt"]);
    expect([...head().files.keys()]).toEqual(["other.txt", "a.txt"]);
  });

  it("fails in the end", async () => {
    loseAnswer(100, true);
    await expect(commitText("a.txt", "x")).rejects.toMatchObject({ code: "hub.unreachable" });
    expect(repository.commits).toHaveLength(1);
    expect(waits.every((ms) => ms <= 8000)).toBe(true);
  });
});

describe("branches and tags", () => {
  it("tags the commit that a branch is at", async () => {
    const { commit } = await client.createTag({ ...tiny, tag: "v1.0", message: "Version v1.0 | F1=0.8234" });
    expect(repository.tags.get("v1.0")).toEqual({ commit, message: "Version v1.0 | F1=0.8234" });
    expect((await client.listReferences(tiny)).tags).toEqual([{ name: "v1.0", reference: "refs/tags/v1.0", commit }]);
  });

  it("is content with a tag that stands there, and shows both commits of one that does not", async () => {
    const { commit: first } = await client.createTag({ ...tiny, tag: "v1.0" });
    expect(await client.createTag({ ...tiny, tag: "v1.0", existOk: true })).toEqual({ commit: first, created: false });
    await expect(client.createTag({ ...tiny, tag: "v1.0" })).rejects.toMatchObject({ code: "hub.tag_taken" });
    const { id: second } = addCommit(repository, "new weights", new Map());
    await expect(client.createTag({ ...tiny, tag: "v1.0", existOk: true })).rejects.toThrow(`Cannot tag alice/tiny as v1.0: the tag stands at commit ${first}, it was to stand at ${second}`);
  });

  it("believes a tag that it made itself when the answer was lost", async () => {
    let isLost = false;
    hub.meddle = ({ path }, answer) => {
      if (!path.includes("/tag/") || isLost) return undefined;
      isLost = true;
      answer();
      return new Response("", { status: 502 });
    };
    expect(await client.createTag({ ...tiny, tag: "v1.0" })).toMatchObject({ created: false });
  });

  it("deletes a tag, and says when there is none", async () => {
    await client.createTag({ ...tiny, tag: "v1.0" });
    await client.deleteTag({ ...tiny, tag: "v1.0" });
    expect(repository.tags.size).toBe(0);
    await client.deleteTag({ ...tiny, tag: "v1.0", missingOk: true });
    await expect(client.deleteTag({ ...tiny, tag: "v1.0" })).rejects.toMatchObject({ code: "hub.revision_not_found" });
  });

  it("makes a branch once", async () => {
    expect(await client.createBranch({ ...tiny, branch: "feat/x" })).toEqual({ created: true });
    expect(hub.calls.at(-1)?.path).toBe("/api/models/alice/tiny/branch/feat%2Fx");
    expect(await client.createBranch({ ...tiny, branch: "feat/x", existOk: true })).toEqual({ created: false });
    await expect(client.createBranch({ ...tiny, branch: "feat/x" })).rejects.toMatchObject({ code: "hub.branch_exists" });
  });
});

describe("folders and files", () => {
  it("uploads a directory below a folder, and what changed of it", async () => {
    const directory = scratch();
    mkdirSync(join(directory, "sub"));
    writeFileSync(join(directory, "a.txt"), "a");
    writeFileSync(join(directory, "sub", "b.bin"), "b");
    writeFileSync(join(directory, ".hidden"), "no");
    await client.uploadFolder({ ...tiny, directory, pathInRepository: "checkpoint-5", summary: "Checkpoint at step 5" });
    expect([...head().files.keys()]).toEqual(["config.json", "checkpoint-5/a.txt", "checkpoint-5/sub/b.bin"]);
    rmSync(join(directory, "a.txt"));
    await client.uploadFolder({ ...tiny, directory, pathInRepository: "checkpoint-5", summary: "less", mirror: true });
    expect([...head().files.keys()]).toEqual(["config.json", "checkpoint-5/sub/b.bin"]);
  });

  it("lists files with their digests, page by page, and reads one", async () => {
    await client.commit({ ...tiny, summary: "w", changes: [{ path: "w.bin", source: bytes("weights") }] });
    hub.meddle = ({ path }) => {
      if (!path.includes("/tree/") || path.includes("cursor")) return undefined;
      return new Response(JSON.stringify([{ type: "directory", path: "d", size: 0, oid: "0" }]), { headers: { link: `<${endpoint}${path}&cursor=1>; rel="next"` } });
    };
    const files = await client.listFiles(tiny);
    expect(files.map(({ path, sha256 }) => [path, sha256])).toEqual([["config.json", undefined], ["w.bin", sha256Of(Buffer.from("weights"))]]);
    expect(new TextDecoder().decode(await client.readFile({ ...tiny, path: "config.json" }))).toBe("{}");
    await expect(client.readFile({ ...tiny, path: "none.json" })).rejects.toMatchObject({ code: "hub.file_not_found" });
  });
});

describe("patience and secrets", () => {
  it("waits as long as the hub asks", async () => {
    let left = 2;
    hub.meddle = () => (left-- > 0 ? new Response("", { status: 429, headers: { RateLimit: '"api";r=0;t=55' } }) : undefined);
    await client.whoami();
    expect(waits).toEqual([55_500, 55_500]);
  });

  it("gives up on a refusal at once, with the hub's words and without the token", async () => {
    hub.meddle = () => Response.json({ error: `token ${TOKEN} may only read` }, { status: 403 });
    await expect(commitText("a.txt", "x")).rejects.toThrow("Cannot upload to alice/tiny: the token may not do that (it says: token … may only read)");
    expect(waits).toEqual([]);
  });

  it("does not take its token to another host, and keeps the body on the way", async () => {
    hub.meddle = ({ host, path, method }) => {
      if (method === "PUT" && !path.includes("moved")) return new Response(null, { status: 307, headers: { location: `https://third.test${path}?moved` } });
      return host === "hub.test" || path.includes("moved") ? undefined : new Response("", { status: 500 });
    };
    const weights = Buffer.alloc(300, 9);
    await client.commit({ ...tiny, summary: "w", changes: [{ path: "w.bin", source: { bytes: weights } }] });
    const moved = hub.calls.find(({ host }) => host === "third.test");
    expect(moved).toMatchObject({ authorization: null });
    expect(moved?.body.equals(weights)).toBe(true);
  });

  it("stops when it is told to", async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(commitText("a.txt", "x", { signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
  });

  it("says what a server that is no hub answered", async () => {
    hub.meddle = () => new Response("<html>", { status: 200 });
    await expect(client.whoami()).rejects.toThrow("Cannot ask who the token belongs to: https://hub.test does not answer with JSON");
  });
});

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), "hub-client-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
