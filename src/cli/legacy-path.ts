import { formatPath } from "./format.ts";
import type { Print } from "./print.ts";

const warned = new WeakSet<Print>();

/** A path that a migration moved, as it is now, with one warning in a process; every other text as it was given. Reads one small file. */
export async function fromLegacyPath(path: string, print: Print): Promise<string> {
  const [{ exists }, { findWorkspace, resolveLegacyPath }] = await Promise.all([import("../files/index.ts"), import("../checkpoints/index.ts")]);
  if (path === "" || exists(path)) return path;
  const workspaces = new Set([findWorkspace(path), process.cwd()]);
  for (const workspace of workspaces) {
    const place = resolveLegacyPath(path, workspace);
    if (place === undefined) continue;
    const found = formatPath(place);
    if (!warned.has(print)) print.warn(`Deprecated: ${path} was moved by a migration to ${found}; use the new path.`);
    warned.add(print);
    return found;
  }
  return path;
}
