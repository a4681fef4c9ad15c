import { TunesmithError } from "../../errors.ts";

export function oidInvalid(oid: string): TunesmithError {
  return new TunesmithError({ code: "large_file.oid_invalid", message: `Cannot use ${JSON.stringify(oid.slice(0, 80))} as the id of a large file: it has the form of no SHA-256 digest`, hint: "Give 64 lower-case hexadecimal digits." });
}

export function largeFileMissing(oid: string): TunesmithError {
  return new TunesmithError({ code: "large_file.missing", message: `Cannot read large file ${oid}: the hub has no such content`, hint: "Upload it first.", details: { oid } });
}

export function largeFileDamaged(oid: string, state: string, cause?: unknown): TunesmithError {
  return new TunesmithError({ code: "large_file.damaged", message: `Cannot read large file ${oid}: ${state}`, hint: "Check the disk and upload the file again.", details: { oid }, cause });
}

export function digestMismatch(oid: string, found: string): TunesmithError {
  return new TunesmithError({ code: "large_file.digest_mismatch", message: `Cannot store large file ${oid}: the bytes that came have the digest ${found}`, hint: "Upload the file again; if it changed meanwhile, start anew.", details: { oid, found } });
}

export function sizeMismatch(oid: string, sizeBytes: number, found: number): TunesmithError {
  const state = found > sizeBytes ? `more than the ${sizeBytes} bytes announced came` : `${found} bytes came, ${sizeBytes} were announced`;
  return new TunesmithError({ code: "large_file.size_mismatch", message: `Cannot store large file ${oid}: ${state}`, hint: "Upload the file again.", details: { oid, size_bytes: sizeBytes, found_bytes: found } });
}

export function diskFull(oid: string, cause: unknown): TunesmithError {
  return new TunesmithError({ code: "large_file.disk_full", message: `Cannot store large file ${oid}: no space is left on the hub's disk`, hint: "Free some space on the hub, then upload the file again.", details: { oid }, cause });
}

export function uploadUnknown(id: string): TunesmithError {
  return new TunesmithError({ code: "large_file.upload_unknown", message: `Cannot continue upload ${JSON.stringify(id.slice(0, 160))}: the hub has begun none of this name`, hint: "Ask for a new upload." });
}

export function partInvalid(number: number, partCount: number): TunesmithError {
  return new TunesmithError({ code: "large_file.part_invalid", message: `Cannot store part ${number}: the parts of this upload are 1 to ${partCount}`, hint: "Number the parts from 1." });
}

export function partsMissing(oid: string, missing: readonly number[]): TunesmithError {
  const shown = missing.slice(0, 8).join(", ") + (missing.length > 8 ? `, and ${missing.length - 8} more` : "");
  return new TunesmithError({ code: "large_file.parts_missing", message: `Cannot complete large file ${oid}: not stored as announced are the parts ${shown}`, hint: "Upload these parts again.", details: { oid, missing } });
}

export function uploadPlanInvalid(sizeBytes: number, partBytes: number): TunesmithError {
  return new TunesmithError({ code: "large_file.plan_invalid", message: `Cannot plan an upload of ${sizeBytes} bytes in parts of ${partBytes}: it takes 1 to 10000 parts`, hint: "Choose larger parts." });
}

/** Whether the operating system refused for want of space. */
export function isDiskFull(thrown: unknown): boolean {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT";
}
