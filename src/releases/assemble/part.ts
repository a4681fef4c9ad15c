import type { MissingPart, ReleaseRole } from "../../records/index.ts";

/** A file that a release is to hold: a second name of one that is there, or text that is made. */
export interface PlannedFile {
  /** Below the release, with `/`. */
  readonly path: string;
  readonly role: ReleaseRole;
  readonly from: { readonly file: string } | { readonly text: string };
  /** What a record says its digest is. */
  readonly recorded?: string;
}

/** One part of a release, or why it is not there. */
export interface Part<Facts = undefined> {
  readonly files: readonly PlannedFile[];
  readonly missing: readonly MissingPart[];
  readonly facts: Facts;
}

export function lacking<Facts>(facts: Facts, what: string, reason: string, command: string | null): Part<Facts> {
  return { files: [], missing: [{ what, reason, command }], facts };
}
