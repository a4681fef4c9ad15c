import { TunesmithError } from "../errors.ts";

export interface RecordFault {
  readonly field: string;
  readonly message: string;
}

const SHOWN = 5;

/** The message names the first five faults; `details` has all of them. */
export function recordInvalid(where: string, faults: readonly RecordFault[]): TunesmithError {
  const more = faults.length - SHOWN;
  return new TunesmithError({
    code: "records.invalid",
    message: `Cannot use ${where}: ${faults.slice(0, SHOWN).map((fault) => `${fault.field}: ${fault.message}`).join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
    hint: "Correct the named fields, or restore the file from a backup.",
    details: { where, faults },
  });
}

export function recordForeign(where: string): TunesmithError {
  return new TunesmithError({
    code: "records.foreign",
    message: `Cannot use ${where}: it has no schema_version, so another program wrote it`,
    hint: "Move it away if it should not be there, or restore the file of that name from a backup.",
    details: { where },
  });
}

export function recordTooNew(where: string, version: number): TunesmithError {
  return new TunesmithError({
    code: "records.too_new",
    message: `Cannot use ${where}: its schema_version is ${version}, newer than this package knows`,
    hint: "Update tunesmith, then try again.",
    details: { where, schema_version: version },
  });
}
