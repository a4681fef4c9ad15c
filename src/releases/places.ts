// Where releases lie, and how they are found: models/releases/<version>/release.json, each folder complete in itself.
import { join } from "node:path";
import { exists, isFile, readJson, scanDirectory } from "../files/index.ts";
import { parseRecord, releaseRecordSchema, type ReleaseRecord } from "../records/index.ts";
import { formatVersion, parseVersion } from "../runs/index.ts";
import { releaseMissing } from "./errors.ts";

/** Below the workspace, unless another folder is chosen. */
export const RELEASES_DIRECTORY = join("models", "releases");
export const RELEASE_FILE = "release.json";
export const CARD_FILE = "README.md";

/** A release on disk. */
export interface Release {
  readonly directory: string;
  readonly record: ReleaseRecord;
}

export interface ReleaseListing {
  /** By version, lowest first. */
  readonly releases: readonly Release[];
  readonly unreadable: readonly { readonly directory: string; readonly message: string }[];
}

/** Every release in a folder; one whose record cannot be used does not hide the others. A missing folder holds none. */
export function listReleases(folder: string = RELEASES_DIRECTORY): ReleaseListing {
  const entries = scanDirectory(folder);
  const releases: Release[] = [];
  const unreadable: { directory: string; message: string }[] = [];
  for (const { name } of "refused" in entries ? [] : entries.filter(({ kind, name }) => kind === "directory" && !name.startsWith("."))) {
    const directory = join(folder, name);
    if (!exists(join(directory, RELEASE_FILE))) continue;
    try {
      releases.push(readRelease(directory));
    } catch (cause) {
      unreadable.push({ directory, message: (cause as Error).message });
    }
  }
  releases.sort((a, b) => byVersion(a.record.version, b.record.version));
  return { releases, unreadable };
}

/** @throws `releases.missing`, `records.invalid` */
export function readRelease(directory: string): Release {
  const path = join(directory, RELEASE_FILE);
  if (!isFile(path)) throw releaseMissing(directory, directory, []);
  return { directory, record: parseRecord(releaseRecordSchema, readJson(path), path) };
}

/** A release by its version (`v1` is `v1.0`) or its folder; undefined when there is none. @throws `records.invalid` */
export function findRelease(wanted: string, folder: string = RELEASES_DIRECTORY): Release | undefined {
  const version = parseVersion(wanted);
  const places = [wanted, ...(version === undefined ? [] : [join(folder, formatVersion(version))]), join(folder, wanted)];
  const place = places.find((directory) => wanted !== "" && isFile(join(directory, RELEASE_FILE)));
  return place === undefined ? undefined : readRelease(place);
}

/** {@link findRelease}, or an error that names those there are. @throws `releases.missing` */
export function requireRelease(wanted: string, folder: string = RELEASES_DIRECTORY): Release {
  const found = findRelease(wanted, folder);
  if (found === undefined) throw releaseMissing(wanted, folder, listReleases(folder).releases.map(({ record }) => record.version));
  return found;
}

function byVersion(a: string, b: string): number {
  const [first, second] = [parseVersion(a), parseVersion(b)];
  if (first === undefined || second === undefined) return a < b ? -1 : 1;
  return first.major - second.major || first.minor - second.minor || (a < b ? -1 : 1);
}
