import { describe, expect, it } from "vitest";
import { TunesmithError } from "../errors.ts";
import { defineCommand, type Command } from "./command.ts";
import type { SignalSource } from "./interrupt.ts";
import { main } from "./main.ts";
import { choice, flag, list, required, text, wholeNumber } from "./options.ts";
import { readVersion } from "./version.ts";
import type { World } from "./world.ts";

const seen: unknown[] = [];
const bake = defineCommand({
  name: "bread bake",
  summary: "Bake a loaf",
  arguments: { flours: list("flour", "what goes in") },
  options: {
    minutes: wholeNumber("n", "how long", { default: 40, min: 1 }),
    crust: choice(["soft", "hard"], "the outside"),
    ovenName: required(text("name", "which oven")),
    steam: flag("add water"),
    toppings: list("seed", "what goes on", { default: ["salt"] }),
  },
  examples: ["bread bake --oven-name deck rye", "bread bake --oven-name deck --minutes 50 wheat spelt"],
  run: ({ options, arguments: { flours }, print }) => {
    seen.push({ ...options, flours });
    print.line("baked");
    return { loaves: 1 };
  },
});
const burn = defineCommand({
  name: "burn",
  summary: "Fail",
  options: { badly: flag("as a fault of the program") },
  examples: ["burn", "burn --badly"],
  run: ({ options }) => {
    throw options.badly ? new Error("wires crossed") : new TunesmithError({ code: "oven.hot", message: "Cannot bake: 900 °C", hint: "Wait." });
  },
});

async function call(words: string, commands: readonly Command[] = [bake, burn], signals?: SignalSource) {
  const out: string[] = [];
  const err: string[] = [];
  const world: World = {
    stdout: { write: (piece) => out.push(piece) },
    stderr: { write: (piece) => err.push(piece) },
    environment: {},
    workingDirectory: ".",
    now: () => new Date(0),
    fetch: () => Promise.reject(new Error("no network in tests")),
  };
  const code = await main(words === "" ? [] : words.split(" "), { world, tree: { commands, groups: { bread: "All about bread" } }, signals });
  return { code, out: out.join(""), err: err.join("") };
}

describe("the command line", () => {
  it("parses options and arguments into their types, with defaults", async () => {
    expect(await call("bread bake --oven-name deck rye")).toEqual({ code: 0, out: "baked\n", err: "" });
    expect(seen.pop()).toEqual({ minutes: 40, ovenName: "deck", steam: false, toppings: ["salt"], flours: ["rye"] });
    await call("bread bake --oven-name=deck --minutes 5 --crust hard --steam --toppings poppy sesame -- rye wheat");
    expect(seen.pop()).toEqual({ minutes: 5, crust: "hard", ovenName: "deck", steam: true, toppings: ["poppy", "sesame"], flours: ["rye", "wheat"] });
    await call("bread bake --oven-name deck");
    expect(seen.pop()).toMatchObject({ flours: [] });
  });

  it("prints one document and nothing else with --json", async () => {
    const { out, err } = await call("bread bake --json --oven-name deck");
    expect(JSON.parse(out)).toEqual({ loaves: 1 });
    expect(err).toBe("");
    expect(seen.pop()).not.toHaveProperty("json");
  });

  it("ends with 1 and a next step when a command fails", async () => {
    expect(await call("burn")).toEqual({ code: 1, out: "", err: "error: Cannot bake: 900 °C\nWait.\n" });
    const asJson = await call("burn --json");
    expect(JSON.parse(asJson.out)).toEqual({ error: { code: "oven.hot", message: "Cannot bake: 900 °C", hint: "Wait.", exit_code: 1 } });
    expect((await call("burn --badly")).err).toMatch(/wires crossed[^]*fault in tunesmith itself/);
  });

  it.each([
    ["bread bake --oven-name deck --minuts 5", "unknown option '--minuts' (did you mean --minutes?)", "tunesmith bread bake"],
    ["bread bake --oven-name deck --minutes soon", "argument 'soon' is invalid. It must be a whole number >= 1", "tunesmith bread bake"],
    ["bread bake --oven-name deck --crust firm", "Allowed choices are soft, hard", "tunesmith bread bake"],
    ["bread bake rye", "required option '--oven-name <name>' not specified", "tunesmith bread bake"],
    ["bread bak", "unknown command 'bak' (did you mean bake?)", "tunesmith bread"],
    ["bread", "`tunesmith bread` needs one of bake", "tunesmith bread"],
    ["brn", "unknown command 'brn' (did you mean burn?)", "tunesmith"],
    ["burn now", "too many arguments", "tunesmith burn"],
  ])("ends with 2 for `%s`", async (words, reason, help) => {
    const { code, out, err } = await call(words);
    expect(err.toLowerCase()).toContain(reason.toLowerCase());
    expect({ code, out, hint: err.split("\n")[1] }).toEqual({ code: 2, out: "", hint: `Run \`${help} --help\`.` });
  });

  it("reports wrong words as JSON too", async () => {
    const { code, out, err } = await call("burn --jsn --json");
    expect(JSON.parse(out)).toMatchObject({ error: { code: "cli.usage", exit_code: 2 } });
    expect({ code, err }).toEqual({ code: 2, err: "" });
  });

  it("shows the version and help on stdout with exit code 0", async () => {
    expect(await call("--version")).toEqual({ code: 0, out: `${readVersion()}\n`, err: "" });
    for (const words of ["", "--help"]) expect((await call(words)).out).toMatch(/bread\s+All about bread\n\s+burn .*Fail/);
    expect((await call("bread --help")).out).toContain("bake [options] [flour...]  Bake a loaf");
    const { code, out } = await call("bread bake --help");
    expect(code).toBe(0);
    expect(out).toMatch(/--minutes <n> +how long \(default 40\)/);
    expect(out).toContain("Examples:\n  tunesmith bread bake --oven-name deck rye\n  tunesmith bread bake");
    expect(out).toContain("--json");
  });
});

describe("Ctrl-C", () => {
  const sleeper = (finish: (signal: AbortSignal) => unknown) =>
    defineCommand({ name: "wait", summary: "Wait", examples: ["wait", "wait --json"], run: ({ withInterrupt }) => withInterrupt(async (signal) => finish(signal)) });

  function keyboard() {
    const listeners = new Set<() => void>();
    const exits: number[] = [];
    return {
      exits,
      listeners,
      press: () => listeners.forEach((listener) => listener()),
      signals: {
        on: (name: string, listener: () => void) => name === "SIGINT" && listeners.add(listener),
        off: (_name: string, listener: () => void) => listeners.delete(listener),
        exit: (code: number) => void exits.push(code),
      },
    };
  }

  it("aborts the work, ends with 130 when the work gives up, and listens no longer", async () => {
    const { press, exits, listeners, signals } = keyboard();
    const { code, err } = await call("wait", [sleeper((signal) => (press(), signal.throwIfAborted()))], signals);
    expect({ code, exits, left: listeners.size }).toEqual({ code: 130, exits: [], left: 0 });
    expect(err).toContain("Press Ctrl-C again");
    expect(err).toContain("error: Stopped: interrupted before the work was done");
  });

  it("ends with 130 after the document when work that was cut short says so", async () => {
    const cut = defineCommand({ name: "wait", summary: "Wait", examples: ["wait", "wait --json"], run: ({ endWith }) => (endWith(130), { step: 3 }) });
    const { code, out } = await call("wait --json", [cut]);
    expect({ code, document: JSON.parse(out) as unknown }).toEqual({ code: 130, document: { step: 3 } });
  });

  it("keeps exit code 0 when the work stops in good order", async () => {
    const { press, signals } = keyboard();
    expect((await call("wait", [sleeper(() => press())], signals)).code).toBe(0);
  });

  it("ends the process at once the second time", async () => {
    const { press, exits, signals } = keyboard();
    await call("wait", [sleeper(() => (press(), press()))], signals);
    expect(exits).toEqual([130]);
  });
});
