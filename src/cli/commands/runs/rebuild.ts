import { defineCommand } from "../../command.ts";
import { formatPath } from "../../format.ts";
import { flag, text } from "../../options.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs rebuild` */
export const runsRebuild = defineCommand({
  name: "runs rebuild",
  summary: "Complete the history from run directories and from tags",
  options: {
    ...runOptions,
    tags: text("file", "tags of the model's repository, one a line as `git tag -n1` prints them"),
    fromHub: text("repository", "owner/name of a model whose version tags and messages complete it"),
    dryRun: flag("only say what would be written"),
  },
  remark: "Lines that are there stay as they are. The old file is kept below .tunesmith/history.",
  examples: ["runs rebuild --dry-run", "runs rebuild --tags tags.txt", "runs rebuild --from-hub alice/tickets"],
  async run({ options, print, world, withInterrupt }) {
    const { applyHistoryRebuild, isRebuildNeeded, parseTagList, planHistoryRebuild } = await import("../../../runs/index.ts");
    const { readText } = await import("../../../files/index.ts");
    const { fromHub } = options;
    const listed = options.tags === undefined ? [] : parseTagList(readText(options.tags));
    const onHub = fromHub === undefined ? [] : await withInterrupt(async (signal) => (await import("../../../hub/index.ts")).connectHub({ environment: world.environment, fetch: world.fetch, signal }).readTags({ kind: "model", id: fromHub }));
    const tags = [...listed, ...onHub.map(({ message, ...tag }) => ({ ...tag, ...(message !== undefined && { message: message.split("\n", 1)[0]! }) }))];
    const plan = planHistoryRebuild({ outputDir: options.outputDir, historyPath: options.historyFile, tags });
    const { historyPath, added, broken, skippedTags, warnings, kept } = plan;

    if (added.length > 0) print.table(["added", "from", "name", "status"], added.map(({ version, source, name, status }) => [version ?? "–", source, print.visible(name), status]));
    for (const { line, message } of broken) print.line(`Line ${line} is left out: ${print.visible(message)}`);
    for (const { name, reason } of skippedTags) print.line(`Tag ${print.visible(name)} is passed over: ${reason}`);
    for (const warning of warnings) print.warn(print.visible(warning));
    const { backup } = options.dryRun ? { backup: null } : await applyHistoryRebuild(plan, world.now);
    print.line(`${formatPath(historyPath)}: ${kept} kept, ${added.length} added, ${broken.length} left out`);
    if (!isRebuildNeeded(plan)) print.line("Nothing is missing.");
    else if (options.dryRun) print.line("Nothing was written: this was a dry run.");
    if (backup !== null) print.line(`The old file is ${formatPath(backup)}`);
    return { history_file: historyPath, dry_run: options.dryRun, kept, added, broken, skipped_tags: skippedTags, warnings, backup };
  },
});
