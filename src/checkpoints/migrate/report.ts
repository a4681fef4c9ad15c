// The report of a migration in the form of seed 002: a group for each experiment, a line for each file with action and reason, counters, notice, tip.
import { visibleText } from "../../visible.ts";
import type { FileAction } from "./action.ts";
import type { MigrationCounters, MigrationPlan } from "./plan.ts";

interface ReportOptions {
  readonly dryRun: boolean;
  readonly deleteOld: boolean;
  readonly keepMinEpoch: number;
  /** Lists what is skipped, too. */
  readonly verbose: boolean;
}

const WORDS = { rename: "rename", delete: "delete", skip: "skip", keep_back: "keep" } as const;

/** Lines for people. A group in which nothing happens is left out unless `verbose`. */
export function formatMigration(plan: MigrationPlan, options: ReportOptions): readonly string[] {
  const lines: string[] = [];
  for (const group of groupsOf(plan)) {
    const moved = plan.runs.find(({ from }) => from === group.directory);
    const shown = group.files.filter(({ outcome }) => options.verbose || outcome !== "skip");
    const moves = moved !== undefined && moved.from !== moved.to;
    if (shown.length === 0 && !moves) continue;
    lines.push(visibleText(group.directory === "" ? "(no run)" : group.directory));
    if (moves) lines.push(visibleText(`  move    → ${moved.to}${reasonOf(moved.reason)}`));
    else if (moved !== undefined && options.verbose) lines.push(visibleText(`  stay   ${reasonOf(moved.reason)}`));
    const unknown = options.deleteOld && plan.bestUnknown.includes(group.directory);
    if (unknown) lines.push("  remark  no metric is recorded for its steps: nobody knows the best of them");
    for (const file of shown) lines.push(visibleText(`  ${WORDS[file.outcome].padEnd(6)}  ${describeMove(file, group.directory)}${reasonOf(file.reason)}`));
    lines.push("");
  }
  for (const { path, reason } of plan.problems) lines.push(visibleText(`error   ${path}: ${reason}`));
  if (plan.problems.length > 0) lines.push("");
  lines.push(formatCounters(plan.counters));
  if (plan.rewritten.length > 0) lines.push(`references rewritten in ${plan.rewritten.length} ${plan.rewritten.length === 1 ? "file" : "files"}`);
  for (const { path, reason } of plan.passedOver) lines.push(visibleText(`not looked into: ${path} (${reason})`));
  if (options.deleteOld && plan.candidates > 0) lines.push(`before epoch ${options.keepMinEpoch}: ${plan.candidates}, of which ${plan.counters.deleted} to the trash and ${plan.keptBack} kept back`);
  if (options.dryRun) lines.push("Dry run: nothing was touched.");
  if (!options.deleteOld && plan.candidates > 0) {
    const going = plan.candidates - plan.keptBack;
    lines.push(`Tip: ${plan.candidates} of these are before epoch ${options.keepMinEpoch}; --delete-old puts ${going} of them into the trash and keeps back ${plan.keptBack} (best, last, top, tagged ones and the like).`);
  }
  return lines;
}

/** `total 39  renamed 8  moved 0  deleted 28  skipped 0  kept back 3  errors 0` */
export function formatCounters({ total, renamed, moved, deleted, skipped, kept_back, errors }: MigrationCounters): string {
  return `total ${total}  renamed ${renamed}  moved ${moved}  deleted ${deleted}  skipped ${skipped}  kept back ${kept_back}  errors ${errors}`;
}

function groupsOf({ files }: MigrationPlan): readonly { readonly directory: string; readonly files: readonly FileAction[] }[] {
  const groups = new Map<string, FileAction[]>();
  for (const file of files) {
    const key = file.entry.run?.directory ?? file.from.slice(0, Math.max(0, file.from.lastIndexOf("/")));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return [...groups].map(([directory, members]) => ({ directory, files: members }));
}

function describeMove({ from, to }: FileAction, directory: string): string {
  const short = (path: string) => path.slice([`${directory}/checkpoints/`, `${directory}/`].find((start) => path.startsWith(start))?.length ?? 0);
  return from === to ? short(from) : `${short(from)} → ${short(to)}`;
}

function reasonOf(reason: string): string {
  return reason === "" ? "" : ` (${reason})`;
}
