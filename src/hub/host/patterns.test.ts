import { describe, expect, it } from "vitest";
import { largeFileLine, readIgnore, readLargeFileRule } from "./patterns.ts";

const ignored = (text: string, ...paths: string[]) => paths.filter(readIgnore(text));
const large = (text: string, ...paths: string[]) => paths.filter(readLargeFileRule(text));

describe("a .gitignore", () => {
  it("names files wherever they are, or from the root", () => {
    expect(ignored("*.log\n/build\nsrc/*.o", "a.log", "b/c.log", "build/x", "d/build", "src/a.o", "src/b/a.o")).toEqual(["a.log", "b/c.log", "build/x", "src/a.o"]);
  });

  it("leaves out folders with all below them, and takes back what is not below one", () => {
    expect(ignored("cache/\n!cache/keep\n*.tmp\n!keep.tmp", "cache/keep", "a/cache/b", "cache", "x.tmp", "keep.tmp")).toEqual(["cache/keep", "a/cache/b", "x.tmp"]);
  });

  it("knows ** and classes, comments and escapes", () => {
    expect(ignored("# no\na/**/b\n**/z\n[a-c]1\n[!x]2\n\\#hash\nq/**", "a/b", "a/x/y/b", "m/n/z", "b1", "d1", "y2", "x2", "#hash", "q", "q/r/s")).toEqual(["a/b", "a/x/y/b", "m/n/z", "b1", "y2", "#hash", "q/r/s"]);
  });

  it("is matched in bounded time", () => {
    expect(ignored(`${"*a".repeat(400)}b\n${"**/a/".repeat(150)}b`, "a".repeat(4000), "a/".repeat(500))).toEqual([]);
  });
});

describe("a .gitattributes", () => {
  it("says what is large; the last line counts", () => {
    const text = "*.bin filter=lfs diff=lfs merge=lfs -text\nsaved_model/**/* filter=lfs\n*tfevents* filter=lfs\nsmall.bin -filter\n*.md text";
    expect(large(text, "a.bin", "x/y.bin", "small.bin", "saved_model/a", "saved_model/b/c", "run/events.out.tfevents.1", "README.md")).toEqual(["a.bin", "x/y.bin", "saved_model/a", "saved_model/b/c", "run/events.out.tfevents.1"]);
  });

  it("gets a line for one file, whatever its name", () => {
    for (const path of ["a b/c[1]*.dat", "#x", "!y", "weights/model.pt", "ü.dat"]) expect(large(largeFileLine(path), path, "other")).toEqual([path]);
  });
});
