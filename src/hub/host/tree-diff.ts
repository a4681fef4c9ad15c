import { readTree, readTreeId } from "../git/paths.ts";
import type { GitStore } from "../git/store.ts";
import type { TreeEntry } from "../git/tree.ts";

export interface Difference {
  readonly path: string;
  /** Undefined where there was none. */
  readonly before?: TreeEntry;
  readonly after?: TreeEntry;
}

/** More files than this are not compared. */
const MOST = 100_000;

/** The files in which two commits differ, in the order of their paths. Folders that are the same are not looked into. */
export function diffCommits(git: GitStore, before: string | undefined, after: string): readonly Difference[] {
  const found: Difference[] = [];
  compare(git, before === undefined ? undefined : readTreeId(git, before), readTreeId(git, after), "", found);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function compare(git: GitStore, before: string | undefined, after: string | undefined, below: string, found: Difference[]): void {
  if (before === after || found.length >= MOST) return;
  const old = new Map((before === undefined ? [] : readTree(git, before)).map((entry) => [entry.name, entry]));
  const now = new Map((after === undefined ? [] : readTree(git, after)).map((entry) => [entry.name, entry]));
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(name), now.get(name)];
    if (was?.id === is?.id && was?.mode === is?.mode) continue;
    const path = below === "" ? name : `${below}/${name}`;
    const [wasFolder, isFolder] = [was?.mode === "40000", is?.mode === "40000"];
    if (wasFolder || isFolder) compare(git, wasFolder ? was!.id : undefined, isFolder ? is!.id : undefined, path, found);
    const [file, other] = [wasFolder ? undefined : was, isFolder ? undefined : is];
    if (file !== undefined || other !== undefined) found.push({ path, ...(file === undefined ? {} : { before: file }), ...(other === undefined ? {} : { after: other }) });
  }
}
