// The words of a migration: what is asked for, and what happens to one checkpoint or run.
import type { CatalogEntry } from "../catalog/entry.ts";
import type { PlaceOf } from "../catalog/run-context.ts";
import type { RetentionOptions } from "./retention.ts";
import type { RunNaming } from "./run-target.ts";

export interface MigrationOptions extends Partial<RetentionOptions> {
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
