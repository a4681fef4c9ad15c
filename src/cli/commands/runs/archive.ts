import { join } from "node:path";
import { defineCommand } from "../../command.ts";
import { flag, required, text } from "../../options.ts";
import { requireRunHere } from "./here.ts";
import { runOptions } from "./options.ts";

/** `tunesmith runs archive` */
export const runsArchive = defineCommand({
  name: "runs archive",
  summary: "Put a run out of sight of listings, and pack its checkpoints if wanted; nothing is deleted",
  arguments: { run: required(text("run", "version, id, name or path")) },
  options: { ...runOptions, compress: flag("pack its checkpoints into one zstd archive; the originals go to the trash"), undo: flag("list it again; see also `runs unarchive`") },
  examples: ["runs archive v0.3 --compress", "runs archive v0.3 --undo"],
  async run({ options, arguments: { run: wanted }, print, world, withInterrupt }) {
    const { archiveRun } = await import("../../../runs/index.ts");
    const { directory, name, historyPath } = await requireRunHere(wanted, options, "archive", print);
    const record = await archiveRun(directory, options.undo ? null : world.now(), { historyPath });
    print.line(options.undo ? `${name} is listed again.` : `${name} is archived: \`tunesmith runs list --archived\` shows it.`);
    const document = { run: record.name, directory, archived_at: record.archived_at };
    if (!options.compress || options.undo) return document;
    const [{ packRun }, { hasArchive }, { exists }] = await Promise.all([import("../../packed-checkpoints.ts"), import("../../../checkpoints/index.ts"), import("../../../files/index.ts")]);
    if (hasArchive(directory) && !exists(join(directory, "checkpoints"))) {
      print.line("Its checkpoints are packed already.");
      return document;
    }
    return withInterrupt(async (signal) => ({ ...document, packed: await packRun(directory, { print, now: world.now(), signal }) }));
  },
});
