// The next version of a workspace, from everything that knows one: the history may be lost, a crash may fall between record and history, and a
// machine that was thrown away left nothing but tags.
import { basename, dirname, join, resolve } from "node:path";
import { exists, readJson } from "../files/index.ts";
import { readHistory } from "./history.ts";
import { runDirectories } from "./read.ts";
import { nextVersion } from "./version.ts";
import { MULTIRUN, OUTPUTS, RUN_FILE } from "./workspace.ts";

export interface VersionSources {
  readonly historyPath: string;
  /** Run directories are asked too; a folder that is not there has none. */
  readonly outputDir: string;
  /** Names of tags or anything else that is taken; what is no version of a model is passed over. */
  readonly tags?: Iterable<string>;
  /** Begin a new major version. Default: the next minor. */
  readonly major?: boolean;
  /** A version asked for by name. */
  readonly requested?: string;
}

/** The version the next model would get. Reads the history and every run's record; reserves nothing. @throws `runs.version_invalid`, `runs.version_taken` */
export function chooseVersion({ historyPath, outputDir, tags = [], major, requested }: VersionSources): string {
  return nextVersion({ history: readHistory(historyPath).entries.map((entry) => entry.version), known: [...recordedVersions(outputDir), ...tags], major, requested });
}

/** Read leniently: also a record that cannot be used otherwise keeps its version taken. */
function recordedVersions(outputDir: string): readonly string[] {
  return versionFolders(outputDir).flatMap(runDirectories).flatMap((directory) => {
    const path = join(directory, RUN_FILE);
    const record = exists(path) ? tryReadJson(path) : undefined;
    const version = record !== null && typeof record === "object" ? (record as { readonly version?: unknown }).version : undefined;
    return typeof version === "string" ? [version] : [];
  });
}

/** A sweep's runs count with those of the output directory, and the other way round. */
function versionFolders(outputDir: string): readonly string[] {
  return basename(resolve(outputDir)) === MULTIRUN ? [outputDir, join(dirname(resolve(outputDir)), OUTPUTS)] : [outputDir];
}

function tryReadJson(path: string): unknown {
  try {
    return readJson(path);
  } catch {
    // Named by every listing; a version in it cannot be known.
    return undefined;
  }
}
