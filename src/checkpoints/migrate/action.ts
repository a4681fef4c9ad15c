// The words of a migration: what is asked for, and what happens to one checkpoint or run.
import type { RunRecord } from "../../records/index.ts";
import type { CatalogEntry } from "../catalog/entry.ts";
import type { PlaceOf } from "../catalog/run-context.ts";
import type { RunNaming } from "./run-target.ts";

export interface MigrationOptions {
  /** Checkpoints of earlier epochs (0-based) are old. Default 10. */
  readonly keepMinEpoch?: number;
  /** How many of the best of each run stay; the best one always does. Default 3. */
  readonly keepTop?: number;
  /** Ids, digests of weights or paths that something refers to, a release for one: they are never deleted. Default: none. */
  readonly pinned?: ReadonlySet<string>;
  /** The record of a run directory (absolute): its tags and artifacts spare checkpoints, and a run that is going on is left alone. Default: none is known. */
  readonly runRecordOf?: (directory: string) => RunRecord | undefined;
  /** Puts checkpoints below `keepMinEpoch` into the trash. Default: they are renamed like the others. */
  readonly deleteOld?: boolean;
  /** Moves run directories to this scheme, too. Default: they stay where they are. */
  readonly runs?: RunNaming;
  readonly placeOf: PlaceOf;
  /** Records the digest of every checkpoint that moves, however large. Default: of those up to 1 MB. */
  readonly verify?: boolean;
  readonly now: Date;
}

export type FileOutcome = "rename" | "delete" | "skip" | "keep_back";

/** What happens to one checkpoint; each is counted once. */
export interface FileAction {
  readonly outcome: FileOutcome;
  readonly entry: CatalogEntry;
  /** Relative to the workspace. */
  readonly from: string;
  /** Before its run moves; the same as `from` when the name stays. */
  readonly to: string;
  readonly reason: string;
}

export interface RunAction {
  readonly from: string;
  /** The same as `from` when it stays. */
  readonly to: string;
  readonly reason: string;
}
