import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COMMAND_TREE } from "../src/cli/commands.ts";
import { flagName } from "../src/cli/options.ts";
import { parseWords } from "../src/cli/program.ts";
import { codeSpans, commandLines, folderTree, relativeLinks } from "./helpers/read-markdown.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const folder = (path: string): readonly string[] => readdirSync(join(root, path), { recursive: true, encoding: "utf8" }).map((name) => `${path}/${name}`);

const GUIDES = ["README.md", ...folder("docs/guide").filter((path) => path.endsWith(".md"))];
const PAGES = ["README.md", ...folder("docs"), ...folder("bench"), "assets/base-model/README.md"].filter((path) => path.endsWith(".md"));

function parse(words: readonly string[]) {
  return parseWords({ version: "0", tree: COMMAND_TREE, show: () => undefined, width: 100 }, words);
}

describe.each(GUIDES)("%s", (page) => {
  it("holds only command lines that parse", () => {
    for (const words of commandLines(read(page))) expect(() => parse(words), words.join(" ")).not.toThrow();
  });

  it("names only commands and options that exist", () => {
    const names = new Set(COMMAND_TREE.commands.flatMap(({ name }) => [name, name.split(" ")[0]!]));
    const flags = new Set(["--json", "--help", "--version", ...COMMAND_TREE.commands.flatMap(({ options }) => Object.keys(options).map((key) => `--${flagName(key)}`))]);
    for (const span of codeSpans(read(page))) {
      const words = span.split(" ");
      if (words[0] === "tunesmith" && words[1] !== undefined && /^[a-z]/.test(words[1])) expect(names, span).toContain(words[1]);
      if (words[0]!.startsWith("--")) expect(flags, span).toContain(words[0]);
    }
  });
});

it.each(PAGES)("%s links only to what is there", (page) => {
  const broken = relativeLinks(read(page)).filter((link) => !existsSync(join(root, dirname(page), link)));
  expect(broken).toEqual([]);
});

describe("the README", () => {
  const tree = folderTree(read("README.md"));

  it("begins with the two commands", () => {
    const lines = read("README.md").split("\n");
    expect(lines.indexOf("npm ci && npm run demo")).toBeLessThan(20);
    expect(lines).toContain("npm test");
  });

  it("draws only folders that are there", () => {
    expect(tree.length).toBeGreaterThan(20);
    expect(tree.filter((path) => !existsSync(join(root, path)) || !statSync(join(root, path)).isDirectory())).toEqual([]);
  });

  it("draws every room of src", () => {
    const rooms = folder("src").filter((path) => path.endsWith("/index.ts")).map((path) => relative(root, join(root, dirname(path))));
    expect(rooms.filter((room) => !tree.includes(room))).toEqual([]);
  });
});
