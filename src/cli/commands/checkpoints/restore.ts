import type { TrashEntry } from "../../../files/index.ts";
import { defineCommand } from "../../command.ts";
import { usageFault } from "../../errors.ts";
import { formatAmount, formatBytes, formatCommand } from "../../format.ts";
import { decimalNumber, flag, text } from "../../options.ts";
import type { Print } from "../../print.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith checkpoints restore` */
export const checkpointsRestore = defineCommand({
  name: "checkpoints restore",
  summary: "Bring back what was deleted, list the trash, or empty it for good",
  arguments: { id: text("id", "one deletion, as the list names it, or newest"), path: text("path", "only what stood there or below") },
  options: {
    list: flag("show what is in the trash"),
    suffix: flag("restore beside what stands there again, as `<path>.restored`"),
    empty: flag("delete what is in the trash for good; shows it only, unless --yes"),
    olderThan: decimalNumber("days", "with --empty: only what was deleted so long ago", { default: 0, min: 0 }),
    yes: flag("with --empty: do it"),
    outputDir: text("dir", "a place in the workspace", { default: "outputs" }),
  },
  examples: ["checkpoints restore --list", "checkpoints restore 20260301_120000-prune-checkpoints-4f3a9c outputs/a/checkpoints/epoch-01_step-000200"],
  async run({ options, arguments: { id: wanted, path }, print, world }) {
    const { findWorkspace } = await import("../../../checkpoints/index.ts");
    const { emptyTrash, listTrash, restoreTrash } = await import("../../../files/index.ts");
    const workspace = findWorkspace(options.outputDir);
    if (options.empty) {
      if (wanted !== undefined || options.list) throw usageFault("--empty takes neither an id nor --list", "tunesmith checkpoints restore");
      const { entries, freedBytes } = await emptyTrash(workspace, world.now(), { olderThanDays: options.olderThan, dryRun: !options.yes });
      await showTrash(entries, print);
      print.line(options.yes ? `Deleted for good, ${formatBytes(freedBytes)} freed.` : `${formatBytes(freedBytes)} would be freed; --yes deletes it for good.`);
      return { workspace, emptied: options.yes, freed_bytes: freedBytes, entries };
    }
    const id = wanted === "newest" ? (listTrash(workspace)[0]?.id ?? wanted) : wanted;
    if (id === undefined || options.list) {
      const entries = listTrash(workspace).filter((entry) => id === undefined || entry.id === id);
      await showTrash(entries, print);
      if (entries.length > 0) print.line(`${formatCommand("checkpoints", "restore", entries[0]!.id)} brings the newest back.`);
      return { workspace, entries };
    }
    const restored = await restoreTrash(workspace, id, path, { suffix: options.suffix });
    print.table(["restored", "to"], restored.map((entry) => [visibleText(entry.path), entry.restored_to === entry.path ? "its place" : visibleText(entry.restored_to)]));
    print.line(`${formatAmount(restored.length, "path")} restored.`);
    return { workspace, id, restored };
  },
});

async function showTrash(entries: readonly TrashEntry[], print: Print): Promise<void> {
  if (entries.length === 0) return print.line("The trash holds nothing of that.");
  print.table(["id", "path", "size", "deleted (UTC)", "why it was deleted"], entries.map(({ id, path, reason, size_bytes, trashed_at }) => [id, visibleText(path), formatBytes(size_bytes), trashed_at.slice(0, 16).replace("T", " "), visibleText(reason ?? "")]));
}
