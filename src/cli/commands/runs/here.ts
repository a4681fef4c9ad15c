import type { Print } from "../../print.ts";
import { runNotHere } from "../../errors.ts";
import { placesOf, showIndexing } from "./places.ts";
import { fromLegacyPath } from "../../legacy-path.ts";
import { visibleText } from "../../../visible.ts";

/** A run that a command is about to write to. */
export interface RunHere {
  readonly directory: string;
  /** What a person calls it. */
  readonly name: string;
  readonly historyPath: string;
}

/** Finds a run whose directory is here. @throws `runs.unknown`, `runs.ambiguous`, `cli.run_not_here` */
export async function requireRunHere(wanted: string, options: { readonly outputDir: string; readonly historyFile: string | undefined }, action: string, print: Print): Promise<RunHere> {
  const { findRun, rowName } = await import("../../../runs/index.ts");
  const places = await placesOf(options);
  const row = await findRun(await fromLegacyPath(wanted, print), places, { onProgress: showIndexing(print) });
  const name = visibleText(rowName(row));
  if (row.run === undefined) throw runNotHere(name, action);
  return { directory: row.run.directory, name, historyPath: places.historyPath };
}
