// The command line: words in, one command run, an exit code out (0 done, 1 failed, 2 wrong words, 130 stopped by Ctrl-C).
import { toErrorRecord } from "../errors.ts";
import type { CommandTree } from "./command.ts";
import { COMMAND_TREE } from "./commands.ts";
import { interrupted } from "./errors.ts";
import { createInterrupt, INTERRUPTED, type SignalSource } from "./interrupt.ts";
import { createPrint } from "./print.ts";
import { parseWords } from "./program.ts";
import { readVersion } from "./version.ts";
import { processWorld, type World } from "./world.ts";

interface MainOptions {
  readonly world?: World;
  readonly tree?: CommandTree;
  readonly signals?: SignalSource;
}

/** Runs one command. `words` are the words after `tunesmith`. Never throws. */
export async function main(words: readonly string[], options: MainOptions = {}): Promise<number> {
  const world = options.world ?? processWorld();
  const print = createPrint(world, asksForJson(words));
  const tree = options.tree ?? COMMAND_TREE;
  let stopped = false;
  const withInterrupt = createInterrupt(options.signals ?? process, () => {
    stopped = true;
    print.note("\nStopping. Press Ctrl-C again to stop at once.");
  });
  try {
    const show = (text: string) => void world.stdout.write(text);
    const width = Math.min(world.stdout.columns ?? 100, 110);
    const call = parseWords({ version: readVersion(), tree, show, width }, words);
    if (call === undefined) return 0;
    let code = 0;
    const endWith = (chosen: number) => void (code = chosen);
    print.document(await call.command.run({ options: call.options, arguments: call.arguments, print, world, withInterrupt, endWith, tree }));
    return code;
  } catch (thrown) {
    const record = toErrorRecord(stopped && isAbort(thrown) ? interrupted(thrown) : thrown);
    print.failure(record);
    return stopped ? INTERRUPTED : record.exit_code;
  }
}

/** Errors of parsing come before the words are understood, and must be JSON too. */
function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? words.length : end).includes("--json");
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "AbortError";
}
