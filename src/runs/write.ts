// The one way a run.json is written: whole, and with a mark for the index of runs.
import { join } from "node:path";
import { writeJson } from "../files/index.ts";
import type { RunRecord } from "../records/index.ts";
import { markRunChanged } from "./query/changed.ts";
import { RUN_FILE } from "./workspace.ts";

/** Writes the record of a run into its directory, atomically. */
export function writeRunRecord(directory: string, record: RunRecord): void {
  writeJson(join(directory, RUN_FILE), record);
  markRunChanged(directory);
}
