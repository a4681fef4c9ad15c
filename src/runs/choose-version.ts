// The next version of a workspace, from everything that knows one: the history may be lost, a crash may fall between record and history, and a
// machine that was thrown away left nothing but tags.
import { readHistoryVersions } from "./history-versions.ts";
import { readRecordedVersions } from "./recorded-versions.ts";
import { nextVersion } from "./version.ts";

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

/**
 * The version the next model would get. Asks the history and every run directory; reserves nothing. Of many runs it keeps what it read below
 * `.tunesmith/index`. @throws `runs.version_invalid`, `runs.version_taken`
 */
export function chooseVersion({ historyPath, outputDir, tags = [], major, requested }: VersionSources): string {
  return nextVersion({ history: readHistoryVersions(historyPath), known: [...readRecordedVersions(outputDir), ...tags], major, requested });
}
