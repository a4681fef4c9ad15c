// Where stores of one floor meet: `checkpoints` knows neither YAML nor run directories, and is handed both as functions.
import { peekCheckpoint, readCatalog, type Catalog, type CatalogOptions } from "../checkpoints/index.ts";
import { parseYaml } from "../config/index.ts";
import type { RunRecord } from "../records/index.ts";
import { isDirectory } from "../files/index.ts";
import { findRun, parseRunPlace, readRun, rowName, type RunPlace } from "../runs/index.ts";
import { placesOf, showIndexing } from "./commands/runs/places.ts";
import { runNotHere, workspacesDiffer } from "./errors.ts";
import { formatCount } from "./format.ts";
import { fromLegacyPath } from "./legacy-path.ts";
import type { Print } from "./print.ts";
import { visibleText } from "../visible.ts";

/** What the commands about checkpoints hand to `src/checkpoints`. */
export interface Ledger {
  /** Reads YAML text of any shape; bombs are refused. @throws SyntaxError */
  readonly parseYaml: (text: string) => unknown;
  /** The run a path belongs to, in every layout ever used; undefined when it belongs to none. */
  readonly placeOf: (path: string) => RunPlace | undefined;
  /** The record of a run directory, undefined when it holds none that can be used. */
  readonly runRecordOf: (directory: string) => RunRecord | undefined;
}

/** Joins the rooms; reads nothing. */
export const ledger: Ledger = { parseYaml, placeOf: parseRunPlace, runRecordOf: findRunRecord };

/** The catalog of a tree with everything joined (`packed`: with what archives hold, too), a progress line while it is made, and remarks on what could not be seen. @throws `checkpoints.tree_missing` */
export function openCatalog(root: string, print: Print, { packed = false, ...options }: Pick<CatalogOptions, "index" | "workspace"> & { readonly packed?: boolean } = {}): Catalog {
  let progress: ReturnType<Print["progress"]> | undefined;
  const catalog = readCatalog(root, {
    ...ledger,
    peek: peekCheckpoint,
    ...options,
    onProgress: (done, total) => {
      progress ??= print.progress({ label: "reading checkpoints", total, unit: "checkpoints" });
      progress.update(done);
    },
  });
  progress?.finish();
  for (const { path, reason } of catalog.refused.slice(0, 5)) print.warn(`${visibleText(path === "" ? root : path)} was left out: ${reason}`);
  if (catalog.refused.length > 5) print.warn(`${formatCount(catalog.refused.length - 5)} more directories were left out`);
  if (catalog.indexRefused !== undefined) print.note(`The index was not kept (${visibleText(catalog.indexRefused)}); the next call reads everything again.`);
  return packed ? { ...catalog, entries: [...catalog.entries, ...catalog.packed] } : catalog;
}

/**
 * A directory as it is given, or the one of the run of that version, id or name below `outputDir`. What looks like a path is taken for one.
 * @throws `runs.unknown`, `runs.ambiguous`, `cli.run_not_here`
 */
export async function findTree(wanted: string, outputDir: string, print: Print): Promise<string> {
  const path = await fromLegacyPath(wanted, print);
  if (isDirectory(path) || /[\\/]|^\.*$/.test(path)) return path;
  const row = await findRun(path, await placesOf({ outputDir, historyFile: undefined }), { onProgress: showIndexing(print) });
  if (row.run === undefined) throw runNotHere(rowName(row), "prune checkpoints of");
  return row.run.directory;
}

/** Several trees of one workspace as one catalog, each checkpoint once. @throws `checkpoints.tree_missing`, `cli.workspaces_differ` */
export function openCatalogs(trees: readonly [string, ...string[]], print: Print): Catalog {
  const [first, ...others] = trees.map((tree) => openCatalog(tree, print)) as [Catalog, ...Catalog[]];
  const stranger = others.find(({ workspace }) => workspace !== first.workspace);
  if (stranger !== undefined) throw workspacesDiffer(first.workspace, stranger.workspace);
  const entries = new Map([first, ...others].flatMap((catalog) => catalog.entries.map((entry) => [entry.path, entry] as const)));
  return { ...first, entries: [...entries.values()], linked: new Map([first, ...others].flatMap(({ linked }) => [...linked])) };
}

function findRunRecord(directory: string): RunRecord | undefined {
  try {
    return readRun(directory).record;
  } catch {
    return undefined;
  }
}
