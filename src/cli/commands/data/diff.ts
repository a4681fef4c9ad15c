import type { DatasetDiff } from "../../../data/index.ts";
import { defineCommand } from "../../command.ts";
import { formatAmount, formatCount, formatPercent } from "../../format.ts";
import { required, text } from "../../options.ts";
import type { Print } from "../../print.ts";

const SHOWN_CHANGES = 10;
const SHOWN_NAMES = 15;

/** `tunesmith data diff` */
export const dataDiff = defineCommand({
  name: "data diff",
  summary: "Show what changed from one dataset or version to another",
  arguments: { before: required(text("dataset", "a version (d1.0, or name@d1.0) or a directory")), after: required(text("dataset", "the other")) },
  options: { dataDir: text("dir", "the folder of datasets", { default: "data/processed" }) },
  remark: "Rows are the same when all but their ids are equal. Rows that moved between splits make scores of the two incomparable.",
  examples: ["data diff d1.0 d1.1", "data diff helpdesk_dataset@d1.0 data/processed/helpdesk_dataset"],
  async run({ options: { dataDir }, arguments: { before, after }, print }) {
    const [{ diffDatasets, findDataset, openDataset }, { withRowProgress }] = await Promise.all([import("../../../data/index.ts"), import("../../dataset-view.ts")]);
    const [from, to] = [openDataset(findDataset(before, dataDir)), openDataset(findDataset(after, dataDir))];
    const { before: old, after: now, ...diff } = withRowProgress([from, to], print, (onRow) => diffDatasets(from, to, onRow));
    print.line(`${from.path}${tag(old.record.version)} → ${to.path}${tag(now.record.version)}`);
    print.line();
    if (old.record.digest === now.record.digest) print.line("The same content.");
    else show(diff, print);
    return { before: { path: from.path, version: old.record.version, digest: old.record.digest }, after: { path: to.path, version: now.record.version, digest: now.record.digest }, ...diff, shifts: diff.shifts.map(describeShift) };
  },
});

function describeShift({ of, distance, names }: DatasetDiff["shifts"][number]) {
  return { of, distance, names: names.map(({ name, before, after, shareBefore, shareAfter }) => ({ name, before, after, share_before: shareBefore, share_after: shareAfter })) };
}

function tag(version: string | null): string {
  return version === null ? "" : ` (${version})`;
}

function show({ added, removed, changed, moved, same, shifts, lengths }: Omit<DatasetDiff, "before" | "after">, print: Print): void {
  const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const row = (name: string, { counts }: DatasetDiff["added"]) => [name, formatCount(total(counts)), formatCount(counts.train), formatCount(counts.validation), formatCount(counts.test)];
  print.table(["rows", "all", "train", "validation", "test"], [row("added", added), row("removed", removed)]);
  print.line(`${formatAmount(changed.count, "row")} changed, ${formatCount(total(moved.ways))} moved to another split, ${formatCount(same)} the same`);
  for (const [way, count] of Object.entries(moved.ways)) print.line(`  ${way}  ${formatCount(count)}`);
  for (const { before, after, fields } of changed.shown.slice(0, SHOWN_CHANGES)) print.line(`  ${print.visible(before.id)}${before.id === after.id ? "" : ` → ${print.visible(after.id)}`} (${after.split}): ${fields.join(", ")}`);
  if (changed.count > SHOWN_CHANGES) print.line(`  … and ${formatCount(changed.count - SHOWN_CHANGES)} more`);
  for (const shift of shifts) showShift(shift, print);
  if (lengths.length > 0) {
    print.line();
    print.table(["words of a row", "mean before", "mean after", "change", "median before", "median after"], lengths.map(({ split, mean, median }) => [split, mean.before.toFixed(1), mean.after.toFixed(1), mean.before === 0 ? "–" : formatPercent((100 * (mean.after - mean.before)) / mean.before, 1), median.before, median.after]));
  }
  const toTrain = ["test → train", "validation → train"].filter((way) => (moved.ways[way] ?? 0) > 0);
  if (toTrain.length > 0) print.warn(`rows went ${toTrain.join(" and ")}: scores on the older split say nothing about a model trained on the newer`);
}

/** The greatest changes first, as shares of the rows. */
function showShift({ of, distance, names }: DatasetDiff["shifts"][number], print: Print): void {
  if (names.length === 0) return;
  const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
  print.line();
  print.table(
    [of, "before", "share", "after", "share", "points", ""],
    names.slice(0, SHOWN_NAMES).map(({ name, before, after, shareBefore, shareAfter }) => [print.visible(name), formatCount(before), share(shareBefore), formatCount(after), share(shareAfter), signed(100 * (shareAfter - shareBefore)), drawChange(shareAfter - shareBefore, print)]),
  );
  if (names.length > SHOWN_NAMES) print.line(`… and ${formatCount(names.length - SHOWN_NAMES)} more; --json has all of them`);
  if (distance !== null) print.line(`In all, ${share(distance)} of the ${of} shares went elsewhere.`);
}

function signed(points: number): string {
  return `${points > 0 ? "+" : ""}${points.toFixed(1)}`;
}

/** One mark for each point, at most 20: what grew to the right, what shrank to the left. */
function drawChange(change: number, { paint }: Print): string {
  const marks = Math.min(20, Math.max(1, Math.round(Math.abs(100 * change))));
  return change > 0 ? paint.green(">".repeat(marks)) : paint.red("<".repeat(marks));
}
