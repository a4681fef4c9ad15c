import { TunesmithError } from "../../errors.ts";
import { countOf } from "../../plural.ts";
import { SHOWN_FAULTS } from "../read/faults.ts";

/** @param work what needs them: `split rows stratified` */
export function labelsNeeded(work: string, by: "labels" | "task"): TunesmithError {
  const what = by === "labels" ? "labels" : "a task";
  return new TunesmithError({
    code: "data.labels_needed",
    message: `Cannot ${work}: no row has ${what}, needed are some`,
    hint: by === "labels" ? "Name the columns of text and labels with --map text=<column> labels=<column>." : "Name the column of the task with --map task=<column>.",
  });
}

/** @param numbers of the rows in their source */
export function splitsUnknown(numbers: readonly number[], rows: number): TunesmithError {
  const shown = numbers.slice(0, SHOWN_FAULTS).join(", ");
  return new TunesmithError({
    code: "data.splits_unknown",
    message: `Cannot keep the splits of the source: ${numbers.length === rows ? "no row is" : `${numbers.length} of ${countOf(rows, "row")} ${numbers.length === 1 ? "is" : "are"} not`} in a file whose name speaks of train, validation or test${numbers.length === rows ? "" : ` (row ${shown}${numbers.length > SHOWN_FAULTS ? ", …" : ""})`}`,
    hint: "Name the files after their splits (train.jsonl, validation.jsonl, test.jsonl) and give their directory, or leave --keep-splits out.",
    details: { total: numbers.length, rows: numbers.slice(0, SHOWN_FAULTS) },
  });
}

/** @param work what was going on: reading, comparing, writing, checking */
export function preparationStopped(work: string, cause: unknown): TunesmithError {
  return new TunesmithError({
    code: "data.stopped",
    message: `Stopped while ${work} rows: nothing was written, and what stood there is as it was`,
    hint: "Run the same command again; it begins anew.",
    cause,
  });
}
