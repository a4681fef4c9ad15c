// The table of commands, in the order of `tunesmith --help`. A command's file imports the rooms it works with inside `run`
// (`await import("../../data/index.ts")`), so that listing runs does not wait for what training needs.
import type { CommandTree } from "./command.ts";
import { completion } from "./commands/completion.ts";

export const COMMAND_TREE: CommandTree = {
  groups: {
    data: "Prepare a dataset and look at it",
    runs: "Look at the history of runs and compare versions",
  },
  commands: [completion],
};
