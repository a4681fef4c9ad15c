// Retention as a plan: decided by one function, carried out by another. Only steps whose name we can read are ever deleted.
import { join } from "node:path";
import { listDirectory, remove, statFile, walk } from "../files/index.ts";
import { checkpointsDirectory } from "./find.ts";
import { parseCheckpointName } from "./names.ts";

export interface PrunePlan {
  readonly checkpointsDir: string;
  readonly keep: readonly { readonly name: string; readonly reason: string }[];
  readonly remove: readonly { readonly name: string; readonly reason: string; readonly sizeBytes: number }[];
}

export interface PruneOptions {
  /** How many of the newest steps stay; >= 0. */
  readonly keepNewest: number;
  /** Names that stay whatever their age. */
  readonly pinned?: ReadonlySet<string>;
}

/** Decides what would be deleted, and why each of the others stays. Touches nothing. @throws RangeError for a negative count */
export function planPrune(place: string, options: PruneOptions): PrunePlan {
  const { keepNewest, pinned = new Set<string>() } = options;
  if (!Number.isInteger(keepNewest) || keepNewest < 0) throw new RangeError(`Cannot plan retention: keepNewest must be a whole number >= 0, current value is ${keepNewest}`);
  const checkpointsDir = checkpointsDirectory(place);
  if (checkpointsDir === undefined) return { checkpointsDir: place, keep: [], remove: [] };
  const names = listDirectory(checkpointsDir).directories.filter((name) => !name.startsWith("."));
  const newest = new Set(
    names
      .map((name) => ({ name, parsed: parseCheckpointName(name) }))
      .filter(({ parsed }) => parsed?.kind === "step")
      .sort((a, b) => stepOf(b.parsed) - stepOf(a.parsed))
      .slice(0, keepNewest)
      .map(({ name }) => name),
  );
  const judged = names.map((name) => ({ name, reason: reasonToKeep(name, newest, pinned, keepNewest) }));
  return {
    checkpointsDir,
    keep: judged.flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }])),
    remove: judged.filter(({ reason }) => reason === undefined).map(({ name }) => ({ name, reason: `older than the newest ${keepNewest}`, sizeBytes: treeBytes(join(checkpointsDir, name)) })),
  };
}

/** Deletes what the plan names. @returns bytes freed */
export function applyPrune(plan: PrunePlan): number {
  for (const { name } of plan.remove) remove(join(plan.checkpointsDir, name));
  return plan.remove.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function reasonToKeep(name: string, newest: ReadonlySet<string>, pinned: ReadonlySet<string>, keepNewest: number): string | undefined {
  const parsed = parseCheckpointName(name);
  if (parsed === undefined) return "its name is not one of ours";
  if (parsed.kind !== "step") return parsed.kind;
  if (pinned.has(name)) return "pinned";
  return newest.has(name) ? `among the newest ${keepNewest}` : undefined;
}

function stepOf(parsed: ReturnType<typeof parseCheckpointName>): number {
  return parsed?.kind === "step" ? parsed.step : -1;
}

function treeBytes(directory: string): number {
  let bytes = 0;
  for (const file of walk(directory)) bytes += statFile(join(directory, file)).sizeBytes;
  return bytes;
}
