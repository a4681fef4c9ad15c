import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { linkTree } from "./link-tree.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "files-link-tree-"));
  mkdirSync(join(root, "from/deep"), { recursive: true });
  for (const name of ["a", "deep/b"]) writeFileSync(join(root, "from", name), name);
});
afterEach(() => rmSync(root, { recursive: true }));
const inode = (path: string) => statSync(join(root, path)).ino;

it("gives files a second name", () => {
  linkTree(join(root, "from"), join(root, "to"));
  expect([inode("to/a"), inode("to/deep/b")]).toEqual([inode("from/a"), inode("from/deep/b")]);
});

it.each(["EPERM", "ENOTSUP", "EMLINK", "EXDEV"])("copies where the file system answers %s", (code) => {
  linkTree(join(root, "from"), join(root, "to"), () => {
    throw Object.assign(new Error("no hard links here"), { code });
  });
  expect(["to/a", "to/deep/b"].map((path) => readFileSync(join(root, path), "utf8"))).toEqual(["a", "deep/b"]);
  expect(inode("to/a")).not.toBe(inode("from/a"));
});

it("never writes over what is there", () => {
  mkdirSync(join(root, "to"));
  writeFileSync(join(root, "to/a"), "mine");
  expect(() => linkTree(join(root, "from"), join(root, "to"))).toThrow("EEXIST");
  expect(readFileSync(join(root, "to/a"), "utf8")).toBe("mine");
});
