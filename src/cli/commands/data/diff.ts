import type { DatasetDiff } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount, formatCount } from "../../format.ts";
import { required, text } from "../../options.ts";
import type { Print } from "../../print.ts";

/** `tunesmith data diff` */
export const dataDiff = defineCommand({
  name: "data diff",
  summary: "Show what changed from one dataset or version to another",
  arguments: { before: required(text("dataset", "a version (d1.0, or name@d1.0) or a directory")), after: required(text("dataset", "the other")) },
  options: { dataDir: text("dir", "the folder of datasets", { default: "data/processed" }) },
  remark: "Rows are the same when all but their ids are equal. Rows that moved between splits make scores of the two incomparable.",
  examples: ["data diff d1.0 d1.1", "data diff helpdesk_dataset@d1.0 data/processed/helpdesk_dataset"],
  async run({ options: { dataDir }, arguments: { before, after }, print }) {
    const { diffDatasets, findDataset, loadDataset } = await import("../../../data/index.ts");
    const [from, to] = [findDataset(before, dataDir), findDataset(after, dataDir)];
    const [old, now] = [loadDataset(from), loadDataset(to)];
    const diff = diffDatasets(old, now);
    print.line(`${from}${tag(old.record.version)} → ${to}${tag(now.record.version)}`);
    print.line();
    show(diff, print);
    return { before: { path: from, version: old.record.version, digest: old.record.digest }, after: { path: to, version: now.record.version, digest: now.record.digest }, ...diff };
  },
});

function tag(version: string | null): string {
  return version === null ? "" : ` (${version})`;
}

function show({ added, removed, changed, moved, same, shift, labelDistance }: DatasetDiff, print: Print): void {
  const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const row = (name: string, { counts }: DatasetDiff["added"]) => [name, formatCount(total(counts)), formatCount(counts.train), formatCount(counts.validation), formatCount(counts.test)];
  print.table(["rows", "all", "train", "validation", "test"], [row("added", added), row("removed", removed)]);
  print.line(`${formatAmount(changed.count, "row")} changed, ${formatCount(total(moved.ways))} moved to another split, ${formatCount(same)} the same`);
  for (const [way, count] of Object.entries(moved.ways)) print.line(`  ${way}  ${formatCount(count)}`);
  for (const { before, after, fields } of changed.shown.slice(0, 10)) print.line(`  ${print.visible(before.id)}${before.id === after.id ? "" : ` → ${print.visible(after.id)}`} (${after.split}): ${fields.join(", ")}`);
  if (changed.count > 10) print.line(`  … and ${changed.count - 10} more`);
  if (shift.length > 0) {
    print.line();
    print.table(["", "", "before", "after"], shift.slice(0, 30).map(({ of, name, before, after }) => [of, name, ...[before, after].map((value) => (of === "words" ? value.toFixed(1) : `${(100 * value).toFixed(1)} %`))]));
  }
  if (labelDistance !== null) print.line(`Labels moved by ${(100 * labelDistance).toFixed(1)} % of their shares.`);
  const toTrain = ["test → train", "validation → train"].filter((way) => (moved.ways[way] ?? 0) > 0);
  if (toTrain.length > 0) print.warn(`rows went ${toTrain.join(" and ")}: scores on the older split say nothing about a model trained on the newer`);
}
