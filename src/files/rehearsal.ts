// Plays a plan through on paper: every step is checked against the tree as the steps before it will have left it. Touches nothing.
import { statSync } from "node:fs";
import { dirname, isAbsolute, join, normalize } from "node:path";
import { findDifference, observePath } from "./facts.ts";
import type { JournalStep } from "./journal-plan.ts";

/** What a rehearsal found. */
export interface Rehearsal {
  /** Why the plan cannot be carried out, one sentence a step; empty when it can. */
  readonly problems: readonly string[];
  /** Directories whose time will change, as they are now. */
  readonly directories: readonly { readonly path: string; readonly modified_ms: number }[];
}

/** Where a path of the tree to come stands now; `new` for what a step makes, `gone` for what a step takes away. */
type Origin = { readonly at: string } | "new" | "gone";

/** @returns the problems of a plan, in its order */
export function rehearse(workspace: string, steps: readonly JournalStep[]): Rehearsal {
  const origins = new Map<string, Origin>();
  const touched = new Set<string>();
  const problems: string[] = [];
  for (const [index, step] of steps.entries()) {
    const problem = findBadPath(step) ?? findProblem(workspace, origins, step);
    if (problem !== undefined) problems.push(`step ${index + 1}: ${problem}`);
    else {
      for (const path of pathsOf(step)) noteParent(workspace, origins, touched, path);
      take(origins, step);
      const target = step.action === "trash" || step.action === "remove_directory" ? undefined : pathsOf(step).at(-1);
      for (let parent = dirname(target ?? "."); parent !== "." && !stands(workspace, origins, parent); parent = dirname(parent)) origins.set(parent, "new");
    }
  }
  const directories = [...touched].sort().map((path) => ({ path, modified_ms: statSync(join(workspace, path)).mtimeMs }));
  return { problems, directories };
}

/** The paths a step reads or writes, source first. */
export function pathsOf(step: JournalStep): readonly string[] {
  return "from" in step ? [step.from, step.to] : [step.path];
}

function findBadPath(step: JournalStep): string | undefined {
  for (const path of pathsOf(step)) {
    const plain = path !== "" && path !== "." && !isAbsolute(path) && normalize(path).split("\\").join("/") === path && path !== ".." && !path.startsWith("../") && !path.endsWith("/");
    if (!plain) return `${JSON.stringify(path)} is not a plain path inside the workspace`;
    if (/^\.tunesmith\/(journal|trash)(\/|$)/.test(path)) return `${path} belongs to the journal itself`;
  }
  return undefined;
}

function findProblem(workspace: string, origins: ReadonlyMap<string, Origin>, step: JournalStep): string | undefined {
  const standing = (path: string) => stands(workspace, origins, path);
  const [source, target] = "from" in step ? [step.from, step.to] : step.action === "make_directory" ? [undefined, step.path] : [step.path, undefined];
  if (target !== undefined && standing(target)) return `${target} is taken`;
  const file = findFileAbove(workspace, origins, target ?? source ?? ".");
  if (file !== undefined) return `${file} is a file, needed is a directory`;
  if (source === undefined) return undefined;
  const created = step.action === "write" && step.expect === undefined;
  if (!standing(source)) return created ? undefined : `${source} is gone`;
  if (created) return `${source} is taken`;
  if (step.action === "rename" && `${step.to}/`.startsWith(`${step.from}/`)) return `${step.from} cannot be moved into itself`;
  const origin = originOf(origins, source);
  if (typeof origin === "string") return undefined;
  const expected = "expect" in step ? step.expect : undefined;
  const difference = expected === undefined ? undefined : findDifference(join(workspace, origin.at), expected);
  return difference === undefined ? undefined : `${source}: ${difference}`;
}

function findFileAbove(workspace: string, origins: ReadonlyMap<string, Origin>, path: string): string | undefined {
  for (let parent = dirname(path); parent !== "."; parent = dirname(parent)) {
    const origin = originOf(origins, parent);
    const kind = typeof origin === "string" ? undefined : observePath(join(workspace, origin.at))?.kind;
    if (kind === "file" || kind === "other") return parent;
  }
  return undefined;
}

function stands(workspace: string, origins: ReadonlyMap<string, Origin>, path: string): boolean {
  const origin = originOf(origins, path);
  return typeof origin === "string" ? origin === "new" : observePath(join(workspace, origin.at)) !== undefined;
}

function take(origins: Map<string, Origin>, step: JournalStep): void {
  if (step.action === "rename") {
    const origin = originOf(origins, step.from);
    for (const [path, below] of origins) {
      if (!path.startsWith(`${step.from}/`)) continue;
      origins.delete(path);
      origins.set(step.to + path.slice(step.from.length), below);
    }
    origins.set(step.from, "gone");
    origins.set(step.to, origin);
  } else if (step.action === "trash" || step.action === "remove_directory") {
    for (const path of origins.keys()) if (path.startsWith(`${step.path}/`)) origins.delete(path);
    origins.set(step.path, "gone");
  } else origins.set(step.action === "link" ? step.to : step.path, "new");
}

/** The nearest ancestor that a step moved, made or took decides. */
function originOf(origins: ReadonlyMap<string, Origin>, path: string): Origin {
  for (let place = path; place !== "."; place = dirname(place)) {
    const origin = origins.get(place);
    if (origin === undefined) continue;
    if (place === path || origin === "gone") return origin;
    return origin === "new" ? "gone" : { at: origin.at + path.slice(place.length) };
  }
  return { at: path };
}

/** The nearest parent that stands already, by its present name. */
function noteParent(workspace: string, origins: ReadonlyMap<string, Origin>, touched: Set<string>, path: string): void {
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    const origin = originOf(origins, parent);
    if (typeof origin !== "string" && observePath(join(workspace, origin.at))?.kind === "directory") {
      touched.add(origin.at);
      return;
    }
    if (parent === ".") return;
  }
}
