// Tags and notes that a person gives a run while it runs. Its own process writes run.json from memory and would write over them, so they lie in
// a file beside it: readers put the two together, and whoever ends the run takes them into run.json.
import { join } from "node:path";
import { readSmallText, remove, writeJson } from "../files/index.ts";
import type { RunRecord } from "../records/index.ts";
import { markRunChanged } from "./query/changed.ts";

export const ANNOTATIONS_FILE = "annotations.json";

type Annotations = Pick<RunRecord, "tags" | "notes">;

const LARGEST = 1 << 24;

/** The record with what was said of it since its process last wrote it. Only a record that is not ended can be behind. */
export function withAnnotations(directory: string, record: RunRecord): RunRecord {
  if (record.status === "finished" || record.status === "failed") return record;
  return { ...record, ...readAnnotations(directory) };
}

/** Writes what a running run is to say of itself; the caller holds the run's lock. */
export function writeAnnotations(directory: string, { tags, notes }: Annotations): void {
  writeJson(join(directory, ANNOTATIONS_FILE), { tags, notes });
  markRunChanged(directory);
}

/** After run.json was written with them. */
export function dropAnnotations(directory: string): void {
  remove(join(directory, ANNOTATIONS_FILE));
}

/** Nothing where there is no such file, or one that cannot be used. */
function readAnnotations(directory: string): Partial<Annotations> {
  const content = readSmallText(join(directory, ANNOTATIONS_FILE), LARGEST);
  if (!("text" in content)) return {};
  try {
    const { tags, notes } = JSON.parse(content.text) as { readonly tags?: unknown; readonly notes?: unknown };
    return { ...(Array.isArray(tags) && tags.every((tag) => typeof tag === "string") && { tags }), ...(typeof notes === "string" && { notes }) };
  } catch {
    // Written whole by us; what somebody else left there says nothing.
    return {};
  }
}
