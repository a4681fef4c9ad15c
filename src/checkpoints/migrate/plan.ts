// A migration as a value: what happens to each checkpoint and each run, why, and the steps that bring it about. Touches nothing.
import type { JournalStep } from "../../files/index.ts";
import type { Catalog } from "../catalog/read.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import type { FileAction, FileOutcome, MigrationOptions, RunAction } from "./action.ts";
import { planFiles } from "./plan-files.ts";
import { planRuns } from "./plan-runs.ts";
import { judgeRun, type RetentionOptions, type Verdict } from "./retention.ts";
import { planSteps } from "./steps.ts";

export interface MigrationCounters {
  readonly total: number;
  readonly renamed: number;
  /** Run directories. */
  readonly moved: number;
  readonly deleted: number;
  readonly skipped: number;
  readonly kept_back: number;
  readonly errors: number;
}

export interface MigrationPlan {
  readonly workspace: string;
  readonly files: readonly FileAction[];
  readonly runs: readonly RunAction[];
  /** `total` = renamed + deleted + skipped + kept back. */
  readonly counters: MigrationCounters;
  /** Checkpoints that the rule names, whether or not it was asked to delete. */
  readonly candidates: number;
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
  /** Texts whose references are rewritten. */
  readonly rewritten: readonly string[];
  readonly steps: readonly JournalStep[];
}

/** Plans the migration of a cataloged tree. Reads sidecars and configurations; the digests of small checkpoints, of all with `verify`. */
export function planMigration(catalog: Catalog, options: MigrationOptions): MigrationPlan {
  const retention: RetentionOptions = { keepMinEpoch: options.keepMinEpoch ?? 10, keepTop: options.keepTop ?? 3, pinned: options.pinned ?? (() => undefined) };
  const groups = groupByRun(catalog.entries);
  const verdicts = new Map<CatalogEntry, Verdict>([...groups.values()].flatMap((entries) => [...judgeRun(entries, retention)]));
  const files = planFiles(catalog, options.deleteOld === true ? verdicts : new Map());
  const runs = options.runs === undefined ? [] : planRuns(catalog.workspace, groups, options.placeOf, options.runs);
  const { steps, rewritten, problems } = planSteps(catalog, files, runs, options);
  const count = (outcome: FileOutcome) => files.filter((file) => file.outcome === outcome).length;
  const faults = [...catalog.refused.map(({ path, reason }) => ({ path: path === "" ? catalog.root : path, reason })), ...problems];
  return {
    workspace: catalog.workspace,
    files,
    runs,
    counters: {
      total: files.length,
      renamed: count("rename"),
      moved: runs.filter(({ from, to }) => from !== to).length,
      deleted: count("delete"),
      skipped: count("skip"),
      kept_back: count("keep_back"),
      errors: faults.length,
    },
    candidates: [...verdicts.values()].length,
    problems: faults,
    rewritten,
    steps,
  };
}

function groupByRun(entries: readonly CatalogEntry[]): ReadonlyMap<string, readonly CatalogEntry[]> {
  const groups = new Map<string, CatalogEntry[]>();
  for (const entry of entries) {
    const key = entry.run?.directory ?? entry.path.slice(0, Math.max(0, entry.path.lastIndexOf("/")));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}
