import { describe, expect, it } from "vitest";
import { COMMAND_TREE } from "./commands.ts";
import { parseWords } from "./program.ts";

/** The words of an example as a shell would split them; what follows a pipe or a redirection is not ours. */
function shellWords(example: string): readonly string[] {
  const ours = example.split(/ [|>] /)[0]!;
  return [...ours.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3]!);
}

function parse(words: readonly string[], shown: string[] = []) {
  return parseWords({ version: "0", tree: COMMAND_TREE, show: (text) => shown.push(text), width: 100 }, words);
}

describe.each(COMMAND_TREE.commands.map((command) => [command.name, command] as const))("%s", (name, command) => {
  it("has two examples that parse", () => {
    expect(command.examples.length).toBeGreaterThanOrEqual(2);
    for (const example of command.examples) expect(parse(shellWords(example))?.command.name).toBe(name);
  });

  it("shows its options, --json and its examples in help", () => {
    const shown: string[] = [];
    parse([...name.split(" "), "--help"], shown);
    for (const example of command.examples) expect(shown.join("")).toContain(`tunesmith ${example}`);
    expect(shown.join("")).toContain("--json");
    expect(shown.join("").trimEnd().split("\n").length).toBeLessThanOrEqual(40);
  });
});

describe("tunesmith train --version", () => {
  it("names the version of the result, and is not that of the program", () => {
    const shown: string[] = [];
    expect(parse(["train", "--version", "v2.0"], shown)?.options).toMatchObject({ version: "v2.0" });
    expect(shown).toEqual([]);
  });
});

describe("tunesmith --help", () => {
  it("fits a screen of 24 lines and 100 columns", () => {
    const shown: string[] = [];
    parse(["--help"], shown);
    const lines = shown.join("").trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("says what each group of commands is for", () => {
    const groups = new Set(COMMAND_TREE.commands.flatMap((command) => (command.name.includes(" ") ? [command.name.split(" ")[0]!] : [])));
    for (const group of groups) expect(COMMAND_TREE.groups[group]).toBeTruthy();
  });
});
