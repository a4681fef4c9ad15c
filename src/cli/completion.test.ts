import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { defineCommand } from "./command.ts";
import { renderCompletion } from "./completion.ts";
import { choice, flag, required, text } from "./options.ts";

const tree = {
  groups: { bread: "All about bread" },
  commands: [
    defineCommand({
      name: "bread bake",
      summary: "Bake a baker's loaf",
      options: { crust: choice(["soft", "hard"], "the outside"), outputDir: text("dir", "where to"), steam: flag("wet") },
      examples: ["bread bake", "bread bake --steam"],
      run: () => undefined,
    }),
    defineCommand({ name: "clean", summary: "Clean up", arguments: { place: required(choice(["oven", "floor"], "what")) }, examples: ["clean oven", "clean floor"], run: () => undefined }),
  ],
};

/** What bash offers for a line whose last word is being typed. */
function offers(line: string): readonly string[] {
  const words = line.split(" ");
  const script = `${renderCompletion("bash", tree)}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _tunesmith; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

describe("completion", () => {
  it("offers in bash what fits the place", () => {
    expect(offers("tunesmith ")).toEqual(["bread", "clean", "--help", "--version"]);
    expect(offers("tunesmith br")).toEqual(["bread"]);
    expect(offers("tunesmith bread ")).toEqual(["bake", "--help"]);
    expect(offers("tunesmith bread bake --")).toEqual(["--crust", "--output-dir", "--steam", "--json", "--help"]);
    expect(offers("tunesmith bread bake --crust ")).toEqual(["soft", "hard"]);
    expect(offers("tunesmith bread bake --output-dir x")).toEqual([]);
    expect(offers("tunesmith clean o")).toEqual(["oven"]);
  });

  it("knows every command and flag in zsh and fish", () => {
    const zsh = renderCompletion("zsh", tree);
    expect(zsh).toMatch(/^#compdef tunesmith\n/);
    expect(zsh).toContain("'bread bake --crust') compadd -- 'soft' 'hard'; return ;;");
    const fish = renderCompletion("fish", tree);
    expect(fish).toContain("complete -c tunesmith -n '__tunesmith_at \"bread\"' -f -a 'bake' -d 'Bake a baker'\\''s loaf'");
    expect(fish).toContain("-l crust -x -a 'soft hard' -d 'the outside'");
    expect(fish).toContain("-l output-dir -r -F -d 'where to'");
  });
});
