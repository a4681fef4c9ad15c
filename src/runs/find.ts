// A run by whatever a person has at hand: a path, its version, its id, its directory's name, or how one of these begins.
import { join, relative, resolve, sep } from "node:path";
import { exists } from "../files/index.ts";
import type { HistoryEntry } from "../records/index.ts";
import { noRunRecord, runAmbiguous, runUnknown } from "./errors.ts";
import { historyEntryOf } from "./history.ts";
import type { Filter } from "./query/filter.ts";
import type { RunPlaces } from "./query/gather.ts";
import { nearestName } from "./query/nearest.ts";
import { queryRuns, type RunRow } from "./query/query-runs.ts";
import type { IndexOptions } from "./query/run-index.ts";
import { readRun } from "./read.ts";
import { parseVersion } from "./version.ts";
import { RUN_FILE } from "./workspace.ts";

/** Looks in the order path, version, id, name, beginning of one of these. Of several lines with one version the newest counts. @throws `runs.unknown`, `runs.ambiguous` */
export async function findRun(wanted: string, places: RunPlaces, options: IndexOptions = {}): Promise<RunRow> {
  const path = [wanted, join(places.outputDir, wanted)].find((directory) => wanted !== "" && exists(join(directory, RUN_FILE)));
  if (path !== undefined) return rowAt(path, places, options);
  const same = (field: string): Filter => ({ kind: "compare", field, operator: "=", value: { text: wanted } });
  const begins = (field: string): Filter => ({ kind: "compare", field, operator: "^=", value: { text: wanted } });
  const names = ["id", "name", "directory"];
  const { selections } = await queryRuns(places, [
    { filter: parseVersion(wanted) === undefined ? none : same("version"), archived: true, limit: 1 },
    { filter: { kind: "or", terms: names.map(same) }, archived: true, limit: 1 },
    { filter: wanted === "" ? none : { kind: "or", terms: names.map(begins) }, archived: true, limit: SHOWN },
  ], options);
  const [version, exact, beginning] = selections;
  const found = version!.rows[0] ?? exact!.rows[0];
  if (found !== undefined) return found;
  if (beginning!.matched > 1) throw runAmbiguous(wanted, beginning!.rows.map(rowName), beginning!.matched);
  return beginning!.rows[0] ?? (await failToFind(wanted, places, options));
}

const SHOWN = 5;
const none: Filter = { kind: "or", terms: [] };

/** A run outside of the output directory has no line that is known here. */
async function rowAt(path: string, places: RunPlaces, options: IndexOptions): Promise<RunRow> {
  const run = readRun(path, options.observer);
  const directory = relative(resolve(places.outputDir), resolve(path)).split(sep).join("/");
  const { selections } = await queryRuns(places, [{ filter: { kind: "compare", field: "id", operator: "=", value: { text: run.record.id } }, archived: true, limit: 5 }], options);
  const indexed = selections[0]!.rows.find(({ fields }) => fields.get("directory") === directory);
  return indexed === undefined ? { run, entry: selections[0]!.rows[0]?.entry, fields: new Map() } : { ...indexed, run: { ...run, directory: path } };
}

async function failToFind(wanted: string, places: RunPlaces, options: IndexOptions): Promise<never> {
  const directory = [wanted, join(places.outputDir, wanted)].find((path) => wanted !== "" && exists(path));
  if (directory !== undefined) throw noRunRecord(directory);
  const { selections } = await queryRuns(places, [{ archived: true, limit: 200 }], options);
  const known = selections[0]!.rows.flatMap(({ run, entry }) => [entry?.version, run?.record.name].filter((name) => typeof name === "string"));
  const nearest = nearestName(wanted, known);
  throw runUnknown(wanted, places.outputDir, nearest === undefined ? [] : [nearest]);
}

/** How a run is called: by its version, else by its directory's name. */
export function rowName({ run, entry }: RunRow): string {
  return entry?.version ?? run?.record.version ?? run?.record.name ?? String(entry?.metadata["run"] ?? entry?.metadata["run_id"] ?? "(no version)");
}

/** All that is known of a run in the shape of a line of the history: its record as it stands now, completed by its line. */
export function rowEntry({ run, entry }: RunRow): HistoryEntry {
  if (run === undefined) return entry!;
  const { overall = {}, ...groups } = entry?.metrics ?? {};
  const own = historyEntryOf(run.record);
  return {
    ...own,
    timestamp: entry?.timestamp ?? own.timestamp,
    version: own.version ?? entry?.version ?? null,
    config: { ...entry?.config, ...own.config },
    metrics: { ...groups, overall: { ...overall, ...own.metrics.overall } },
    metadata: { ...entry?.metadata, ...own.metadata },
  };
}
