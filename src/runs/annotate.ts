// What a person adds to a run after the fact: tags, notes, and whether it is still to be listed. The history stays as written.
import { withLock } from "../files/index.ts";
import type { RunRecord } from "../records/index.ts";
import { dropAnnotations, writeAnnotations } from "./annotations.ts";
import { runStillRunning, tagInvalid } from "./errors.ts";
import { withRunLock } from "./lock.ts";
import { readRun, readRunRecord } from "./read.ts";
import { historyLockPath } from "./workspace.ts";
import { writeRunRecord } from "./write.ts";

type Annotation = Pick<RunRecord, "tags" | "notes" | "archived_at">;

interface AnnotateOptions {
  /** The history whose lock is held meanwhile: a run that ends takes the same one. */
  readonly historyPath: string;
}

/** Adds and removes tags; the order of those that stay is kept. @throws `runs.tag_invalid` */
export function tagRun(directory: string, change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }, options: AnnotateOptions): Promise<RunRecord> {
  const { add = [], remove = [] } = change;
  for (const tag of add) if (!/^[\p{L}\p{N}][\p{L}\p{N}._/:-]{0,63}$/u.test(tag)) throw tagInvalid(tag);
  return annotate(directory, "tag", options, ({ tags }) => ({ tags: [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag)) }));
}

/** Appends a note as a line of its own. */
export function noteRun(directory: string, note: string, options: AnnotateOptions): Promise<RunRecord> {
  return annotate(directory, "note", options, ({ notes }) => ({ notes: notes === "" ? note : `${notes}\n${note}` }));
}

/** Puts a run out of sight of listings, or back. Nothing is moved or deleted. @throws `runs.still_running` */
export function archiveRun(directory: string, archivedAt: Date | null, options: AnnotateOptions): Promise<RunRecord> {
  return annotate(directory, "archive", options, (record) => ({ archived_at: archivedAt === null ? null : (record.archived_at ?? archivedAt.toISOString()) }));
}

/** The process of a running run writes its record from memory: what may be said of it then goes into a file beside it. */
function annotate(directory: string, action: "tag" | "note" | "archive", { historyPath }: AnnotateOptions, change: (record: RunRecord) => Partial<Annotation>): Promise<RunRecord> {
  return withLock(historyLockPath(historyPath), () =>
    withRunLock(directory, () => {
      const { record: seen } = readRun(directory);
      if (seen.status === "running" && action === "archive") throw runStillRunning(seen.name, action);
      const record = readRunRecord(directory);
      const next = { ...record, ...change(record) };
      if (seen.status === "running") writeAnnotations(directory, next);
      else {
        writeRunRecord(directory, next);
        dropAnnotations(directory);
      }
      return next;
    }),
  );
}
