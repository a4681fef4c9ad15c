// Where stores of one floor meet: `checkpoints` knows neither YAML nor run directories, and is handed both as functions.
import { escapeText, peekCheckpoint, readCatalog, type Catalog, type CatalogOptions } from "../checkpoints/index.ts";
import { parseYaml } from "../config/index.ts";
import type { RunRecord } from "../records/index.ts";
import { parseRunPlace, readRun, type RunPlace } from "../runs/index.ts";
import { formatCount } from "./format.ts";
import type { Print } from "./print.ts";

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
  for (const { path, reason } of catalog.refused.slice(0, 5)) print.warn(`${escapeText(path === "" ? root : path)} was left out: ${reason}`);
  if (catalog.refused.length > 5) print.warn(`${formatCount(catalog.refused.length - 5)} more directories were left out`);
  if (catalog.indexRefused !== undefined) print.note(`The index was not kept (${escapeText(catalog.indexRefused)}); the next call reads everything again.`);
  return packed ? { ...catalog, entries: [...catalog.entries, ...catalog.packed] } : catalog;
}

function findRunRecord(directory: string): RunRecord | undefined {
  try {
    return readRun(directory).record;
  } catch {
    return undefined;
  }
}
