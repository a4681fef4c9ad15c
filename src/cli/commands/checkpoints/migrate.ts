import type { MigrationPlan } from "../../../checkpoints/index.ts";
import { defineCommand } from "../../command.ts";
import { migrationInterrupted, usageFault } from "../../errors.ts";
import { formatAmount, formatCommand } from "../../format.ts";
import { choice, flag, text, wholeNumber } from "../../options.ts";
import type { Print } from "../../print.ts";
import type { Progress } from "../../progress.ts";
import { visibleText } from "../../../visible.ts";

/** `tunesmith checkpoints migrate` */
export const checkpointsMigrate = defineCommand({
  name: "checkpoints migrate",
  summary: "Bring names of checkpoints, and of runs, of any era into one scheme",
  arguments: { first: text("dir", "the tree (default: outputs)"), second: text("id", "with --undo or --resume: which migration (default: the interrupted one, else the newest)") },
  options: {
    dryRun: flag("show the plan and touch nothing"),
    to: choice(["hierarchical", "dated"] as const, "move run directories to this scheme, too"),
    keepMinEpoch: wholeNumber("n", "checkpoints of earlier epochs are old", { default: 10, min: 0 }),
    deleteOld: flag("put old ones into the trash, except best, last, top and tagged ones"),
    keepTop: wholeNumber("n", "how many of the best of each run stay; the best one always does", { default: 3, min: 0 }),
    verify: flag("compare the digest of every checkpoint that moves, however large"),
    verbose: flag("list what is skipped, too"),
    undo: flag("bring back the exact former tree: of the newest migration, or of one by its id"),
    resume: flag("finish a migration that was interrupted"),
  },
  remark: "Old paths keep working. Ends with exit code 1 when anything could not be read or moved.",
  examples: ["checkpoints migrate --dry-run --verbose", "checkpoints migrate outputs --to hierarchical --delete-old --keep-min-epoch 10", "checkpoints migrate --undo"],
  async run({ options, arguments: places, print, world, withInterrupt, endWith }) {
    const { applyMigration, findOpenMigration, findWorkspace, formatMigration, planMigration, resumeMigration, undoMigration } = await import("../../../checkpoints/index.ts");
    const { directory, id } = readPlaces(places, options);
    const workspace = findWorkspace(directory);
    if (options.undo || options.resume) {
      const act = options.undo ? undoMigration : resumeMigration;
      const journal = await withInterrupt((signal) => withProgress(options.undo ? "undoing" : "moving", print, (onStep) => act(workspace, id, { signal, onStep })));
      print.line(`${options.undo ? "undone" : "finished"}: ${visibleText(journal.id)}, ${formatAmount(journal.total, "step")}`);
      return { id: journal.id, state: journal.state, steps: journal.total };
    }
    const open = findOpenMigration(workspace);
    if (open !== undefined && !options.dryRun) throw migrationInterrupted(open.id, open.position, open.total, formatCommand("checkpoints", "migrate", directory, "--resume"), formatCommand("checkpoints", "migrate", directory, "--undo"));
    if (open !== undefined) print.warn(`Migration ${open.id} was interrupted at step ${open.position} of ${open.total}; this plan is of the tree as it stands now.`);

    const { ledger, openCatalog } = await import("../../ledger.ts");
    const { loadRunNaming } = await import("../../run-naming.ts");
    const catalog = openCatalog(directory, print, { index: "off" });
    const now = world.now();
    const plan = planMigration(catalog, {
      placeOf: ledger.placeOf,
      deleteOld: options.deleteOld,
      keepMinEpoch: options.keepMinEpoch,
      keepTop: options.keepTop,
      verify: options.verify,
      now,
      ...(options.to !== undefined && { runs: await loadRunNaming(options.to) }),
      runRecordOf: ledger.runRecordOf,
    });
    for (const line of formatMigration(plan, options)) print.line(line);
    const journal = options.dryRun ? undefined : await withInterrupt((signal) => withProgress("moving", print, (onStep) => applyMigration(plan, now, { signal, onStep })));
    if (journal !== undefined) print.line(`${formatCommand("checkpoints", "migrate", directory, "--undo", journal.id)} brings back the former tree.`);
    if (plan.counters.errors > 0) endWith(1);
    return { workspace: plan.workspace, dry_run: options.dryRun, journal: journal?.id ?? null, counters: plan.counters, candidates: plan.candidates, candidates_kept_back: plan.keptBack, best_unknown: plan.bestUnknown, files: plan.files.map(toDocument), runs: plan.runs, rewritten: plan.rewritten, passed_over: plan.passedOver, problems: plan.problems };
  },
});

/** A line from the first step on, when there are many. */
async function withProgress<Result>(label: string, print: Print, act: (onStep: (done: number, total: number) => void) => Promise<Result>): Promise<Result> {
  let progress: Progress | undefined;
  try {
    return await act((done, total) => {
      if (total > 200) progress ??= print.progress({ label, total, unit: "steps", start: done });
      progress?.update(done);
    });
  } finally {
    progress?.finish();
  }
}

const ID = /^\d{8}_\d{6}-/;

/** `migrate --undo ID`, `migrate outputs --undo ID`: an id is told from a directory by its form. */
function readPlaces({ first, second }: { readonly first: string | undefined; readonly second: string | undefined }, { undo, resume }: { readonly undo: boolean; readonly resume: boolean }): { readonly directory: string; readonly id: string | undefined } {
  if (undo && resume) throw usageFault("--undo and --resume exclude each other", "tunesmith checkpoints migrate");
  const words = [first, second].filter((word) => word !== undefined);
  const id = undo || resume ? words.find((word) => ID.test(word)) : undefined;
  const rest = words.filter((word) => word !== id);
  if (rest.length > 1) throw usageFault(undo || resume ? `${rest[1]} is no id of a migration` : `${rest[1]} is one word too many`, "tunesmith checkpoints migrate");
  return { directory: rest[0] ?? "outputs", id };
}

function toDocument({ outcome, from, to, reason }: MigrationPlan["files"][number]): unknown {
  return { action: outcome, from, to, reason };
}
