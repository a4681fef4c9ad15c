// The run that `release create` is about: the one that is named, the one whose version it is, else the newest that finished.
import { placesOf, showIndexing } from "./commands/runs/places.ts";
import { findTree } from "./ledger.ts";
import { unpackIfNeeded } from "./packed-checkpoints.ts";
import type { Print } from "./print.ts";

interface ReleaseRunWish {
  readonly from: string | undefined;
  readonly version: string | undefined;
  readonly outputDir: string;
  readonly print: Print;
  readonly signal: AbortSignal;
}

/** Its directory; an archive is unpacked. @throws `runs.unknown`, `runs.ambiguous`, `cli.run_not_here`, `releases.no_finished_run` */
export async function findReleaseRun({ from, version, outputDir, print, signal }: ReleaseRunWish): Promise<string> {
  const directory = from === undefined ? await withoutName(version, outputDir, print) : await findTree(from, outputDir, print);
  await unpackIfNeeded(directory, { print, signal });
  return directory;
}

async function withoutName(version: string | undefined, outputDir: string, print: Print): Promise<string> {
  const { formatVersion, parseVersion, queryRuns } = await import("../runs/index.ts");
  const parsed = version === undefined ? undefined : parseVersion(version);
  const places = await placesOf({ outputDir, historyFile: undefined });
  const own = parsed === undefined ? [] : [{ filter: `version = "${formatVersion(parsed)}"`, limit: 1 }];
  const { selections } = await queryRuns(places, [...own, { filter: "status = finished", limit: 1 }], { onProgress: showIndexing(print) });
  const [row] = selections.flatMap(({ rows }) => rows.filter(({ run }) => run !== undefined));
  if (row?.run === undefined) {
    const { noFinishedRun } = await import("../releases/index.ts");
    throw noFinishedRun(outputDir);
  }
  print.note(`Releasing ${row.run.record.name}${own.length > 0 && row.run.record.version === formatVersion(parsed!) ? "" : ", the newest run that finished"}.`);
  return row.run.directory;
}
