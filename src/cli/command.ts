// A command is a value: what it is called, what it takes, two examples, and one function. The frame adds `--json` and `--help`, checks
// the words, prints the document, and makes the completion from the same table.
import type { Interrupt } from "./interrupt.ts";
import type { OptionTable, ValuesOf } from "./options.ts";
import type { Print } from "./print.ts";
import type { World } from "./world.ts";

export interface CommandContext<Options, Arguments> {
  readonly options: ValuesOf<Options>;
  readonly arguments: ValuesOf<Arguments>;
  readonly print: Print;
  readonly world: World;
  /** Runs work that Ctrl-C may stop: the first one aborts the signal, the second ends the process with 130. */
  readonly withInterrupt: Interrupt;
  /** Makes the command end so although it printed its document: 1 for a check that found something, 130 for work that Ctrl-C cut short. */
  readonly endWith: (code: 1 | 130) => void;
  /** All commands there are, for what is made from them. */
  readonly tree: CommandTree;
}

export interface CommandTree {
  readonly commands: readonly Command[];
  /** One line for each first word that has verbs: `runs` of `runs list`. */
  readonly groups: Readonly<Record<string, string>>;
}

interface CommandParts<Options, Arguments> {
  /** One or two words: `doctor`, `runs list`. */
  readonly name: string;
  /** One line, an imperative, without a full stop. */
  readonly summary: string;
  readonly arguments?: Arguments;
  readonly options?: Options;
  /** Stands in `--help` between the options and the examples. */
  readonly remark?: string;
  /** Real ones: a test parses them. Without the leading `tunesmith`. */
  readonly examples: readonly [string, string, ...string[]];
  /** Does the work, prints for people as it goes, and returns the one document that `--json` prints instead. */
  readonly run: (context: CommandContext<Options, Arguments>) => unknown;
}

/** A command whose own types are forgotten: what the frame works with. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly arguments: OptionTable;
  readonly options: OptionTable;
  readonly remark?: string;
  readonly examples: readonly string[];
  readonly run: (context: CommandContext<OptionTable, OptionTable>) => unknown;
}

/** Defines a command; the types of `options` and `arguments` follow from their tables. */
export function defineCommand<Options extends OptionTable = Record<never, never>, Arguments extends OptionTable = Record<never, never>>(
  parts: CommandParts<Options, Arguments>,
): Command {
  const run = parts.run as unknown as Command["run"];
  return { name: parts.name, summary: parts.summary, arguments: parts.arguments ?? {}, options: parts.options ?? {}, remark: parts.remark, examples: parts.examples, run };
}
