import type { PrunePlan } from "../../../checkpoints/index.ts";
import type { Journal } from "../../../files/index.ts";
import { defineCommand, type CommandContext } from "../../command.ts";
import { metricNowhere, monitorUnknown, usageFault } from "../../errors.ts";
import { formatAmount, formatBytes, formatCommand } from "../../format.ts";
import { choice, flag, list, text, wholeNumber } from "../../options.ts";
import type { Print } from "../../print.ts";
import { visibleText } from "../../../visible.ts";

const SHOWN = 50;

const options = {
  keepBest: wholeNumber("n", "steps with the best scores to keep, in each run (default: 3 where there are scores)", { min: 0 }),
  monitor: text("metric", "decides which are best (default: what the sidecars name)"),
  mode: choice(["min", "max"], "which way it gets better (default: known by its name)"),
  keepLast: wholeNumber("n", "newest steps to keep, in each run (0: none for their age)", { default: 2, min: 0 }),
  keepEvery: wholeNumber("n", "keep multiples of so many steps, too", { default: 0, min: 0 }),
  dryRun: flag("show the plan and touch nothing"),
  all: flag("show every checkpoint of the plan"),
  resume: flag("finish a prune that was interrupted"),
  undo: flag("take the newest prune back, finished or not"),
  outputDir: text("dir", "where runs are looked up, and the tree when none is named", { default: "outputs" }),
};
const places = { places: list("place", "runs by version, id, name or path, or trees (default: outputs)") };
type Context = CommandContext<typeof options, typeof places>;

/** `tunesmith checkpoints prune` */
export const checkpointsPrune = defineCommand({
  name: "checkpoints prune",
  summary: "Move checkpoints that are neither good nor new into the trash, by a plan that says why",
  arguments: places,
  options,
  remark: "Never goes: best, last, anything of a tagged run, what its run names, what cannot be read, the only one of a run. `checkpoints restore` brings back.",
  examples: ["checkpoints prune --keep-best 3 --monitor val/hmean --keep-last 2 --dry-run", "checkpoints prune v1.2 outputs/receipts-llama_training_20260301_120000 --keep-best 1"],
  async run(context) {
    const { resume, undo } = context.options;
    if (resume && undo) throw usageFault("--resume and --undo exclude each other", "tunesmith checkpoints prune");
    return resume || undo ? goOn(context) : pruneTree(context);
  },
});

async function pruneTree({ options: wanted, arguments: { places: named }, print, world, withInterrupt }: Context): Promise<unknown> {
  const { applyPrune, monitoredScore, planPrune } = await import("../../../checkpoints/index.ts");
  const { ledger, openCatalogs } = await import("../../ledger.ts");
  const { withJournalHint } = await import("../../journal-hint.ts");
  const roots = await treesOf(named, wanted.outputDir, print);
  const catalog = openCatalogs(roots, print);
  const { keepLast, keepEvery, mode } = wanted;
  const monitors = [...new Set(catalog.entries.flatMap(({ facts }) => facts.monitor?.value ?? []))].sort();
  const monitor = wanted.monitor ?? (monitors.length === 1 ? monitors[0] : undefined);
  const scored = monitor !== undefined && catalog.entries.some((entry) => monitoredScore(entry, monitor) !== undefined);
  const keepBest = wanted.keepBest ?? (scored || wanted.monitor !== undefined ? 3 : 0);
  if (keepBest + keepLast + keepEvery === 0) throw usageFault("--keep-best, --keep-last and --keep-every are all 0, which keeps nothing", "tunesmith checkpoints prune");
  if (keepBest > 0 && catalog.entries.length > 0) {
    if (monitor === undefined) throw monitorUnknown(monitors);
    if (!scored) throw metricNowhere(monitor, [...new Set(catalog.entries.flatMap(({ metrics }) => Object.keys(metrics)))].sort());
  }
  if (wanted.keepBest === undefined && keepBest === 0 && catalog.entries.length > 0) print.note("No checkpoint has a score that decides: they are judged by age alone.");
  const policy = { keepBest: monitor === undefined ? 0 : keepBest, keepLast, keepEvery, ...(monitor !== undefined && { monitor }), ...(mode !== undefined && { mode }) };
  if (catalog.entries.length === 0) policy.keepLast = Math.max(1, keepLast);
  const plan = planPrune(catalog, { ...policy, runRecordOf: ledger.runRecordOf });
  await showPlan(plan, wanted.all, print);
  const journal = wanted.dryRun || plan.counts.deleted === 0 ? undefined : await withJournalHint(plan.workspace, wordsOf(named, wanted.outputDir), () => withInterrupt((signal) => withProgress(print, plan.counts.deleted, (onStep) => applyPrune(plan, world.now(), { signal, onStep }))));
  if (journal !== undefined) print.line(`They wait in the trash: ${formatCommand("checkpoints", "restore", journal.id)} brings them back.`);
  else if (plan.counts.deleted > 0) print.line("Dry run: nothing was touched.");
  return { root: catalog.root, roots, workspace: plan.workspace, monitor: monitor ?? null, applied: journal !== undefined, journal: journal?.id ?? null, ...plan.counts, freed_bytes: plan.freedBytes, checkpoints: plan.verdicts };
}

/** The same places again, for a command that is proposed. */
function wordsOf(named: readonly string[], outputDir: string): readonly string[] {
  return [...named, ...(outputDir === "outputs" ? [] : ["--output-dir", outputDir])];
}

/** Every place that was named, as directories; `outputs` when none was. */
async function treesOf(named: readonly string[], outputDir: string, print: Print): Promise<readonly [string, ...string[]]> {
  const { findTree } = await import("../../ledger.ts");
  const trees: string[] = [];
  for (const place of named) trees.push(await findTree(place, outputDir, print));
  const [first = outputDir, ...others] = trees;
  return [first, ...others];
}

async function goOn({ options: { resume, outputDir }, arguments: { places: named }, print, withInterrupt }: Context): Promise<unknown> {
  const { findWorkspace } = await import("../../../checkpoints/index.ts");
  const { listJournals, resumeJournal, undoJournal } = await import("../../../files/index.ts");
  const workspace = findWorkspace((await treesOf(named, outputDir, print))[0]);
  const found = listJournals(workspace).find(({ purpose, state }) => purpose === "prune checkpoints" && (resume ? state === "open" : state !== "undone"));
  const act = resume ? resumeJournal : undoJournal;
  const { withJournalHint } = await import("../../journal-hint.ts");
  const journal: Journal = await withJournalHint(workspace, wordsOf(named, outputDir), () => withInterrupt((signal) => withProgress(print, found?.total ?? 0, (onStep) => act(workspace, found?.id ?? "prune", { signal, onStep }))));
  print.line(`${journal.id} is ${journal.state}: ${formatAmount(journal.total, "step")}.`);
  return { workspace, journal: journal.id, state: journal.state, steps: journal.total };
}

async function showPlan(plan: PrunePlan, all: boolean, print: Print): Promise<void> {
  const ordered = [...plan.verdicts.filter(({ keep }) => !keep), ...plan.verdicts.filter(({ keep }) => keep)];
  const shown = all ? ordered : ordered.slice(0, SHOWN);
  if (shown.length > 0) print.table(["", "checkpoint", "why"], shown.map(({ keep, path, reason }) => [keep ? "keep" : "delete", visibleText(path), visibleText(reason)]));
  if (shown.length < ordered.length) print.line(`… and ${ordered.length - shown.length} more; --all shows every one`);
  const { total, kept, deleted } = plan.counts;
  print.line(`${formatAmount(total, "checkpoint")}: ${kept} kept, ${deleted} to delete, ${formatBytes(plan.freedBytes)} freed when the trash is emptied`);
}

async function withProgress<T>(print: Print, total: number, act: (onStep: (done: number) => void) => Promise<T>): Promise<T> {
  const progress = print.progress({ label: "moving checkpoints", total, unit: "paths" });
  try {
    return await act((done) => progress.update(Math.min(done, total)));
  } finally {
    progress.finish();
  }
}
