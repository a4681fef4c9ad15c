// One step of a journal, there and back. Each first looks at the disk, so that a step half done, done or undone before a crash is recognised.
import { chmodSync, copyFileSync, linkSync, lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, renameSync, statSync, utimesSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { sha256, sha256File } from "./digest.ts";
import { journalBlocked } from "./errors.ts";
import { findDifference, observePath } from "./facts.ts";
import { journalsDirectory, trashDirectory, type JournalStep } from "./journal-plan.ts";
import { movePath, sweepMove, type Rename } from "./move.ts";
import { createFile, syncDirectory } from "./write.ts";

/** A step in its place. */
export interface PlacedStep {
  readonly workspace: string;
  readonly id: string;
  readonly index: number;
  readonly step: JournalStep;
  readonly rename?: Rename;
}

/** Does a step unless it is done. @param making is told which directories (relative to the workspace) the step needs, before they are made. @throws `files.journal_blocked` */
export function doStep(placed: PlacedStep, making: (directories: readonly string[]) => void): void {
  if (isDone(placed)) return;
  const { workspace, step } = placed;
  const { source, target } = endsOf(placed);
  const expected = "expect" in step ? step.expect : undefined;
  const difference = expected === undefined ? undefined : findDifference(source, expected);
  if (difference !== undefined) throw blocked(placed, difference);
  if (step.action === "remove_directory" && !isEmpty(source)) return;
  const missing = missingParents(workspace, target);
  if (missing.length > 0) making(missing);
  mkdirSync(dirname(target), { recursive: true });
  if (step.action === "make_directory") mkdirSync(target);
  else if (step.action === "link") linkSync(source, target);
  else if (step.action === "write") replaceFile(placed, step.text, target);
  else return movePath(source, target, placed.id, placed.rename);
  syncDirectory(dirname(target));
}

/** Takes a step back unless it is not done; `made` are the directories it had to make. @throws `files.journal_blocked` */
export function undoStep(placed: PlacedStep, made: readonly string[]): void {
  const { workspace, step } = placed;
  const { source, target } = endsOf(placed);
  if (isDone(placed)) {
    if (step.action === "make_directory") removeEmpty(target);
    else if (step.action === "link") rmSync(target);
    else if (step.action === "write") bringBackFile(placed, target);
    else if (step.action === "remove_directory" && (observePath(source) !== undefined || observePath(target) === undefined)) {
      mkdirSync(source, { recursive: true });
      removeEmpty(target);
    } else {
      mkdirSync(dirname(source), { recursive: true });
      movePath(target, source, placed.id, placed.rename);
    }
    syncDirectory(dirname(step.action === "remove_directory" ? source : target));
  }
  for (const directory of [...made].sort((a, b) => b.length - a.length)) removeEmpty(join(workspace, directory));
}

/** @throws `files.journal_blocked` when the disk shows neither the state before nor the state after the step */
function isDone(placed: PlacedStep): boolean {
  const { step, id } = placed;
  const { source, target } = endsOf(placed);
  if (step.action === "write") return isWritten(placed, step.text, target);
  if (step.action === "make_directory") return observePath(target)?.kind === "directory";
  if (step.action === "link") return isSameFile(source, target) || requireFree(placed, target);
  for (const [from, to] of [[source, target], [target, source]] as const) sweepMove(from, to, id);
  const [before, after] = [observePath(source), observePath(target)];
  if (step.action === "remove_directory") return before === undefined || after !== undefined;
  if (before === undefined && after === undefined) throw blocked(placed, "it is gone from there and from where it should go");
  if (before !== undefined && after !== undefined) throw blocked(placed, `${relative(placed.workspace, target)} is taken`);
  return before === undefined;
}

function endsOf({ workspace, id, index, step }: PlacedStep): { readonly source: string; readonly target: string } {
  if ("from" in step) return { source: join(workspace, step.from), target: join(workspace, step.to) };
  const path = join(workspace, step.path);
  if (step.action === "remove_directory") return { source: path, target: keptPath({ workspace, id, index }) };
  return { source: path, target: step.action === "trash" ? join(trashDirectory(workspace, id), step.path) : path };
}

/** The former file, or the directory that was empty, waits in the journal until the journal is deleted. */
function keptPath({ workspace, id, index }: Omit<PlacedStep, "step">): string {
  return join(journalsDirectory(workspace), id, "before", String(index));
}

function isWritten(placed: PlacedStep, text: string, path: string): boolean {
  const found = observePath(path);
  const kept = observePath(keptPath(placed)) !== undefined;
  if (found === undefined) return kept;
  if (found.kind !== "file") throw blocked(placed, `a ${found.kind} stands there, needed is a file`);
  if (placed.step.action === "write" && placed.step.expect !== undefined && !kept) return false;
  if (sha256File(path) === sha256(text)) return !(kept && isSameFile(keptPath(placed), path));
  if (placed.step.action === "write" && placed.step.expect === undefined) throw blocked(placed, "another file stands there");
  if (!kept || isSameFile(keptPath(placed), path) || sha256File(keptPath(placed)) === sha256File(path)) return false;
  throw blocked(placed, "it was changed since");
}

function replaceFile(placed: PlacedStep, text: string, path: string): void {
  const kept = keptPath(placed);
  const former = statSync(path, { throwIfNoEntry: false });
  if (former !== undefined) {
    mkdirSync(dirname(kept), { recursive: true });
    rmSync(kept, { force: true });
    keepFile(path, kept);
    syncDirectory(dirname(kept));
  }
  const file = createFile(path);
  try {
    file.write(text);
    file.commit();
  } finally {
    file.abort();
  }
  if (former !== undefined) chmodSync(path, former.mode);
}

/** A second name for the same file where the file system has them, so that the former one comes back with its time; else a copy with it. */
function keepFile(path: string, kept: string): void {
  try {
    linkSync(path, kept);
  } catch {
    const stat = statSync(path);
    const partial = `${kept}.partial`;
    copyFileSync(path, partial);
    chmodSync(partial, stat.mode);
    utimesSync(partial, stat.atimeMs / 1000, stat.mtimeMs / 1000);
    renameSync(partial, kept);
  }
}

function bringBackFile(placed: PlacedStep, path: string): void {
  const kept = keptPath(placed);
  if (observePath(kept) === undefined) rmSync(path);
  else renameSync(kept, path);
}

function isSameFile(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => lstatSync(path, { throwIfNoEntry: false, bigint: true }));
  return left !== undefined && right !== undefined && left.ino === right.ino && left.dev === right.dev;
}

function requireFree(placed: PlacedStep, target: string): false {
  if (observePath(target) !== undefined) throw blocked(placed, `${relative(placed.workspace, target)} is taken`);
  return false;
}

function missingParents(workspace: string, target: string): readonly string[] {
  const missing: string[] = [];
  for (let place = dirname(target); place !== workspace && observePath(place) === undefined; place = dirname(place)) {
    missing.push(relative(workspace, place).split("\\").join("/"));
  }
  return missing;
}

function isEmpty(directory: string): boolean {
  return observePath(directory)?.kind === "directory" && readdirSync(directory).length === 0;
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch (cause) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
  }
}

function blocked(placed: PlacedStep, reason: string): Error {
  const { step } = placed;
  const path = "from" in step ? step.from : step.path;
  return journalBlocked(placed.id, `${step.action.replace("_", " ")} ${path}`, reason);
}
