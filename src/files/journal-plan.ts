// What a journal holds: the whole plan, written before anything is done, and one line for each step of the way.
import { join } from "node:path";
import { z } from "zod";
import { fileUnreadable } from "./errors.ts";
import type { PathFacts } from "./facts.ts";
import { appendLine } from "./lines.ts";
import { exists, readJson, readText } from "./read.ts";
import { writeJson } from "./write.ts";

/**
 * One thing to do. Paths are relative to the workspace, with `/`. Nothing is ever overwritten or lost: `rename`, `trash` and `link` need a free
 * target, `write` keeps the former file in the journal. Parents that are missing are made. `expect` is verified before.
 */
export type JournalStep =
  | { readonly action: "rename"; readonly from: string; readonly to: string; readonly expect?: PathFacts }
  /** Replaces a file, or creates one when `expect` is not given and nothing stands there. */
  | { readonly action: "write"; readonly path: string; readonly text: string; readonly expect?: PathFacts }
  | { readonly action: "trash"; readonly path: string; readonly reason?: string; readonly expect?: PathFacts }
  /** A hard link. */
  | { readonly action: "link"; readonly from: string; readonly to: string; readonly expect?: PathFacts }
  | { readonly action: "make_directory"; readonly path: string }
  /** Takes a directory away that is empty by then; one that is not stays. It waits in the journal, with its permissions. */
  | { readonly action: "remove_directory"; readonly path: string };

export interface JournalPlan {
  /** What it is for, as an imperative: `prune checkpoints`. Its words become part of the id. */
  readonly purpose: string;
  readonly steps: readonly JournalStep[];
}

/** Which way a journal goes. `position` steps are done; the next one (going back: the last one) may be, too. */
export interface JournalProgress {
  readonly position: number;
  readonly direction: "forward" | "undo";
  /** Directories that a step had to make, by step. */
  readonly made: ReadonlyMap<number, readonly string[]>;
}

const facts = z.object({
  kind: z.enum(["file", "directory", "link", "other"]),
  size_bytes: z.number().optional(),
  modified_ms: z.number().optional(),
  digest: z.string().optional(),
  empty: z.boolean().optional(),
  contents: z.record(z.string(), z.string()).optional(),
});
const expect = facts.optional();
const stepSchema = z.discriminatedUnion("action", [
  z.object({ action: z.literal("rename"), from: z.string(), to: z.string(), expect }),
  z.object({ action: z.literal("write"), path: z.string(), text: z.string(), expect }),
  z.object({ action: z.literal("trash"), path: z.string(), reason: z.string().optional(), expect }),
  z.object({ action: z.literal("link"), from: z.string(), to: z.string(), expect }),
  z.object({ action: z.literal("make_directory"), path: z.string() }),
  z.object({ action: z.literal("remove_directory"), path: z.string() }),
]);
const recordSchema = z.object({
  schema_version: z.literal(1),
  id: z.string(),
  purpose: z.string(),
  created_at: z.string(),
  steps: z.array(stepSchema),
  /** Directories whose time changes on the way, as they were before. */
  directories: z.array(z.object({ path: z.string(), modified_ms: z.number() })),
});
export type JournalRecord = z.infer<typeof recordSchema>;

/** `<workspace>/.tunesmith/journal`. */
export function journalsDirectory(workspace: string): string {
  return join(workspace, ".tunesmith", "journal");
}

/** `<workspace>/.tunesmith/trash/<id>`: what the journal of that id deleted, under its former path. */
export function trashDirectory(workspace: string, id: string): string {
  return join(workspace, ".tunesmith", "trash", id);
}

export function writeJournalRecord(directory: string, record: JournalRecord): void {
  writeJson(join(directory, "plan.json"), record);
}

/** @throws `files.missing`, `files.unreadable` */
export function readJournalRecord(directory: string): JournalRecord {
  const path = join(directory, "plan.json");
  const parsed = recordSchema.safeParse(readJson(path));
  if (!parsed.success) throw fileUnreadable(path, new SyntaxError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")));
  return parsed.data;
}

export function writeProgress(directory: string, line: Pick<JournalProgress, "position" | "direction"> | { readonly step: number; readonly making: readonly string[] }): void {
  appendLine(join(directory, "progress.jsonl"), JSON.stringify(line));
}

const lineSchema = z.union([
  z.object({ position: z.number().int().nonnegative(), direction: z.enum(["forward", "undo"]) }),
  z.object({ step: z.number().int().nonnegative(), making: z.array(z.string()) }),
]);

/** Where a journal stands by its last whole line; a line torn by a crash is passed over. */
export function readProgress(directory: string): JournalProgress {
  const path = join(directory, "progress.jsonl");
  const made = new Map<number, readonly string[]>();
  let at: Pick<JournalProgress, "position" | "direction"> = { position: 0, direction: "forward" };
  for (const text of exists(path) ? readText(path).split("\n") : []) {
    const line = lineSchema.safeParse(parseLine(text)).data;
    if (line === undefined) continue;
    if ("making" in line) made.set(line.step, [...new Set([...(made.get(line.step) ?? []), ...line.making])]);
    else at = line;
  }
  return { ...at, made };
}

/** Where a journal of `total` steps stands; `open` means that it was interrupted on the way there or back. */
export function stateOf({ position, direction }: JournalProgress, total: number): "open" | "finished" | "undone" {
  if (direction === "undo" && position === 0) return "undone";
  return direction === "forward" && position === total ? "finished" : "open";
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
