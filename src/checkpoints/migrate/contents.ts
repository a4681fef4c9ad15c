// Digests of weights that a directory carries along when it moves, so that they can be compared afterwards.
import { join } from "node:path";
import { observePath, scanDirectory, sha256File } from "../../files/index.ts";
import type { CatalogEntry } from "../catalog/entry.ts";

interface Carried {
  readonly workspace: string;
  readonly entries: readonly CatalogEntry[];
  /** Paths that are dealt with by steps of their own: they moved before, are rewritten, or go into the trash. */
  readonly apart: ReadonlySet<string>;
  /** Larger files are not read. */
  readonly limitBytes: number;
}

/** What gives, for a directory, the SHA-256 of the files of all checkpoints in it, or of the one that it is, by their path in it. */
export function createContents({ workspace, entries, apart, limitBytes }: Carried): (directory: string) => Readonly<Record<string, string>> {
  const carriedBy = groupByDirectory(entries, apart);
  return (directory) => {
    const found: Record<string, string> = {};
    const visit = (path: string): void => {
      if (path !== directory && apart.has(path)) return;
      const facts = observePath(join(workspace, path));
      if (facts?.kind === "file" && (facts.size_bytes ?? 0) <= limitBytes) found[path.slice(directory.length + 1)] = sha256File(join(workspace, path));
      if (facts?.kind !== "directory") return;
      const inside = scanDirectory(join(workspace, path));
      if (!("refused" in inside)) for (const { name } of inside) visit(`${path}/${name}`);
    };
    for (const path of carriedBy.get(directory) ?? []) visit(path);
    return found;
  };
}

/** Paths of checkpoints by each directory that carries them along: up to the first one that moves by itself. */
function groupByDirectory(entries: readonly CatalogEntry[], apart: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { path } of entries) {
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const directory = path.slice(0, end);
      const group = groups.get(directory);
      if (group === undefined) groups.set(directory, [path]);
      else group.push(path);
      if (apart.has(directory)) break;
    }
  }
  return groups;
}
