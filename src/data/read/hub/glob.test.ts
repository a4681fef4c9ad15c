import { expect, it } from "vitest";
import { matchesGlob } from "./glob.ts";

it.each([
  ["data.csv", "data.csv", true],
  ["*.csv", "a.csv", true],
  ["*.csv", "dir/a.csv", false],
  ["data/*", "data/a.csv", true],
  ["data/*", "data/sub/a.csv", false],
  ["data/**", "data/sub/deep/a.csv", true],
  ["data/**", "data/a.csv", true],
  ["**", "a.csv", true],
  ["**/*.csv", "a.csv", true],
  ["**/*.csv", "x/y/a.csv", true],
  ["**/train/*", "a/train/b.csv", true],
  ["**.csv", "a.csv", true],
  ["**.csv", "x/a.csv", false],
  ["data/train-*", "data/train-00000-of-00001.parquet", true],
  ["data/train-[0-9][0-9]*", "data/train-00.parquet", true],
  ["data/train-[0-9]", "data/train-x", false],
  ["[!a]b", "cb", true],
  ["[!a]b", "ab", false],
  ["[]]b", "]b", true],
  ["a[", "a[", true],
  ["a-[x-]", "a--", true],
  ["?.csv", "é.csv", true],
  ["?.csv", "🙂.csv", true],
  ["?.csv", "/.csv", false],
  ["*a*b*c", "xxaxbxbxc", true],
  ["*a*b*c", "xxaxcxb", false],
  ["", "a", false],
])("%j and %j: %s", (pattern, name, matches) => {
  expect(matchesGlob(pattern, name)).toBe(matches);
});

it("names hidden files and special folders only where a pattern spells them", () => {
  expect(matchesGlob("**", ".hidden/a.csv")).toBe(false);
  expect(matchesGlob("**", "__cache__/a.csv")).toBe(false);
  expect(matchesGlob(".hidden/*", ".hidden/a.csv")).toBe(true);
  expect(matchesGlob("__*/*", "__cache__/a.csv")).toBe(true);
  expect(matchesGlob("*", "__a.csv")).toBe(true);
  expect(matchesGlob("*", ".a.csv")).toBe(false);
});

it("ends for a pattern made to take for ever", () => {
  expect(matchesGlob("*a".repeat(200), "a".repeat(400) + "b")).toBe(false);
  expect(matchesGlob("**/".repeat(200) + "x", Array.from({ length: 200 }, () => "a").join("/"))).toBe(false);
});
