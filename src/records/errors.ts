import { TunesmithError } from "../errors.ts";

export interface RecordFault {
  readonly field: string;
  readonly message: string;
}

export function recordInvalid(where: string, faults: readonly RecordFault[]): TunesmithError {
  return new TunesmithError({
    code: "records.invalid",
    message: `Cannot use ${where}: ${faults.map((fault) => `${fault.field}: ${fault.message}`).join("; ")}`,
    hint: "Correct the named fields, or restore the file from a backup.",
    details: { where, faults },
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
