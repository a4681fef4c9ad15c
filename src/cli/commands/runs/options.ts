import { flag, text } from "../../options.ts";

/** Where the commands about runs look; the history defaults to the file beside the output directory. */
export const runOptions = {
  outputDir: text("dir", "where runs are", { default: "outputs" }),
  historyFile: text("path", "default: experiment_history.jsonl beside the output directory"),
};

/** Which runs, and in what order. */
export const queryOptions = {
  filter: text("filter", "only runs that match, e.g. 'tag = x and metrics.f1_micro > 0.8'"),
  sort: text("key", "by this field, -key for falling order (default: newest first)"),
  archived: flag("archived runs too"),
  verify: flag("compare every run.json with the index, not only those shown"),
};

/** Under the options in `--help`. */
export const FILTER_REMARK = `Fields: version name id tag model phase status started ended dataset tags notes parent config.<name> metrics.<name>
Operators: = != < <= > >= ~ (contains) ^= (begins with) in (a, b) is null; and or not; dates 2026-01-05 or 7d (ago)`;
