// What a migration writes: texts whose references follow what moves, and sidecars that keep what a new name cannot say.
import { basename, dirname, join } from "node:path";
import { exists, observePath, readSmallText, type PathFacts } from "../../files/index.ts";
import type { Catalog } from "../catalog/read.ts";
import { SIDECAR_LIMIT_BYTES } from "../sidecars.ts";
import type { FileAction, RunAction } from "./action.ts";
import { addLostWords, formatLostSidecar } from "./lost.ts";
import { isBeside, stemOf } from "./plan-files.ts";
import { findTexts, rewriteReferences } from "./references.ts";
import { renameRecord } from "./run-record.ts";
import type { RunScheme } from "./run-target.ts";
import { findTarget } from "./target.ts";

interface Remark {
  readonly path: string;
  readonly reason: string;
}

export interface PlannedTexts {
  /** New texts by their former path, with the facts of what they replace. */
  readonly replaced: ReadonlyMap<string, { readonly text: string; readonly expect: PathFacts }>;
  /** Of `replaced`, those in which a reference changes. */
  readonly rewritten: readonly string[];
  /** New files, by the path their checkpoint has before its run moves. */
  readonly created: ReadonlyMap<string, string>;
  readonly passedOver: readonly Remark[];
  readonly problems: readonly Remark[];
}

interface Around {
  readonly files: readonly FileAction[];
  readonly runs: readonly RunAction[];
  /** Of the runs that move. */
  readonly scheme: RunScheme | undefined;
  /** What goes into the trash is not looked into. */
  readonly trash: ReadonlyMap<string, string>;
  readonly target: (path: string) => string | undefined;
}

export function planTexts(catalog: Catalog, around: Around): PlannedTexts {
  const { workspace } = catalog;
  const replaced = new Map<string, { readonly text: string; readonly expect: PathFacts }>();
  const passedOver: Remark[] = [];
  const problems: Remark[] = [];
  const root = catalog.root === workspace ? "" : catalog.root.slice(workspace.length + 1).replaceAll("\\", "/");
  const runDirectories = [...new Set(catalog.entries.flatMap(({ run }) => (run === undefined ? [] : [run.directory])))].sort((a, b) => b.length - a.length);
  const moved = new Map(around.runs.filter(({ from, to }) => from !== to).map(({ from, to }) => [`${from}/run.json`, { from, to }]));
  for (const path of new Set([root, ...runDirectories.filter((run) => run !== ".")].flatMap((directory) => findTexts(workspace, directory)))) {
    if (around.trash.has(path)) continue;
    const expect = observePath(join(workspace, path));
    if (expect === undefined) continue;
    const read = readSmallText(join(workspace, path), SIDECAR_LIMIT_BYTES);
    if ("refused" in read) {
      if (read.tooLarge === true) passedOver.push({ path, reason: read.refused });
      else problems.push({ path, reason: `it may mention a path that moves, and cannot be read: ${read.refused}` });
      continue;
    }
    const run = runDirectories.find((directory) => path.startsWith(`${directory}/`));
    const led = rewriteReferences(read.text, { workspace, root, path, run, target: around.target });
    const move = moved.get(path);
    const text = move === undefined || around.scheme === undefined ? led : renameRecord(led, move.from, move.to, around.scheme);
    if (text === read.text) continue;
    if (read.text.includes("\uFFFD")) problems.push({ path, reason: "it mentions a path that moves, and is no UTF-8 text: it was left as it is" });
    else replaced.set(path, { text, expect });
  }
  const rewritten = [...replaced.keys()];
  const created = new Map<string, string>();
  for (const action of around.files) {
    const problem = keepLostWords(workspace, action, replaced, created);
    if (problem !== undefined) problems.push({ path: action.from, reason: problem });
  }
  return { replaced, rewritten, created, passedOver, problems };
}

/** Into the sidecar that is there, else into a new one. @returns why it could not be done */
function keepLostWords(workspace: string, { entry, from, to }: FileAction, replaced: Map<string, { readonly text: string; readonly expect: PathFacts }>, created: Map<string, string>): string | undefined {
  const target = from === to ? undefined : findTarget(entry);
  if (target === undefined || target.action === "skip" || target.lost === undefined) return undefined;
  const beside = entry.sidecars.find((name) => name.endsWith(".metadata.json") && isBeside(entry, name));
  const path = beside === undefined ? undefined : `${dirname(from)}/${beside}`;
  const expect = path === undefined ? undefined : observePath(join(workspace, path));
  const read = path === undefined ? undefined : readSmallText(join(workspace, path), SIDECAR_LIMIT_BYTES);
  const added = read === undefined || "refused" in read ? undefined : addLostWords(replaced.get(path!)?.text ?? read.text, target.lost);
  if (added !== undefined && expect !== undefined) {
    replaced.set(path!, { text: added, expect });
    return undefined;
  }
  const isDirectory = entry.format === "adapter" || entry.format === "model" || entry.format === "directory";
  const place = isDirectory ? `${to}/migrated_from.json` : freeSidecar(workspace, to, created);
  if (place === undefined) return "what its name says cannot be kept: both sidecars are there and cannot be read";
  created.set(place, formatLostSidecar(target.lost, entry, basename(to)));
  return undefined;
}

function freeSidecar(workspace: string, to: string, created: ReadonlyMap<string, string>): string | undefined {
  const stem = `${dirname(to)}/${stemOf(to)}`;
  return [`${stem}.metadata.json`, `${to}.metadata.json`].find((path) => !exists(join(workspace, path)) && !created.has(path));
}
