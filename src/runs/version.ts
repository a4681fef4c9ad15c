// Model versions `vX.Y`. The next one comes after the highest ever seen, wherever it was seen; a version is never given twice.
import { versionInvalid, versionTaken } from "./errors.ts";

export interface Version {
  readonly major: number;
  readonly minor: number;
  /** What follows the numbers: `v1.5-retry` → `retry`. Such a version stands below its numbers: v1.4 < v1.5-retry < v1.5. */
  readonly prerelease?: string;
}

export interface NextVersionOptions {
  /** Versions in the history file. */
  readonly history: Iterable<string | null>;
  /** Versions known from elsewhere: run records, tags. */
  readonly known?: Iterable<string | null>;
  /** Begin a new major version. Default: the next minor. */
  readonly major?: boolean;
  /** A version asked for by name (MODEL_VERSION). Default: chosen. */
  readonly requested?: string;
}

/** Reads `v1.2`, `1.2`, `vv1.2`, `v1` (= 1.0), `v1.5-retry`; undefined otherwise. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v*(\d{1,9})(?:\.(\d{1,9}))?(?:\.\d+)*(?:-([A-Za-z0-9][A-Za-z0-9._-]*))?$/.exec(text.trim());
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2] ?? 0), ...(match[3] === undefined ? {} : { prerelease: match[3] }) };
}

export function formatVersion(version: Version): string {
  return `v${version.major}.${version.minor}${version.prerelease === undefined ? "" : `-${version.prerelease}`}`;
}

/**
 * The version for the next run: the requested one if it is free, else the first one above everything known; `v1.0` when nothing is. Names that are
 * no versions of a model (`d1.3`, `final`) are passed over, and a pre-release never turns the numbering back.
 * @throws `runs.version_invalid`, `runs.version_taken`
 */
export function nextVersion(options: NextVersionOptions): string {
  const seen = [...options.history, ...(options.known ?? [])]
    .filter((text) => text !== null)
    .map((text) => parseVersion(text))
    .filter((version) => version !== undefined);
  if (options.requested !== undefined && options.requested !== "") return reserve(options.requested, seen);
  if (seen.length === 0) return "v1.0";
  const { major, minor, prerelease } = seen.reduce((a, b) => (compareVersionNumbers(a, b) < 0 ? b : a));
  const isFree = prerelease !== undefined;
  if (options.major === true) return formatVersion({ major: isFree && minor === 0 ? major : major + 1, minor: 0 });
  return formatVersion({ major, minor: isFree ? minor : minor + 1 });
}

/** Negative when `a` stands below `b`; two pre-releases of the same numbers are equal. */
export function compareVersionNumbers(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || Number(b.prerelease !== undefined) - Number(a.prerelease !== undefined);
}

function reserve(requested: string, seen: readonly Version[]): string {
  const version = parseVersion(requested);
  if (version === undefined) throw versionInvalid(requested);
  const text = formatVersion(version);
  if (seen.some((other) => formatVersion(other) === text)) throw versionTaken(text);
  return text;
}
