import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { addCommit, addRepository, createFakeHub, type FakeHub, type FakeRepository } from "../../../test/helpers/fake-hub.ts";
import { matchesGlob } from "./glob.ts";
import { pullRepository, type PullOptions } from "./pull.ts";

let folder: string;
let hub: FakeHub;
let repository: FakeRepository;
const pull = (options: PullOptions = {}, environment = {}) => pullRepository("alice/tiny", { endpoint: "https://hub.test", token: "hf_x", environment, cacheDir: join(folder, "cache"), fetch: hub.fetch, wait: async () => {}, ...options });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pull-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  hub = createFakeHub();
  repository = addRepository(hub, "models/alice/tiny", { "README.md": "# tiny", "checkpoint-4/w.safetensors": "four", "checkpoint-8/w.safetensors": "eight" });
});

it("puts a repository into the cache that Python shares", async () => {
  const { path, commit, files, downloaded } = await pull();
  expect(path).toBe(join(folder, "cache", "models--alice--tiny", "snapshots", commit));
  expect([files.length, downloaded]).toEqual([3, 3]);
  expect(readFileSync(join(path, "checkpoint-8", "w.safetensors"), "utf8")).toBe("eight");
  expect(readFileSync(join(folder, "cache", "models--alice--tiny", "refs", "main"), "utf8")).toBe(commit);
  expect((await pull()).downloaded).toBe(0);
});

it("takes some files, at a tag, as they were then", async () => {
  const then = repository.commits.at(-1)!;
  repository.tags.set("v1.0", { commit: then.id });
  addCommit(repository, "new", new Map([["checkpoint-8/w.safetensors", Buffer.from("other")]]));
  const { path, files } = await pull({ revision: "v1.0", include: ["checkpoint-8/"] });
  expect(files.map(({ name }) => name)).toEqual(["checkpoint-8/w.safetensors"]);
  expect(readFileSync(join(path, "checkpoint-8/w.safetensors"), "utf8")).toBe("eight");
});

it("says when no file matches, and when there is no such revision", async () => {
  await expect(pull({ include: ["*.gguf"] })).rejects.toMatchObject({ code: "hub.file_not_found" });
  await expect(pull({ revision: "v9" })).rejects.toMatchObject({ code: "hub.revision_not_found" });
});

it("copies into a directory of one's own, over what differs there, and leaves the cache alone", async () => {
  const localDir = join(folder, "own");
  await pull({ localDir });
  writeFileSync(join(localDir, "README.md"), "# mine");
  const { path } = await pull({ localDir });
  expect(path).toBe(localDir);
  expect(readFileSync(join(localDir, "README.md"), "utf8")).toBe("# tiny");
  expect(existsSync(join(localDir, "README.md.incomplete"))).toBe(false);
});

it("gives what the cache has without a network", async () => {
  await expect(pull({}, { HF_HUB_OFFLINE: "1" })).rejects.toMatchObject({ code: "hub.offline" });
  await pull();
  const calls = hub.calls.length;
  expect((await pull({}, { HF_HUB_OFFLINE: "1" })).files).toHaveLength(3);
  expect(hub.calls).toHaveLength(calls);
});

it("refuses a repository whose files would leave their folder", async () => {
  addCommit(repository, "hostile", new Map([["../../up", Buffer.from("x")]]));
  await expect(pull()).rejects.toMatchObject({ code: "hub.file_name_unsafe" });
});

it.each([
  ["a/b.gguf", "*.gguf", true],
  ["a/b.gguf", "a/?.gguf", true],
  ["a.json", "[!b].json", true],
  ["checkpoint-40/x", "checkpoint-4/", false],
  ["a+b", "a+b", true],
])("matches %s against %s: %s", (path, pattern, expected) => {
  expect(matchesGlob(path, [pattern])).toBe(expected);
});
