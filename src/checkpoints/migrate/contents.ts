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

/** SHA-256 of the files of all checkpoints in a directory, or of the one that it is, by their path in it. */
export function digestContents(directory: string, { workspace, entries, apart, limitBytes }: Carried): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    if (path !== directory && apart.has(path)) return;
    const facts = observePath(join(workspace, path));
    if (facts?.kind === "file" && (facts.size_bytes ?? 0) <= limitBytes) found[path.slice(directory.length + 1)] = sha256File(join(workspace, path));
    if (facts?.kind !== "directory") return;
    const inside = scanDirectory(join(workspace, path));
    if (!("refused" in inside)) for (const { name } of inside) visit(`${path}/${name}`);
  };
  for (const { path } of entries) {
    const reached = path === directory || (path.startsWith(`${directory}/`) && !leadsThrough(path, directory, apart));
    if (reached) visit(path);
  }
  return found;
}

function leadsThrough(path: string, directory: string, apart: ReadonlySet<string>): boolean {
  for (let end = path.indexOf("/", directory.length + 1); end !== -1; end = path.indexOf("/", end + 1)) if (apart.has(path.slice(0, end))) return true;
  return false;
}
