import { dirname, resolve } from "node:path";
import type { CatalogEntry, Fact } from "../../../checkpoints/index.ts";
import { defineCommand } from "../../command.ts";
import { checkpointAmbiguous, checkpointUnknown } from "../../errors.ts";
import { formatBytes } from "../../format.ts";
import { required, text } from "../../options.ts";
import type { Print } from "../../print.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith checkpoints show` */
export const checkpointsShow = defineCommand({
  name: "checkpoints show",
  summary: "Show what is known of one checkpoint, and who said it",
  arguments: { checkpoint: required(text("checkpoint", "path, end of a path, name or id")) },
  options: { outputDir: text("dir", "where to look for a name or an id", { default: "outputs" }) },
  examples: ["checkpoints show outputs/receipts/checkpoints/best-hmean-0.8920.ckpt", "checkpoints show receipts/checkpoints/last.ckpt --json"],
  async run({ options, arguments: { checkpoint: wanted }, print }) {
    const { formatEntry, toEntryDocument } = await import("../../../checkpoints/index.ts");
    const entry = await findEntry(await fromLegacyPath(wanted, print), options.outputDir, print);
    print.line(print.paint.bold(formatEntry(entry)));
    const lines: readonly (readonly [string, string])[] = [
      ["path", entry.path],
      ["kind", `${entry.kind}${entry.rankUnknown ? ", how good nobody says" : ""}`],
      ["format", `${entry.format}, ${formatBytes(entry.sizeBytes)}`],
      ...(entry.packed === true ? [["packed", "in the archive of its run"] as const] : []),
      ["run", entry.run === undefined ? "none" : `${entry.run.name} (${entry.run.directory})${entry.run.failed ? ", failed" : ""}`],
      ...Object.entries(entry.facts).map(([name, fact]) => [wordsOf(name), told(fact)] as const),
      ...Object.entries(entry.metrics).map(([name, fact]) => [name, told(fact)] as const),
      ["sidecars", entry.sidecars.join(", ") || "none"],
    ];
    const width = Math.max(...lines.map(([name]) => name.length));
    for (const [name, value] of lines) print.line(`  ${visibleText(name).padEnd(width)}  ${visibleText(value)}`);
    for (const { type, file, message } of entry.problems) print.warn(visibleText(`${type}: ${file}: ${message}`));
    return toEntryDocument(entry);
  },
});

/** A path that exists is looked at where it stands; anything else is looked for in the catalog. */
async function findEntry(wanted: string, outputDir: string, print: Print): Promise<CatalogEntry> {
  const { exists, isDirectory } = await import("../../../files/index.ts");
  const { openCatalog } = await import("../../ledger.ts");
  if (exists(wanted)) {
    const path = resolve(wanted);
    const { entries, workspace } = openCatalog(isDirectory(path) ? path : dirname(path), print, { index: "off" });
    const found = entries.find((entry) => resolve(workspace, entry.path) === path);
    if (found !== undefined) return found;
    throw checkpointUnknown(wanted, wanted);
  }
  const { entries } = openCatalog(outputDir, print, { packed: true });
  const found = entries.filter(({ path, name, facts }) => path === wanted || facts.id?.value === wanted || path.endsWith(`/${wanted}`) || name === wanted);
  if (found.length === 0) throw checkpointUnknown(wanted, outputDir);
  if (found.length > 1) throw checkpointAmbiguous(wanted, found.map(({ path }) => path));
  return found[0]!;
}

function told({ value, source, low }: Fact): string {
  return `${value} (${low === true ? "a guess from the " : ""}${source})`;
}

function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
