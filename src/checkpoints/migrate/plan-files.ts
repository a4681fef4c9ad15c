// What happens to each checkpoint: its new name, free of conflicts, or the trash.
import { scanDirectory } from "../../files/index.ts";
import type { Catalog } from "../catalog/read.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import { fold } from "./moves.ts";
import type { FileAction } from "./action.ts";
import type { Verdict } from "./retention.ts";
import { findTarget } from "./target.ts";

/** @param verdicts of the rule, empty when nothing is to be deleted */
export function planFiles({ entries, workspace }: Catalog, verdicts: ReadonlyMap<CatalogEntry, Verdict>, isRunning: (entry: CatalogEntry) => boolean): readonly FileAction[] {
  const taken = createTaken(workspace);
  return entries.map((entry) => {
    const verdict = verdicts.get(entry);
    const from = entry.path;
    if (isRunning(entry)) return { outcome: "skip", entry, from, to: from, reason: "its run is going on" };
    if (verdict !== undefined && !verdict.keptBack) return { outcome: "delete", entry, from, to: from, reason: verdict.reason };
    if (!from.includes("/")) return { outcome: "skip", entry, from, to: from, reason: "it is the tree itself or stands outside of any run" };
    const target = findTarget(entry);
    const kept = (reason: string): FileAction => ({ outcome: verdict === undefined ? "skip" : "keep_back", entry, from, to: from, reason: verdict?.reason ?? reason });
    if (target.action === "skip") return kept(target.reason);
    const suffixes = ["", ...entry.sidecars.filter((name) => isBeside(entry, name)).map((name) => name.slice(stemOf(from).length))];
    for (let version = 1; ; version += 1) {
      const stem = version === 1 ? target.stem : `${target.stem.replace(/_v\d+$/, "")}_v${version + (target.parsed.rank ?? 0)}`;
      const to = `${target.directory === "" ? "" : `${target.directory}/`}${stem}${target.extension}`;
      if (!taken.take([to, ...suffixes.slice(1).map((suffix) => `${target.directory}/${stem}${suffix}`)])) continue;
      const reason = [verdict?.reason, version === 1 ? undefined : `${target.stem}${target.extension} is taken`].filter((part) => part !== undefined).join("; ");
      return { outcome: verdict === undefined ? "rename" : "keep_back", entry, from, to, reason };
    }
  });
}

/** A sidecar that carries the checkpoint's own name; the others lie inside a directory and move with it. */
export function isBeside(entry: CatalogEntry, sidecar: string): boolean {
  const name = stemOf(entry.path);
  return entry.sidecars.includes(sidecar) && name !== "" && sidecar.startsWith(`${name}.`);
}

/** Name without extension. */
export function stemOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.(?:ckpt|pth\.tar|pth|pt|bin|safetensors|gguf)$/, "");
}

/** Names that stand already or are spoken for; what moves away still counts, so that no name ever means two things in one migration. */
function createTaken(workspace: string): { readonly take: (paths: readonly string[]) => boolean } {
  const spoken = new Set<string>();
  const listed = new Set<string>();
  const list = (directory: string) => {
    if (listed.has(directory)) return;
    listed.add(directory);
    const entries = scanDirectory(`${workspace}/${directory}`);
    if (!("refused" in entries)) for (const { name } of entries) spoken.add(fold(`${directory}/${name}`));
  };
  return {
    take: (paths) => {
      for (const path of paths) list(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
      if (paths.some((path) => spoken.has(fold(path)))) return false;
      for (const path of paths) spoken.add(fold(path));
      return true;
    },
  };
}
