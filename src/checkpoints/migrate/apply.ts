// Carrying a migration out, finishing one that was interrupted, taking one back.
import { join } from "node:path";
import { findDifference, listJournals, resumeJournal, runJournal, undoJournal, type Journal, type JournalOptions, type JournalStep } from "../../files/index.ts";
import { migrationUnverified, noMigration } from "./errors.ts";
import { createFollow } from "./moves.ts";
import type { MigrationPlan } from "./plan.ts";

const PURPOSE = "migrate checkpoints";

/**
 * Carries a plan out and verifies what moved: size and time, and the digests that the plan recorded.
 * @returns the journal, undefined when there was nothing to do
 * @throws `files.journal_open` when an earlier plan is unfinished, `files.plan_stale`, `checkpoints.migration_unverified`
 */
export async function applyMigration(plan: MigrationPlan, now: Date, options: JournalOptions = {}): Promise<Journal | undefined> {
  if (plan.steps.length === 0) return undefined;
  const journal = await runJournal(plan.workspace, { purpose: PURPOSE, steps: plan.steps }, now, options);
  requireVerified(plan.workspace, journal);
  return journal;
}

/** Finishes the migration that was interrupted. @throws `files.journal_missing`, `files.journal_blocked`, `checkpoints.migration_unverified` */
export async function resumeMigration(workspace: string, id?: string, options: JournalOptions = {}): Promise<Journal> {
  const journal = await resumeJournal(workspace, id ?? findMigration(workspace, "open").id, options);
  requireVerified(workspace, journal);
  return journal;
}

/** Brings back the exact former tree. Default: of the interrupted migration, else of the newest. @throws `checkpoints.no_migration`, `files.journal_blocked` */
export async function undoMigration(workspace: string, id?: string, options: JournalOptions = {}): Promise<Journal> {
  return undoJournal(workspace, id ?? findMigration(workspace, "open", "finished").id, options);
}

/** The migration that was interrupted in this workspace, if any. */
export function findOpenMigration(workspace: string): Journal | undefined {
  return listJournals(workspace).find(({ purpose, state }) => purpose === PURPOSE && state === "open");
}

function findMigration(workspace: string, ...states: readonly Journal["state"][]): Journal {
  const all = listJournals(workspace).filter(({ purpose }) => purpose === PURPOSE);
  const found = states.map((wanted) => all.find(({ state }) => state === wanted)).find((journal) => journal !== undefined);
  if (found === undefined) throw noMigration(workspace);
  return found;
}

function requireVerified(workspace: string, { id, steps }: Journal): void {
  const carriers = steps.filter(carries);
  const follow = createFollow(carriers);
  let carried = 0;
  const wrong = steps.flatMap((step) => {
    if (carries(step)) carried += 1;
    if (step.action !== "rename" || step.expect === undefined) return [];
    const place = follow(step.to, carried);
    return findDifference(join(workspace, place), step.expect) === undefined ? [] : [place];
  });
  if (wrong.length > 0) throw migrationUnverified(id, wrong);
}

/** A move that can carry along what an earlier one brought: of a directory, and the second half of a circle. */
function carries(step: JournalStep): step is Extract<JournalStep, { readonly action: "rename" }> {
  return step.action === "rename" && (step.expect?.kind === "directory" || step.from.endsWith(".migrating"));
}
