// Marks for runs whose run.json our own code wrote after they were indexed: one small file each in `.tunesmith/index/changed`, named after
// the run, so that a mark is made twice without harm. The builder renames a mark before it reads the run and deletes it when the index stands:
// a change while it reads makes a new mark, and a builder that dies leaves the renamed one, which counts as much.
import { dirname, join, relative, resolve, sep } from "node:path";
import { exists, readSmallText, remove, rename, scanDirectory, sha256, writeFileAtomic } from "../../files/index.ts";

const CHANGED = join(".tunesmith", "index", "changed");
const HIGHEST = 5;

/** Marks a run whose record was just written. Without an index above it there is nothing to mark, and a tree that cannot be written has none. */
export function markRunChanged(runDirectory: string): void {
  const place = resolve(runDirectory);
  let workspace = dirname(place);
  for (let level = 0; level < HIGHEST; level += 1, workspace = dirname(workspace)) {
    const folder = join(workspace, CHANGED);
    if (!exists(folder)) continue;
    const path = relative(workspace, place).split(sep).join("/");
    const mark = join(folder, sha256(path).slice(0, 24));
    if (!exists(mark)) writeFileAtomic(mark, path);
    return;
  }
}

/** A mark as it lies there. `directory` is relative to the workspace. */
export interface ChangeMark {
  readonly file: string;
  readonly workspace: string;
  readonly directory: string;
}

/** All marks of a workspace; none where there is no index. */
export function readChangeMarks(workspace: string): readonly ChangeMark[] {
  const folder = join(workspace, CHANGED);
  const entries = scanDirectory(folder);
  if ("refused" in entries) return [];
  return entries.flatMap(({ name }) => {
    if (name.startsWith(".")) return [];
    const content = readSmallText(join(folder, name), 8192);
    return "text" in content ? [{ file: join(folder, name), workspace, directory: content.text }] : [];
  });
}

/** Takes the marks for a builder: from now on a change makes a new mark. */
export function takeChangeMarks(workspace: string, pid: number): readonly ChangeMark[] {
  return readChangeMarks(workspace).map((mark) => {
    if (mark.file.endsWith(".taken")) return mark;
    const taken = { ...mark, file: `${mark.file}.${pid}.taken` };
    rename(mark.file, taken.file);
    return taken;
  });
}

export function dropChangeMarks(marks: readonly ChangeMark[]): void {
  for (const { file } of marks) remove(file);
}

/** The folder whose presence asks for marks. */
export function changedFolder(workspace: string): string {
  return join(workspace, CHANGED);
}
