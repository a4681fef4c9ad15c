// Turns the table of commands into a commander program.
import { Argument as CommanderArgument, Command as CommanderCommand, CommanderError, Option as CommanderOption } from "commander";
import type { Command, CommandTree } from "./command.ts";
import { usageFault, verbMissing } from "./errors.ts";
import { flagName, type Option } from "./options.ts";

/** The words of one call after parsing, by key. */
export interface Call {
  readonly command: Command;
  readonly options: Readonly<Record<string, unknown>>;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface ProgramParts {
  readonly version: string;
  readonly tree: CommandTree;
  /** Takes the text of `--help` and `--version`. */
  readonly show: (text: string) => void;
  /** Width of help in characters. */
  readonly width: number;
}

/**
 * Parses the words after `tunesmith`. Returns the call, or `undefined` when help or the version was shown.
 * @throws `cli.usage` (exit code 2) for words that fit no command, with the nearest name
 */
export function parseWords(parts: ProgramParts, words: readonly string[]): Call | undefined {
  const calls: Call[] = [];
  const program = buildProgram(parts, (call) => calls.push(call));
  try {
    program.parse(words.length === 0 ? ["--help"] : [...joinVerb(parts.tree, words)], { from: "user" });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode === 0) return undefined;
    if (thrown.code === "commander.help") throw verbMissing(words[0]!, verbsOf(parts, words[0]!));
    throw usageFault(thrown.message.replace(/^error: /, "").replace(/\n\(Did/, " (did"), helpCommandFor(parts, words));
  }
  return calls[0];
}

function buildProgram(parts: ProgramParts, take: (call: Call) => void): CommanderCommand {
  const program = configure(new CommanderCommand("tunesmith"), parts);
  program.description("Takes a language model from raw data to a served, versioned release. Start with `tunesmith demo`.").version(parts.version, "--version");
  program.helpCommand(false).enablePositionalOptions();
  const groups = new Map<string, CommanderCommand>();
  for (const command of parts.tree.commands) {
    const [first, second] = command.name.split(" ") as [string, string?];
    if (second === undefined || parts.tree.commands.some(({ name }) => name === first)) {
      addCommand(program, command.name, command, parts, take);
      continue;
    }
    const group = groups.get(first) ?? addGroup(program, first, parts);
    groups.set(first, group);
    addCommand(group, second, command, parts, take);
  }
  return program;
}

/** A verb behind a word that is a command itself (`evaluate compare`) is a command of two words, and left out of the list in `tunesmith --help`. */
function joinVerb({ commands }: CommandTree, words: readonly string[]): readonly string[] {
  const [first, second, ...rest] = words;
  const names = commands.map(({ name }) => name);
  const joined = `${first} ${second}`;
  return first !== undefined && names.includes(first) && names.includes(joined) ? [joined, ...rest] : words;
}

function addGroup(program: CommanderCommand, name: string, parts: ProgramParts): CommanderCommand {
  const group = configure(program.command(name), parts).description(parts.tree.groups[name] ?? "").helpCommand(false);
  group.usage("<command> [options]");
  return group;
}

/** Found in the guide: the list of commands fits a screen. */
const SET_UP_ONCE: ReadonlySet<string> = new Set(["completion"]);

function addCommand(parent: CommanderCommand, name: string, command: Command, parts: ProgramParts, take: (call: Call) => void): void {
  const target = configure(new CommanderCommand(name), parts).description(command.summary);
  parent.addCommand(target, { hidden: name.includes(" ") || SET_UP_ONCE.has(name) });
  for (const [key, argument] of Object.entries(command.arguments)) target.addArgument(toArgument(key, argument));
  for (const [key, option] of Object.entries(command.options)) target.addOption(toOption(key, option));
  target.option("--json", "print one JSON document instead of text");
  if (command.remark !== undefined) target.addHelpText("after", `\n${command.remark}`);
  target.addHelpText("after", `\nExamples:\n${command.examples.map((example) => `  tunesmith ${example}`).join("\n")}`);
  const keys = Object.keys(command.arguments);
  target.action((...received: unknown[]) => {
    const values = keys.map((key, at) => [key, received[at] ?? command.arguments[key]!.fallback]);
    const { json: _json, ...options } = target.opts();
    take({ command, options, arguments: Object.fromEntries(values) });
  });
}

function configure(command: CommanderCommand, parts: ProgramParts): CommanderCommand {
  return command
    .exitOverride()
    .configureOutput({ writeOut: parts.show, writeErr: () => undefined })
    .configureHelp({ helpWidth: parts.width, optionDescription: describeOption })
    .helpOption("-h, --help", "show this help")
    .allowExcessArguments(false);
}

/** Commander's own, but defaults are shown as a person would type them. */
function describeOption(option: CommanderOption): string {
  const value: unknown = option.defaultValue;
  const silent = value === undefined || value === false || value === "" || (Array.isArray(value) && value.length === 0);
  const shown = Array.isArray(value) ? value.join(" ") : String(value);
  return silent ? option.description : `${option.description} (default ${shown})`;
}

function toOption(key: string, option: Option<unknown>): CommanderOption {
  const value = option.shape === "flag" ? "" : ` <${option.placeholder}${option.shape === "many" ? "..." : ""}>`;
  const made = new CommanderOption(`--${flagName(key)}${value}`, option.summary);
  if (option.fallback !== undefined) made.default(option.fallback);
  if (option.required) made.makeOptionMandatory();
  if (option.minor === true) made.hideHelp();
  if (option.shape !== "flag") made.argParser((word: string, before: unknown) => gather(option, word, before));
  return made;
}

function toArgument(key: string, option: Option<unknown>): CommanderArgument {
  const name = `${option.placeholder || key}${option.shape === "many" ? "..." : ""}`;
  const made = new CommanderArgument(option.required ? `<${name}>` : `[${name}]`, option.summary);
  return made.argParser((word: string, before: unknown) => gather(option, word, before));
}

/** Words of a list add up; the first replaces the fallback. */
function gather(option: Option<unknown>, word: string, before: unknown): unknown {
  const value = option.parse(word);
  if (option.shape !== "many") return value;
  return Array.isArray(before) && before !== option.fallback ? [...before, value] : [value];
}

/** The longest command that the words begin with, so that the hint leads to the right help. */
function helpCommandFor(parts: ProgramParts, words: readonly string[]): string {
  const names = parts.tree.commands.flatMap((command) => [command.name, command.name.split(" ")[0]!]);
  const known = [words.slice(0, 2).join(" "), words[0] ?? ""].find((name) => names.includes(name));
  return known === undefined ? "tunesmith" : `tunesmith ${known}`;
}

function verbsOf(parts: ProgramParts, group: string): readonly string[] {
  return parts.tree.commands.filter((command) => command.name.startsWith(`${group} `)).map((command) => command.name.slice(group.length + 1));
}
