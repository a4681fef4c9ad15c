import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { editTree, type TreeChange } from "./edit-tree.ts";
import { EMPTY_TREE } from "./object.ts";
import { listTree } from "./paths.ts";
import { createGitStore, type GitStore } from "./store.ts";

let place: string;
let store: GitStore;
let blob: string;
let other: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "tunesmith-edit-"));
  store = createGitStore(place);
  [blob, other] = ["1", "2"].map((text) => store.writeObject("blob", Buffer.from(text))) as [string, string];
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const put = (path: string, id = blob): TreeChange => ({ path, id });
const tree = (...paths: readonly string[]) => editTree(store, undefined, paths.map((path) => put(path)));
const files = (id: string) => listTree(store, id, "", { recursive: true }).flatMap(({ path, type }) => (type === "blob" ? [path] : []));
const code = (expected: string) => expect.objectContaining({ code: expected }) as unknown as Error;

it("makes folders as files need them, and the same tree by every way", () => {
  const whole = tree("a", "b/c/d", "b/e");
  expect(files(whole)).toEqual(["a", "b/c/d", "b/e"]);
  expect(["b/e", "b/c/d", "a"].reduce<string | undefined>((root, path) => editTree(store, root, [put(path)]), undefined)).toBe(whole);
  expect(editTree(store, whole, [])).toBe(whole);
  expect(editTree(store, whole, [put("a")])).toBe(whole);
  expect(editTree(store, undefined, [])).toBe(EMPTY_TREE);
});

it("keeps modes and takes the later of two contents", () => {
  const root = editTree(store, undefined, [{ path: "x", id: blob, mode: "100755" }, put("y"), put("y", other)]);
  expect(listTree(store, root, "")).toMatchObject([{ path: "x", mode: "100755" }, { path: "y", mode: "100644", id: other }]);
});

it("takes a folder away with its last file", () => {
  const root = tree("a", "b/c/d", "b/c/e");
  expect(files(editTree(store, root, [{ path: "b/c/d", delete: "file" }]))).toEqual(["a", "b/c/e"]);
  expect(editTree(store, root, [{ path: "b/c/d", delete: "file" }, { path: "b/c/e", delete: "file" }])).toBe(tree("a"));
  expect(editTree(store, root, [{ path: "b", delete: "folder" }, { path: "a", delete: "file" }])).toBe(EMPTY_TREE);
});

it("deletes before it writes, so that file and folder may change places", () => {
  const root = tree("a", "b/c");
  expect(files(editTree(store, root, [put("a/x"), { path: "a", delete: "file" }]))).toEqual(["a/x", "b/c"]);
  expect(files(editTree(store, root, [put("b"), { path: "b", delete: "folder" }]))).toEqual(["a", "b"]);
  expect(files(editTree(store, root, [put("b"), { path: "b/c", delete: "file" }]))).toEqual(["a", "b"]);
  expect(files(editTree(store, root, [put("b/new"), { path: "b", delete: "folder" }, { path: "b/c", delete: "file" }]))).toEqual(["a", "b/new"]);
  expect(editTree(store, root, [put("a"), { path: "a", delete: "file" }])).toBe(root);
});

it("refuses a file in the place of a folder and the other way round", () => {
  const root = tree("a", "b/c");
  for (const changes of [[put("b")], [put("a/x")], [put("n"), put("n/m")], [put("a/x"), put("a")]]) expect(() => editTree(store, root, changes)).toThrow(code("git.path_conflict"));
});

it("deletes only what is there", () => {
  const root = tree("a", "b/c");
  for (const change of [{ path: "x", delete: "file" }, { path: "b", delete: "file" }, { path: "a", delete: "folder" }, { path: "a/x", delete: "file" }, { path: "b/x/y", delete: "file" }] as const) {
    expect(() => editTree(store, root, [change]), change.path).toThrow(code("git.path_missing"));
  }
});

it("refuses paths that leave the repository, are git's own, or are too long", () => {
  for (const path of ["", "/a", "a/", "a//b", ".", "..", "../a", "a/../../b", "a/./b", ".git/config", "a/.GIT/x", "a\0b", "n".repeat(256), "a/".repeat(200) + "b", "a/".repeat(3000) + "b", "\ud83d"]) {
    expect(() => editTree(store, undefined, [put(path)]), JSON.stringify(path.slice(0, 20))).toThrow(code("git.path_invalid"));
  }
});

it("agrees with a plain list of paths, whatever the edits", () => {
  const path = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(fc.array(fc.record({ path, gone: fc.boolean() }), { maxLength: 12 }), (edits) => {
      const model = new Set<string>();
      let root: string | undefined;
      for (const edit of edits) {
        const isFolder = [...model].some((known) => known.startsWith(`${edit.path}/`));
        const throughFile = [...model].some((known) => edit.path.startsWith(`${known}/`));
        const fails = edit.gone ? !model.has(edit.path) : isFolder || throughFile;
        const act = () => editTree(store, root, [edit.gone ? { path: edit.path, delete: "file" } : put(edit.path)]);
        if (fails) {
          expect(act).toThrow();
          continue;
        }
        root = act();
        if (edit.gone) model.delete(edit.path);
        else model.add(edit.path);
      }
      expect(root === undefined ? [] : files(root).toSorted()).toEqual([...model].toSorted());
    }),
    { numRuns: 20 },
  );
});
