// An object of git is a type and bytes; its id is the SHA-1 of "<type> <size>\0" and the bytes (Pro Git, 10.2 "Git Objects").
import { createHash } from "node:crypto";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}

/** An object on its way into a pack. */
export interface SentObject extends GitObject {
  /** Its zlib stream, where it lies in a pack as it will be sent. */
  readonly compressed?: Uint8Array;
}

/** What one object may hold at most; larger files belong into the store of large files. */
export const MAX_OBJECT_BYTES = 128 * 2 ** 20;

/** The id of the tree that holds nothing. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** The id that stands for "no object" on the wire. */
export const NO_OBJECT = "0".repeat(40);

const TYPES: readonly string[] = ["blob", "tree", "commit", "tag"];

export function isObjectType(text: string): text is ObjectType {
  return TYPES.includes(text);
}

/** 40 lower-case hex digits. */
export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** What stands before the bytes, both in the hash and in a loose file. */
export function encodeObjectHeader(type: ObjectType, sizeBytes: number): Uint8Array {
  return Buffer.from(`${type} ${sizeBytes}\0`, "latin1");
}

/** The id that git gives this content, 40 hex digits. */
export function hashObject(type: ObjectType, bytes: Uint8Array): string {
  return createHash("sha1").update(encodeObjectHeader(type, bytes.byteLength)).update(bytes).digest("hex");
}

/** The 20 bytes of an id. */
export function idBytes(id: string): Uint8Array {
  return Buffer.from(id, "hex");
}

/** The id that 20 bytes at `offset` stand for. */
export function idAt(bytes: Uint8Array, offset: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, 20).toString("hex");
}
