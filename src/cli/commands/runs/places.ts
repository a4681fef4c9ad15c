import type { Print } from "../../print.ts";
import type { Progress } from "../../progress.ts";

/** Where the runs of a command lie. */
export interface Places {
  readonly outputDir: string;
  readonly historyPath: string;
}

/** The history defaults to the file beside the output directory. */
export async function placesOf(options: { readonly outputDir: string; readonly historyFile: string | undefined }): Promise<Places> {
  const { historyPathFor } = await import("../../../runs/index.ts");
  return { outputDir: options.outputDir, historyPath: options.historyFile ?? historyPathFor(options.outputDir) };
}

/** Reading so many runs for the first time takes long enough to say so. */
const WORTH_SHOWING = 2000;

/** Shows how far the first reading of many runs is. */
export function showIndexing(print: Print): (done: number, total: number) => void {
  let progress: Progress | undefined;
  return (done, total) => {
    if (total < WORTH_SHOWING) return;
    progress ??= print.progress({ label: "reading all runs once", unit: "runs", total });
    progress.update(done);
    if (done === total) progress.finish();
  };
}

/** Says which columns were asked for that no run has; `known` are the fields that runs fill. */
export function warnOfEmptyColumns(columns: readonly string[], known: readonly string[], print: Print): void {
  const unknown = columns.filter((name) => !known.includes(name));
  if (unknown.length > 0) print.warn(`no run has ${unknown.map((name) => print.visible(name)).join(", ")}`);
}

const WARNED = 5;

/** Names the first runs whose record cannot be used, and counts the rest. */
export function warnOfUnreadable(unreadable: readonly { readonly directory: string; readonly message: string }[], print: Print, visible: (text: string) => string): void {
  for (const { directory, message } of unreadable.slice(0, WARNED)) print.warn(`${visible(directory)}: ${visible(message)}`);
  if (unreadable.length > WARNED) print.warn(`${unreadable.length - WARNED} more runs have a run.json that cannot be used; all with --json`);
}
