import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { golden, writePackedRepository } from "../../../test/fixtures/git/golden.ts";
import { decodeFileName } from "./file-name.ts";
import { countCommits, isAncestor, logCommits } from "./history.ts";
import { lastCommits } from "./last-commits.ts";
import { findEntry, listTree, readTreeId } from "./paths.ts";
import { resolveRevision, splitRevision } from "./revisions.ts";
import { openGitStore, type GitStore } from "./store.ts";
import { encodeTree } from "./tree.ts";

let place: string;
let store: GitStore;
const main = golden.refs["refs/heads/main"]!;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "tunesmith-paths-"));
  store = openGitStore(writePackedRepository(place));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

it("lists what git ls-tree lists, in its order", () => {
  const expected = golden.tree.map((entry) => ({ ...entry, path: decodeFileName(Buffer.from(entry.path, "base64")) }));
  expect(listTree(store, main, "", { recursive: true })).toEqual(expected);
  expect(listTree(store, main, "")).toEqual(expected.filter(({ path }) => !path.includes("/")));
  expect(listTree(store, main, "deep/a", { recursive: true }).map(({ path }) => path)).toEqual(expected.map(({ path }) => path).filter((path) => path.startsWith("deep/a/")));
});

it("finds one entry, or says that there is none", () => {
  expect(findEntry(store, main, "tools/run.sh")).toMatchObject({ name: "run.sh", mode: "100755" });
  expect(findEntry(store, golden.refs["refs/tags/of-tag"]!, "")).toMatchObject({ mode: "40000", id: readTreeId(store, golden.peeled["v1.0"]!) });
  for (const path of ["nothing", "README.md/x", "module/x", "deep/../README.md", "/README.md", "deep/"]) expect(findEntry(store, main, path)).toBeUndefined();
  for (const path of ["nothing", "README.md"]) expect(() => listTree(store, main, path)).toThrow(expect.objectContaining({ code: "git.path_missing" }));
});

it("does not list a tree of millions that is made of ten objects", () => {
  let id = store.writeObject("tree", encodeTree([{ mode: "100644", name: "f", id: main }]));
  for (let level = 0; level < 10; level++) id = store.writeObject("tree", encodeTree(Array.from({ length: 10 }, (_, index) => ({ mode: "40000" as const, name: `d${index}`, id }))));
  expect(() => listTree(store, id, "", { recursive: true, limit: 1000 })).toThrow("it has more than 1,000 entries");
});

it("logs newest first, by page", () => {
  expect(logCommits(store, main).map(({ id }) => id)).toEqual(golden.log);
  expect(logCommits(store, main, { limit: 3, after: golden.log[1]! }).map(({ id }) => id)).toEqual(golden.log.slice(2, 5));
  expect([logCommits(store, main, { limit: 0 }), logCommits(store, main, { after: golden.log.at(-1)! }), logCommits(store, main, { after: "x" })]).toEqual([[], [], []]);
  expect(countCommits(store, main)).toBe(golden.log.length);
});

it("knows who stands on whom", () => {
  const side = golden.refs["refs/heads/feat/x"]!;
  expect([isAncestor(store, side, main), isAncestor(store, main, side), isAncestor(store, main, main)]).toEqual([true, false, true]);
});

it("finds the last commit of each path as git log does", () => {
  expect(Object.fromEntries(lastCommits(store, main, Object.keys(golden.last_commits)))).toEqual(golden.last_commits);
  expect([...lastCommits(store, main, ["nothing", "README.md", "README.md"]).keys()]).toEqual(["README.md"]);
});

it("resolves branches, tags, full names, HEAD, ids and their beginnings", () => {
  for (const [name, commit] of Object.entries(golden.peeled)) expect(resolveRevision(store, name)?.commit).toBe(commit);
  expect(resolveRevision(store, "HEAD")).toEqual({ commit: main, ref: "refs/heads/main" });
  expect(resolveRevision(store, "refs/pr/1")).toEqual({ commit: golden.refs["refs/pr/1"], ref: "refs/pr/1" });
  expect(resolveRevision(store, "pr/1")?.ref).toBe("refs/pr/1");
  for (const text of [main, main.slice(0, 7), main.slice(0, 7).toUpperCase()]) expect(resolveRevision(store, text)).toEqual({ commit: main });
  expect(resolveRevision(store, golden.refs["refs/tags/of-tag"]!)).toEqual({ commit: golden.peeled["of-tag"] });
  for (const text of ["", "mai", "../main", "main ", main.slice(0, 3), "f".repeat(40), readTreeId(store, main), "refs/heads/../heads/main"]) expect(resolveRevision(store, text), text).toBeUndefined();
});

it("prefers a branch to a tag of the same name", () => {
  store.refs.update("refs/tags/feat/x", golden.refs["refs/tags/light"], undefined);
  expect(resolveRevision(store, "feat/x")).toEqual({ commit: golden.refs["refs/heads/feat/x"], ref: "refs/heads/feat/x" });
});

it("parts a revision with slashes from the path behind it", () => {
  expect(splitRevision(store, "feat/x/dir/file")).toMatchObject({ revision: "feat/x", path: "dir/file", ref: "refs/heads/feat/x" });
  expect(splitRevision(store, "refs/pr/1/a")).toMatchObject({ revision: "refs/pr/1", path: "a" });
  expect(splitRevision(store, `${main}/a/b`)).toEqual({ commit: main, revision: main, path: "a/b" });
  expect(splitRevision(store, "main")).toMatchObject({ revision: "main", path: "" });
  expect([splitRevision(store, "feat/y/z"), splitRevision(store, ""), splitRevision(store, "a/".repeat(5000))]).toEqual([undefined, undefined, undefined]);
});
