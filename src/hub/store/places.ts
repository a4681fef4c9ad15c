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

/** `large/<ab>/<cd>/<oid>.delta` */
export function deltaPlace(directory: string, oid: string): string {
  return `${wholePlace(directory, oid)}.delta`;
}

/** Unfinished uploads. */
export function uploadsPlace(directory: string): string {
  return join(directory, "uploads");
}

/** A content of which there is a file. */
export interface Placed {
  readonly oid: string;
  readonly path: string;
}

export function listWhole(directory: string): Generator<Placed> {
  return listLarge(directory, "");
}

export function listDeltas(directory: string): Generator<Placed> {
  return listLarge(directory, ".delta");
}

function* listLarge(directory: string, ending: string): Generator<Placed> {
  const root = join(directory, "large");
  for (const first of namesIn(root)) {
    for (const second of namesIn(join(root, first))) {
      for (const name of namesIn(join(root, first, second))) {
        const oid = name.slice(0, name.length - ending.length);
        if (name.endsWith(ending) && isOid(oid)) yield { oid, path: join(root, first, second, name) };
      }
    }
  }
}

/** Names in a directory; none where there is none. */
export function namesIn(directory: string): readonly string[] {
  const found = scanDirectory(directory);
  return "refused" in found ? [] : found.map(({ name }) => name);
}
