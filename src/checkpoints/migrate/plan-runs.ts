// What happens to each run directory.
import { exists } from "../../files/index.ts";
import type { RunRecord } from "../../records/index.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import type { PlaceOf } from "../catalog/run-context.ts";
import { fold } from "./moves.ts";
import type { RunAction } from "./action.ts";
import { findRunTarget, nextWords, type RunNaming } from "./run-target.ts";

const ATTEMPTS = 10_000;

interface RunPlanOptions {
  readonly naming: RunNaming;
  readonly placeOf: PlaceOf;
  /** The record of a run directory, relative to the workspace. */
  readonly recordOf: (directory: string) => RunRecord | undefined;
}

/** Runs in the order of the tree; those without a run stay. @param groups entries by run directory */
export function planRuns(workspace: string, groups: ReadonlyMap<string, readonly CatalogEntry[]>, { naming, placeOf, recordOf }: RunPlanOptions): readonly RunAction[] {
  const spoken = new Set<string>();
  return [...groups].flatMap(([from, entries]): readonly RunAction[] => {
    if (entries[0]?.run === undefined) return [];
    const record = recordOf(from);
    if (record?.status === "running") return [{ from, to: from, reason: "it is going on" }];
    const target = findRunTarget(from, entries, { placeOf, scheme: naming.scheme, record });
    if ("reason" in target) return [{ from, to: from, reason: target.reason }];
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const to = `outputs/${naming.format(nextWords(target.words, naming.scheme, attempt))}`;
      if (spoken.has(fold(to)) || exists(`${workspace}/${to}`)) continue;
      spoken.add(fold(to));
      const started = target.startedBy === "checkpoints" ? "its start is that of its first checkpoint" : "";
      return [{ from, to, reason: [started, attempt === 1 ? "" : "the first name is taken"].filter((part) => part !== "").join("; ") }];
    }
    return [{ from, to: from, reason: "no free name was found" }];
  });
}
