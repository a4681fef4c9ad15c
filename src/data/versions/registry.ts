// dataset_versions.jsonl beside the datasets of a folder: which version stands for which content. Lines are only ever added.
import { basename, dirname, join, resolve } from "node:path";
import { appendLine, exists, readJson, readText, scanDirectory, withLock, writeJson } from "../../files/index.ts";
import { DATASET_VERSION_SCHEMA_VERSION, datasetRecordSchema, datasetUpgrades, datasetVersionSchema, parseRecord, type DatasetRecord, type DatasetVersion } from "../../records/index.ts";
import { datasetMissing, datasetVersionInvalid, datasetVersionTaken, datasetVersionUnknown } from "../errors.ts";
import { loadDataset } from "../load.ts";
import { formatDatasetVersion, nextDatasetVersion, parseDatasetVersion } from "./number.ts";

const REGISTRY_FILE = "dataset_versions.jsonl";

export interface MintOptions {
  /** Begin a new major version. Default: the next minor. */
  readonly major?: boolean;
  /** A version asked for by name. Default: chosen. */
  readonly requested?: string;
  /** Versions known from elsewhere, tags of a Hub repository for one. */
  readonly known?: Iterable<string>;
  readonly note?: string;
  readonly now: Date;
}

export interface MintedVersion {
  readonly version: DatasetVersion;
  /** `existing`: this very content has had its version before. */
  readonly status: "minted" | "existing";
  readonly record: DatasetRecord;
}

/**
 * Gives the content of a dataset its version: the one it has had before, or the next. Writes the version and its parent into dataset.json.
 * @throws `data.version_invalid`, `data.version_taken`, and what loading throws
 */
export async function mintDatasetVersion(path: string, options: MintOptions): Promise<MintedVersion> {
  const { record } = loadDataset(path);
  const registry = registryPathFor(path);
  return withLock(`${registry}.lock`, () => {
    const own = listDatasetVersions(dirname(resolve(path))).filter(({ name }) => name === record.name);
    const standing = own.find(({ digest }) => digest === record.digest);
    const version = standing ?? createVersion(record, own, options);
    if (standing !== undefined) requireSame(standing, options.requested);
    else appendLine(registry, JSON.stringify(version));
    const parent = own.find((one) => one.version === version.parent);
    const next: DatasetRecord = { ...record, version: version.version, parent: record.parent ?? (parent === undefined ? null : { name: parent.name, version: parent.version, digest: parent.digest }) };
    const recordPath = join(path, "dataset.json");
    if (exists(recordPath) && (record.version !== next.version || record.parent !== next.parent)) writeJson(recordPath, next);
    return { version, status: standing === undefined ? "minted" : "existing", record: next };
  });
}

/** All versions minted in a folder of datasets, oldest first. A line that cannot be read is passed over: its version is lost, its content is not. */
export function listDatasetVersions(folder: string): readonly DatasetVersion[] {
  const path = join(folder, REGISTRY_FILE);
  if (!exists(path)) return [];
  return readText(path).split("\n").flatMap((line) => {
    try {
      return [datasetVersionSchema.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

/**
 * The directory of a dataset named by its path, or by `d1.0` (of the only dataset there, or with its name: `helpdesk_dataset@d1.0`): found by content, so
 * that a copy which was moved aside is found too.
 * @throws `data.version_unknown`, `data.dataset_missing`
 */
export function findDataset(named: string, folder: string): string {
  if (exists(join(named, "dataset_dict.json")) || exists(join(named, "state.json"))) return named;
  const [name, text] = named.includes("@") ? [named.slice(0, named.lastIndexOf("@")), named.slice(named.lastIndexOf("@") + 1)] : [undefined, named];
  const number = parseDatasetVersion(text);
  if (number === undefined) throw datasetMissing(named);
  const versions = listDatasetVersions(folder);
  const wanted = versions.filter((one) => one.version === formatDatasetVersion(number) && (name === undefined || one.name === name));
  const places = wanted.flatMap(({ digest }) => directoriesOf(folder, digest));
  if (wanted.length !== 1 || places.length === 0) throw datasetVersionUnknown(named, folder, wanted.map((one) => `${one.name}@${one.version}`), versions.map((one) => `${one.name}@${one.version}`));
  return places[0]!;
}

/** Directories of a folder whose record names this content. */
function directoriesOf(folder: string, digest: string): readonly string[] {
  const entries = scanDirectory(folder);
  if ("refused" in entries) return [];
  return entries.filter(({ kind, name }) => kind === "directory" && exists(join(folder, name, "dataset.json"))).map(({ name }) => join(folder, name)).filter((path) => {
    try {
      return parseRecord(datasetRecordSchema, readJson(join(path, "dataset.json")), path, datasetUpgrades).digest === digest;
    } catch {
      return false;
    }
  }).sort((a, b) => basename(a).length - basename(b).length);
}

function createVersion(record: DatasetRecord, own: readonly DatasetVersion[], { major, requested, known = [], note = "", now }: MintOptions): DatasetVersion {
  const taken = [...own.map(({ version }) => version), ...known];
  return {
    schema_version: DATASET_VERSION_SCHEMA_VERSION,
    name: record.name,
    version: requested === undefined ? nextDatasetVersion(taken, major) : reserve(requested, taken),
    digest: record.digest,
    created_at: now.toISOString(),
    parent: own.at(-1)?.version ?? null,
    rows: { train: record.splits.train.rows, validation: record.splits.validation.rows, test: record.splits.test.rows },
    note,
  };
}

function reserve(requested: string, taken: readonly string[]): string {
  const number = parseDatasetVersion(requested);
  if (number === undefined) throw datasetVersionInvalid(requested);
  const version = formatDatasetVersion(number);
  if (taken.includes(version)) throw datasetVersionTaken(version);
  return version;
}

/** A content keeps its version. */
function requireSame(standing: DatasetVersion, requested: string | undefined): void {
  const number = requested === undefined ? undefined : parseDatasetVersion(requested);
  if (requested !== undefined && (number === undefined || formatDatasetVersion(number) !== standing.version)) throw datasetVersionInvalid(requested, standing.version);
}

function registryPathFor(path: string): string {
  return join(dirname(resolve(path)), REGISTRY_FILE);
}
