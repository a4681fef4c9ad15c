import { defineCommand } from "../../command.ts";
import { flag, wholeNumber } from "../../options.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs list` */
export const runsList = defineCommand({
  name: "runs list",
  summary: "List the recorded versions, newest first, and runs that have none yet",
  options: { ...runOptions, limit: wholeNumber("n", "how many versions", { default: 5, min: 1 }), all: flag("every version") },
  examples: ["runs list", "runs list --all --json"],
  async run({ options, print }) {
    const { formatHistorySummary, historyPathFor, listRuns, readHistory } = await import("../../../runs/index.ts");
    const historyFile = options.historyFile ?? historyPathFor(options.outputDir);
    const { entries, broken } = readHistory(historyFile);
    const limit = options.all ? undefined : options.limit;
    const { runs, unreadable } = listRuns(options.outputDir);
    const recorded = new Set(entries.map(({ metadata }) => metadata["run_id"]));
    const others = runs.filter(({ record }) => !recorded.has(record.id));

    print.line(formatHistorySummary(entries, { limit, broken }));
    if (entries.length === 0 && runs.length === 0) print.line("\nMake the first one with `tunesmith demo` or `tunesmith train`.");
    if (others.length > 0) {
      print.line();
      print.table(["run without a version", "status", "step", "started"], others.map(({ record }) => [record.name, record.status, record.last_step, record.started_at.slice(0, 19)]));
    }
    for (const { directory, message } of unreadable) print.warn(`${directory}: ${message}`);
    const newest = limit === undefined ? entries : entries.slice(Math.max(0, entries.length - limit));
    return { history_file: historyFile, experiments: newest.toReversed(), broken, runs: others.map(({ directory, record }) => ({ directory, ...record })), unreadable };
  },
});
