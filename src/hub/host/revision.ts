import { resolveRevision, splitRevision, type Revision } from "../git/revisions.ts";
import type { GitStore } from "../git/store.ts";
import { revisionMissing } from "./errors.ts";

/** @throws `hub.revision_missing` */
export function requireRevision(git: GitStore, text: string): Revision {
  const found = resolveRevision(git, text);
  if (found === undefined) throw revisionMissing(text);
  return found;
}

export interface Place {
  readonly revision: string;
  readonly commit: string;
  /** "" is the root. */
  readonly path: string;
}

/** A revision and a path that stand behind each other in an address; which slashes are of the revision is found by its references. @throws `hub.revision_missing` */
export function requirePlace(git: GitStore, text: string): Place {
  const found = splitRevision(git, text);
  if (found === undefined) throw revisionMissing(text.split("/")[0] ?? "");
  const { revision, commit, path } = found;
  return { revision, commit, path: path.replace(/\/+$/, "") };
}

/** First line and the rest of a commit's message. */
export function splitMessage(message: string): { readonly title: string; readonly body: string } {
  const end = message.indexOf("\n");
  if (end === -1) return { title: message, body: "" };
  return { title: message.slice(0, end).trimEnd(), body: message.slice(end + 1).trim() };
}

/** As JSON has it. */
export function dateOf(seconds: number): string {
  return new Date(1000 * seconds).toISOString();
}
