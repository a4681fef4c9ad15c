// Where stores of one floor meet: `checkpoints` knows neither YAML nor run directories, and is handed both as functions.
import { parseYaml } from "../config/index.ts";
import type { RunRecord } from "../records/index.ts";
import { parseRunPlace, readRun, type RunPlace } from "../runs/index.ts";

/** What the commands about checkpoints hand to `src/checkpoints`. */
export interface Ledger {
  /** Reads YAML text of any shape; bombs are refused. @throws SyntaxError */
  readonly parseYaml: (text: string) => unknown;
  /** The run a path belongs to, in every layout ever used; undefined when it belongs to none. */
  readonly placeOf: (path: string) => RunPlace | undefined;
  /** The record of a run directory, undefined when it holds none that can be used. */
  readonly runRecordOf: (directory: string) => RunRecord | undefined;
}

/** Joins the rooms; reads nothing. */
export const ledger: Ledger = { parseYaml, placeOf: parseRunPlace, runRecordOf: findRunRecord };

function findRunRecord(directory: string): RunRecord | undefined {
  try {
    return readRun(directory).record;
  } catch {
    return undefined;
  }
}
