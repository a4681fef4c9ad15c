import { text } from "../../options.ts";

/** Where the commands about runs look; the history defaults to the file beside the output directory. */
export const runOptions = {
  outputDir: text("dir", "where runs are", { default: "outputs" }),
  historyFile: text("path", "default: experiment_history.jsonl beside the output directory"),
};
