// Loose objects: one zlib stream a file, at objects/<first 2 digits>/<other 38>, holding header and bytes.
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { deflateSync } from "node:zlib";
import { glance, publishFile, scanDirectory, withFile } from "../../files/index.ts";
import { objectDamaged, objectTooLarge } from "./errors.ts";
import { compressionLevel, inflateExactly, inflateStart, START_BYTES } from "./inflate.ts";
import { encodeObjectHeader, isObjectType, MAX_OBJECT_BYTES, type GitObject, type ObjectType } from "./object.ts";

/** More than the longest header: `commit 134217728\0`. */
const HEADER_BYTES = 64;

export interface ObjectFacts {
  readonly type: ObjectType;
  readonly sizeBytes: number;
}

export function loosePath(directory: string, id: string): string {
  return join(directory, "objects", id.slice(0, 2), id.slice(2));
}

export function hasLoose(directory: string, id: string): boolean {
  return glance(loosePath(directory, id))?.isFile === true;
}

/** Type and size out of the first bytes of the file. */
export function readLooseFacts(directory: string, id: string): ObjectFacts {
  return withFile(loosePath(directory, id), (file) => parseHeader(id, start(id, file.read(0, Math.min(file.sizeBytes, START_BYTES)))));
}

/** @throws `git.object_damaged`, `git.object_too_large`; `files.missing` when it is not there */
export function readLoose(directory: string, id: string): GitObject {
  return withFile(loosePath(directory, id), (file) => {
    const { type, sizeBytes, end } = parseHeader(id, start(id, file.read(0, Math.min(file.sizeBytes, START_BYTES))));
    if (sizeBytes > MAX_OBJECT_BYTES) throw objectTooLarge(id, sizeBytes, MAX_OBJECT_BYTES);
    if (file.sizeBytes > 2 * sizeBytes + 4096) throw objectDamaged(id, `its file has ${file.sizeBytes} bytes for an object of ${sizeBytes}`);
    try {
      const whole = inflateExactly(file.read(0, file.sizeBytes), end + sizeBytes);
      if (whole === undefined) throw new RangeError("its file is cut off");
      return { type, bytes: whole.bytes.subarray(end) };
    } catch (cause) {
      throw objectDamaged(id, (cause as Error).message, cause);
    }
  });
}

/** Writes an object that is not there; `tmp_obj_…` is the name that git clears away itself when a process died. */
export function writeLoose(directory: string, id: string, type: ObjectType, bytes: Uint8Array): void {
  const path = loosePath(directory, id);
  const whole = Buffer.concat([encodeObjectHeader(type, bytes.byteLength), bytes]);
  publishFile(join(dirname(path), `tmp_obj_${randomUUID()}`), path, [deflateSync(whole, { level: compressionLevel(bytes) })]);
}

/** The ids that begin with `prefix`, two digits or more, in no order. */
export function listLoose(directory: string, prefix: string): readonly string[] {
  const folder = prefix.slice(0, 2);
  const entries = scanDirectory(join(directory, "objects", folder));
  if ("refused" in entries) return [];
  return entries.map(({ name }) => folder + name).filter((id) => /^[0-9a-f]{40}$/.test(id) && id.startsWith(prefix));
}

function start(id: string, compressed: Uint8Array): Uint8Array {
  try {
    return inflateStart(compressed);
  } catch (cause) {
    throw objectDamaged(id, "its file is no zlib stream", cause);
  }
}

function parseHeader(id: string, bytes: Uint8Array): ObjectFacts & { readonly end: number } {
  const end = bytes.subarray(0, HEADER_BYTES).indexOf(0);
  const [type = "", size = "", ...rest] = Buffer.from(bytes.subarray(0, Math.max(0, end))).toString("latin1").split(" ");
  if (end === -1 || rest.length > 0 || !isObjectType(type) || !/^\d{1,15}$/.test(size)) throw objectDamaged(id, "its file has no header of an object");
  return { type, sizeBytes: Number(size), end: end + 1 };
}
