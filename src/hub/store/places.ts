// Where contents lie below the directory of a host.
import { join } from "node:path";
import { oidInvalid } from "./errors.ts";

const OID = /^[0-9a-f]{64}$/;

/** @throws `large_file.oid_invalid`: nothing else may become part of a path */
export function requireOid(oid: string): string {
  if (!OID.test(oid)) throw oidInvalid(oid);
  return oid;
}

export function isOid(text: string): boolean {
  return OID.test(text);
}

/** `large/<ab>/<cd>/<oid>` */
export function wholePlace(directory: string, oid: string): string {
  return join(directory, "large", oid.slice(0, 2), oid.slice(2, 4), requireOid(oid));
}

/** Unfinished uploads. */
export function uploadsPlace(directory: string): string {
  return join(directory, "uploads");
}
