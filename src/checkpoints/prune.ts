// Retention carried out: on any tree into the trash with a journal, and in a training's own folder while it goes on.
import { join } from "node:path";
import { findDifference, listDirectory, observePath, remove, runJournal, treeBytes, type Journal, type JournalOptions, type JournalStep } from "../files/index.ts";
import { metricName, type RunRecord } from "../records/index.ts";
import type { CatalogEntry, CatalogProblemType } from "./catalog/entry.ts";
import { createdMs, scoreOf } from "./catalog/query.ts";
import type { Catalog } from "./catalog/read.ts";
import { checkpointsDirectory } from "./find.ts";
import { isCheckpoint, metricOf, readCheckpointMetadata } from "./metadata.ts";
import { parseCheckpointName } from "./names.ts";
import { planRetention, type RetentionCandidate, type RetentionPolicy, type RetentionVerdict } from "./retention.ts";

/** A verdict with what it would delete: the checkpoint and the sidecars that belong to it alone. */
export interface PruneVerdict extends RetentionVerdict {
  /** Relative to the workspace; the checkpoint first. */
  readonly paths: readonly string[];
}

export interface PrunePlan {
  readonly workspace: string;
  readonly verdicts: readonly PruneVerdict[];
  readonly counts: { readonly total: number; readonly kept: number; readonly deleted: number };
  /** What deleting gives back: hard links counted once, files that live on under another name not at all. */
  readonly freedBytes: number;
}

export interface PruneOptions extends RetentionPolicy {
  /** Ids, digests of weights or paths that something refers to, a release for one. Default: none. */
  readonly pinned?: ReadonlySet<string>;
  /** The record of a run directory (absolute): its tags and artifacts spare checkpoints. Default: none is known. */
  readonly runRecordOf?: (directory: string) => RunRecord | undefined;
}

/** Decides over every checkpoint of a catalog. Touches nothing. @throws RangeError */
export function planPrune(catalog: Catalog, options: PruneOptions): PrunePlan {
  const { workspace, entries } = catalog;
  const records = new Map<string, RunRecord | undefined>();
  const recordOf = (directory: string) => {
    if (!records.has(directory)) records.set(directory, options.runRecordOf?.(join(workspace, directory)));
    return records.get(directory);
  };
  const judged = planRetention(entries.map((entry) => candidateOf(entry, workspace, recordOf, options)), options);
  const keptInside = new Map(judged.filter(({ keep }) => keep).flatMap(({ path }) => parentsOf(path).map((parent) => [parent, path] as const)));
  const verdicts = judged.map((verdict, index): PruneVerdict => {
    const inside = verdict.keep ? undefined : keptInside.get(verdict.path);
    if (inside !== undefined) return { ...verdict, keep: true, reason: `holds ${inside}, which stays`, paths: [verdict.path] };
    return { ...verdict, paths: [verdict.path, ...ownSidecars(entries[index]!)] };
  });
  const leaving = outermost(verdicts);
  return {
    workspace,
    verdicts,
    counts: { total: verdicts.length, kept: verdicts.filter(({ keep }) => keep).length, deleted: verdicts.filter(({ keep }) => !keep).length },
    freedBytes: treeBytes(leaving.map(({ path }) => join(workspace, path))).freedBytes,
  };
}

/** Moves what the plan deletes into the trash of the workspace. @throws as {@link runJournal}; nothing is touched when a checkpoint changed since the plan */
export async function applyPrune(plan: PrunePlan, now: Date, options: JournalOptions = {}): Promise<Journal | undefined> {
  const steps = outermost(plan.verdicts).map(({ path, reason }): JournalStep => {
    const found = observePath(join(plan.workspace, path));
    return { action: "trash", path, reason, ...(found && { expect: found }) };
  });
  return steps.length === 0 ? undefined : runJournal(plan.workspace, { purpose: "prune checkpoints", steps }, now, options);
}

interface OwnPruneOptions extends RetentionPolicy {
  /** Names that stay whatever the policy says. */
  readonly pinned?: ReadonlySet<string>;
}

/**
 * The same policy over the checkpoints directory of a training that goes on. What it deletes is gone: it was told how many to keep.
 * @returns names of the deleted ones
 */
export function pruneOwn(place: string, options: OwnPruneOptions): readonly string[] {
  const parent = checkpointsDirectory(place);
  if (parent === undefined) return [];
  const names = listDirectory(parent).directories.filter((name) => !name.startsWith("."));
  const doomed = planRetention(names.map((name) => ownCandidate(parent, name, options)), options).filter(({ keep }) => !keep);
  for (const { path } of doomed) remove(join(parent, path));
  return doomed.map(({ path }) => path);
}

function ownCandidate(parent: string, name: string, { pinned, monitor }: OwnPruneOptions): RetentionCandidate {
  const parsed = parseCheckpointName(name);
  const spared = pinned?.has(name) === true ? "pinned" : undefined;
  const place = { path: name, run: parent, savedMs: 0, ...(spared !== undefined && { spared }) };
  if (parsed?.kind !== "step") return { ...place, kind: parsed?.kind ?? "unknown" };
  const score = monitor === undefined || !isCheckpoint(join(parent, name)) ? undefined : metricOf(readCheckpointMetadata(join(parent, name)), monitor);
  return { ...place, kind: "step", epoch: parsed.epoch, step: parsed.step, ...(score !== undefined && { score }) };
}

const UNSURE: ReadonlySet<CatalogProblemType> = new Set(["unreadable", "too_large", "syntax", "empty", "mismatch", "missing_weights"]);

/** What the retention plan has to know of an entry: the one rule of what is spared, for prune and migrate alike. @param recordOf the record of a run directory relative to the workspace */
export function candidateOf(entry: CatalogEntry, workspace: string, recordOf: (directory: string) => RunRecord | undefined, options: Pick<PruneOptions, "monitor" | "pinned">): RetentionCandidate {
  const { facts, kind, path } = entry;
  const run = entry.run?.directory ?? path.slice(0, Math.max(0, path.lastIndexOf("/")));
  const record = recordOf(run);
  const spared = reasonToSpare(entry, workspace, run, record, options.pinned);
  const score = options.monitor === undefined ? undefined : monitoredScore(entry, options.monitor);
  return {
    path,
    run,
    kind,
    savedMs: createdMs(entry),
    ...(facts.epoch && { epoch: facts.epoch.value }),
    ...(facts.step && { step: facts.step.value }),
    ...(score !== undefined && { score }),
    ...(spared !== undefined && { spared }),
    running: record?.status === "running",
  };
}

/** The value of the metric that decides: by its name, else by the bare name that sidecars give to a validation metric (`val/hmean` → `hmean`, `val/loss` → `validation_loss`); never that of another split. */
export function monitoredScore(entry: CatalogEntry, monitor: string): number | undefined {
  const exact = scoreOf(entry, monitor)?.value;
  if (exact !== undefined || !/^val(idation)?\//.test(monitor)) return exact;
  const bare = metricName(monitor);
  if (bare === "loss") return scoreOf(entry, "validation_loss")?.value;
  return Object.hasOwn(entry.metrics, bare) ? entry.metrics[bare]?.value : undefined;
}

function reasonToSpare(entry: CatalogEntry, workspace: string, run: string, record: RunRecord | undefined, pinned: ReadonlySet<string> = new Set()): string | undefined {
  const { facts, path, problems } = entry;
  if ([path, facts.id?.value, facts.weightsDigest?.value].some((name) => name !== undefined && pinned.has(name))) return "something refers to it";
  if (record !== undefined && record.tags.length > 0) return `its run is tagged ${record.tags.join(", ")}`;
  const role = Object.entries(record?.artifacts ?? {}).find(([, place]) => place === path || `${run}/${place}` === path)?.[0];
  if (role !== undefined) return `its run names it as ${role.replaceAll("_", " ")}`;
  const isNamed = entry.kind === "step" && facts.epoch !== undefined;
  const problem = problems.find(({ type, file }) => UNSURE.has(type) && !(isNamed && isOfWeights(type, file, entry)));
  if (problem !== undefined) return `not sure what it is: ${problem.message}`;
  if (observePath(join(workspace, path))?.kind === "link") return "a link";
  const split = isFileEntry(entry) && findDifference(join(workspace, path), { kind: "file", size_bytes: entry.sizeBytes }) !== undefined;
  return split ? "it is more than one file" : undefined;
}

/** Weights without bytes, or that are no weights: the name still says which step they were, and nothing can be trained on from them. */
function isOfWeights(type: CatalogProblemType, file: string, { sidecars }: CatalogEntry): boolean {
  return type === "empty" || (type === "unreadable" && !sidecars.includes(file));
}

function isFileEntry({ format, path }: CatalogEntry): boolean {
  return format !== "adapter" && format !== "model" && format !== "directory" && /\.[a-z]+$/i.test(path);
}

/** Sidecars beside a file that begin with its name; those of a directory lie inside. */
function ownSidecars(entry: CatalogEntry): readonly string[] {
  if (!isFileEntry(entry)) return [];
  const parent = entry.path.slice(0, entry.path.lastIndexOf("/") + 1);
  return entry.sidecars.filter((name) => !name.includes("/") && name.startsWith(`${entry.name}.`)).map((name) => parent + name);
}

/** Every path that goes, once: what lies inside another that goes is not named. */
function outermost(verdicts: readonly PruneVerdict[]): readonly { readonly path: string; readonly reason: string }[] {
  const going = new Map(verdicts.filter(({ keep }) => !keep).flatMap(({ paths, reason }) => paths.map((path) => [path, reason] as const)));
  return [...going].filter(([path]) => !parentsOf(path).some((parent) => going.has(parent))).map(([path, reason]) => ({ path, reason }));
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
