import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { golden, writePackedRepository } from "../../../test/fixtures/git/golden.ts";
import { encodeCommit } from "./commit.ts";
import { logCommits } from "./history.ts";
import { EMPTY_TREE } from "./object.ts";
import { findRefNameFault } from "./ref-name.ts";
import { createGitStore, openGitStore, type GitStore } from "./store.ts";

let place: string;
let store: GitStore;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "tunesmith-refs-"));
  store = createGitStore(place);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const person = { name: "a", email: "a@x", seconds: 1, zone: "+0000" };
const commit = (message: string, parents: readonly string[] = []) => store.writeObject("commit", encodeCommit({ tree: EMPTY_TREE, parents, author: person, committer: person, message }));
const names = () => store.refs.list().map(({ name }) => name);
const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown as Error;

it("allows the names that git-check-ref-format allows", () => {
  for (const name of ["refs/heads/main", "refs/heads/feat/x", "refs/tags/v1.0", "refs/pr/1", "refs/heads/ünï/文", "refs/heads/a@b", "refs/heads/@x", "refs/heads/a-b{c}", `refs/heads/${"n".repeat(250)}`]) expect(findRefNameFault(name), name).toBeUndefined();
});

it("refuses hostile names", () => {
  const parts = ["", ".", "..", "../x", "a/../../x", "a..b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "a b", "a\tb", "a\0b", "a\n", "a\x7f", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a@{0}", "a//b", "a/", "-x", "HEAD", "@", "n".repeat(251), "n/".repeat(500), "\ud800"];
  for (const name of [...parts.map((part) => `refs/heads/${part}`), "main", "HEAD", "refs/main", "/refs/heads/x", "objects/x/y", "../refs/heads/x"]) {
    expect(findRefNameFault(name), JSON.stringify(name)).toBeTypeOf("string");
    expect(store.refs.read(name)).toBeUndefined();
    expect(() => store.refs.update(name, commit("x"), undefined)).toThrow(code("git.ref_name_invalid"));
  }
  expect(readdirSync(join(place, "refs/heads"))).toEqual([]);
});

it("creates, moves and deletes a reference only from where it is expected to be", () => {
  const [one, two] = [commit("1"), commit("2")];
  store.refs.update("refs/heads/main", one, undefined);
  expect(readFileSync(join(place, "refs/heads/main"), "utf8")).toBe(`${one}\n`);
  for (const expected of [undefined, two]) expect(() => store.refs.update("refs/heads/main", two, expected)).toThrow(code("git.ref_moved"));
  store.refs.update("refs/heads/main", two, one);
  store.refs.update("refs/heads/main", one, "any");
  expect(() => store.refs.update("refs/heads/main", undefined, two)).toThrow(`it is at ${one}, expected was ${two}`);
  store.refs.update("refs/heads/main", undefined, one);
  expect([store.refs.read("refs/heads/main"), names(), readdirSync(join(place, "refs/heads"))]).toEqual([undefined, [], []]);
  expect(() => store.refs.update("refs/heads/main", two, one)).toThrow("it is absent");
});

it("points only to what is there, a branch only to a commit", () => {
  expect(() => store.refs.update("refs/heads/main", "1".repeat(40), undefined)).toThrow(code("git.object_missing"));
  expect(() => store.refs.update("refs/heads/main", "../x", undefined)).toThrow(code("git.object_missing"));
  const blob = store.writeObject("blob", Buffer.from("x"));
  expect(() => store.refs.update("refs/heads/main", blob, undefined)).toThrow("is a branch, which stands for a commit");
  store.refs.update("refs/tags/file", blob, undefined);
  expect(names()).toEqual(["refs/tags/file"]);
});

it("leaves no folder behind when a reference goes, and puts one where a folder was", () => {
  const id = commit("1");
  store.refs.update("refs/heads/a/b/c", id, undefined);
  expect(() => store.refs.update("refs/heads/a", id, undefined)).toThrow(expect.objectContaining({ code: "git.ref_conflict", details: { name: "refs/heads/a", other: "refs/heads/a/b/c" } }));
  expect(() => store.refs.update("refs/heads/a/b/c/d/e", id, undefined)).toThrow(code("git.ref_conflict"));
  expect(names()).toEqual(["refs/heads/a/b/c"]);
  store.refs.update("refs/heads/a/b/c", undefined, "any");
  expect(readdirSync(join(place, "refs/heads"))).toEqual([]);
  mkdirSync(join(place, "refs/heads/a/b/empty"), { recursive: true });
  store.refs.update("refs/heads/a", id, undefined);
  expect(names()).toEqual(["refs/heads/a"]);
  expect(() => store.refs.update("refs/heads/a/b", id, undefined)).toThrow(code("git.ref_conflict"));
});

it("changes all of several references or none", () => {
  const [one, two] = [commit("1"), commit("2")];
  store.refs.updateAll([
    { name: "refs/heads/a", to: one, expected: undefined },
    { name: "refs/tags/b", to: one, expected: undefined },
  ]);
  const wrong = [
    { name: "refs/heads/a", to: two, expected: one },
    { name: "refs/heads/new/x", to: two, expected: undefined },
    { name: "refs/tags/b", to: undefined, expected: two },
  ];
  expect(() => store.refs.updateAll(wrong)).toThrow(code("git.ref_moved"));
  expect([names(), store.refs.read("refs/heads/a"), readdirSync(join(place, "refs/heads"))]).toEqual([["refs/heads/a", "refs/tags/b"], one, ["a"]]);
  expect(() => store.refs.updateAll([{ name: "refs/heads/x", to: one, expected: undefined }, { name: "refs/heads/x/y", to: one, expected: undefined }])).toThrow(code("git.ref_conflict"));
});

it("reads packed references, and takes one out when it is deleted", () => {
  rmSync(place, { recursive: true });
  mkdirSync(place);
  store = openGitStore(writePackedRepository(place));
  expect(Object.fromEntries(store.refs.list().map(({ name, id }) => [name, id]))).toEqual(golden.refs);
  expect(store.refs.list("refs/tags/v").map(({ name }) => name)).toEqual(["refs/tags/v1.0"]);
  const id = golden.refs["refs/tags/light"]!;
  store.refs.update("refs/heads/main", id, golden.refs["refs/heads/main"]);
  expect(store.refs.read("refs/heads/main")).toBe(id);
  expect(() => store.refs.update("refs/heads/feat", id, undefined)).toThrow(code("git.ref_conflict"));
  for (const name of ["refs/heads/main", "refs/tags/v1.0"]) store.refs.update(name, undefined, "any");
  expect(openGitStore(place).refs.list().map(({ name }) => name)).toEqual(["refs/heads/feat/x", "refs/pr/1", "refs/pr/2", "refs/tags/light", "refs/tags/of-tag"]);
  const left = golden.packed_refs.split("\n").filter((line, index, lines) => !/(heads\/main|tags\/v1\.0)$/.test(line.startsWith("^") ? lines[index - 1]! : line));
  expect(readFileSync(join(place, "packed-refs"), "utf8")).toBe(left.join("\n"));
  expect(readdirSync(place).filter((name) => name.includes(".lock") || name.includes(".new"))).toEqual([]);
});

it("waits for a lock of another process, and says who holds it", () => {
  writeFileSync(join(place, "refs/heads/main.lock"), "");
  expect(() => store.refs.update("refs/heads/main", commit("1"), undefined)).toThrow(code("git.ref_locked"));
  expect(existsSync(join(place, "refs/heads/main.lock"))).toBe(true);
  expect(names()).toEqual([]);
});

it("says that a reference is damaged instead of leaving it out", () => {
  writeFileSync(join(place, "refs/heads/main"), "");
  expect(() => store.refs.list()).toThrow(code("git.ref_damaged"));
  writeFileSync(join(place, "refs/heads/main"), "ref: refs/heads/main\n");
  expect(() => store.refs.read("refs/heads/main")).toThrow(code("git.ref_damaged"));
});

it("loses no commit of 32 writers who swap at the same time", async () => {
  const write = async (writer: number) => {
    const own = openGitStore(place);
    for (let turns = 1; ; turns = writer) {
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      const before = own.refs.read("refs/heads/main");
      const next = commit(`by ${writer}`, before === undefined ? [] : [before]);
      await nextTurn();
      try {
        return own.refs.update("refs/heads/main", next, before);
      } catch (error) {
        expect(error).toMatchObject({ code: "git.ref_moved" });
      }
    }
  };
  await Promise.all(Array.from({ length: 32 }, (_, writer) => write(writer)));
  const log = logCommits(store, store.refs.read("refs/heads/main")!);
  expect(new Set(log.map((entry) => entry.commit.message)).size).toBe(32);
  expect(log).toHaveLength(32);
});

it("makes another branch the one that HEAD stands for", () => {
  store.setHead("refs/heads/feat/x");
  expect([store.head(), readFileSync(join(place, "HEAD"), "utf8")]).toEqual(["refs/heads/feat/x", "ref: refs/heads/feat/x\n"]);
  expect(() => store.setHead("../x")).toThrow(code("git.ref_name_invalid"));
});
