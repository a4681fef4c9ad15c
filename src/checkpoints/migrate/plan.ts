// A migration as a value: what happens to each checkpoint and each run, why, and the steps that bring it about. Touches nothing.
import { join } from "node:path";
import type { JournalStep } from "../../files/index.ts";
import type { RunRecord } from "../../records/index.ts";
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
  /** How many of the candidates stay all the same. */
  readonly keptBack: number;
  /** Runs of candidates of which nobody knows the best: no metric is recorded. */
  readonly bestUnknown: readonly string[];
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
  /** Texts whose references are rewritten. */
  readonly rewritten: readonly string[];
  /** Texts that are too large to be looked into: references in them stay as they are. */
  readonly passedOver: readonly { readonly path: string; readonly reason: string }[];
  readonly steps: readonly JournalStep[];
}

/** Plans the migration of a cataloged tree. Reads sidecars and configurations; the digests of small checkpoints, of all with `verify`. */
export function planMigration(catalog: Catalog, options: MigrationOptions): MigrationPlan {
  const { workspace } = catalog;
  const recordOf = createRecords(workspace, options);
  const isRunning = ({ run }: CatalogEntry) => run !== undefined && recordOf(run.directory)?.status === "running";
  const retention: RetentionOptions = { keepMinEpoch: options.keepMinEpoch ?? 10, keepTop: options.keepTop ?? 3, pinned: options.pinned ?? new Set(), recordOf };
  const groups = groupByRun(catalog.entries);
  const judged = [...groups].flatMap(([run, entries]) => (isRunning(entries[0]!) ? [] : [{ run, ...judgeRun(entries, workspace, retention) }]));
  const verdicts = spareHolders(catalog.entries, new Map(judged.flatMap((one) => [...one.verdicts])));
  const files = planFiles(catalog, options.deleteOld === true ? verdicts : new Map(), isRunning);
  const runs = options.runs === undefined ? [] : planRuns(workspace, groups, { naming: options.runs, placeOf: options.placeOf, recordOf });
  const { steps, rewritten, passedOver, problems } = planSteps(catalog, files, runs, options);
  const count = (outcome: FileOutcome) => files.filter((file) => file.outcome === outcome).length;
  const faults = [...catalog.refused.map(({ path, reason }) => ({ path: path === "" ? catalog.root : path, reason })), ...problems];
  return {
    workspace,
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
    candidates: verdicts.size,
    keptBack: [...verdicts.values()].filter(({ keptBack }) => keptBack).length,
    bestUnknown: judged.filter((one) => one.bestUnknown).map(({ run }) => run),
    problems: faults,
    rewritten,
    passedOver,
    steps,
  };
}

/** Each record is read once. */
function createRecords(workspace: string, { runRecordOf }: MigrationOptions): (directory: string) => RunRecord | undefined {
  const records = new Map<string, RunRecord | undefined>();
  return (directory) => {
    if (!records.has(directory)) records.set(directory, runRecordOf?.(join(workspace, directory)));
    return records.get(directory);
  };
}

/** A directory stays when something in it does. */
function spareHolders(entries: readonly CatalogEntry[], verdicts: ReadonlyMap<CatalogEntry, Verdict>): ReadonlyMap<CatalogEntry, Verdict> {
  const holders = new Map<string, string>();
  for (const entry of entries) {
    if (verdicts.get(entry)?.keptBack === false) continue;
    const { path } = entry;
    for (let cut = path.lastIndexOf("/"); cut > 0; cut = path.lastIndexOf("/", cut - 1)) holders.set(path.slice(0, cut), path);
  }
  return new Map(
    [...verdicts].map(([entry, verdict]) => {
      const inside = verdict.keptBack ? undefined : holders.get(entry.path);
      return [entry, inside === undefined ? verdict : { reason: `${verdict.reason}, but: it holds ${inside}, which stays`, keptBack: true }];
    }),
  );
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
