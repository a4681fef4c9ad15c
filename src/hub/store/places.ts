// Where contents lie below the directory of a host.
import { join } from "node:path";
import { scanDirectory } from "../../files/index.ts";
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

export function* listWhole(directory: string): Generator<{ readonly oid: string; readonly path: string }> {
  const root = join(directory, "large");
  for (const first of namesIn(root)) {
    for (const second of namesIn(join(root, first))) {
      for (const oid of namesIn(join(root, first, second))) if (isOid(oid)) yield { oid, path: wholePlace(directory, oid) };
    }
  }
}

/** Names in a directory; none where there is none. */
export function namesIn(directory: string): readonly string[] {
  const found = scanDirectory(directory);
  return "refused" in found ? [] : found.map(({ name }) => name);
}
