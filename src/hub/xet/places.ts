// Where things of Xet lie below the directory of a host, and the small files that say of what a large file is made.
import { basename, join } from "node:path";
import { glance, readJson, readText, remove, writeFileAtomic } from "../../files/index.ts";
import { parseRecord, xetFileSchema, type XetFile } from "../../records/index.ts";
import { isOid, namesIn, requireOid } from "../store/places.ts";
import { requireHash } from "./hash.ts";

export function xorbPlace(directory: string, hash: string): string {
  return join(directory, "xet", "xorbs", hash.slice(0, 2), requireHash(hash));
}

function filePlace(directory: string, hash: string): string {
  return join(directory, "xet", "files", hash.slice(0, 2), `${requireHash(hash)}.json`);
}

/** `xet/sha256/<ab>/<oid>` */
export function pointerPlace(directory: string, oid: string): string {
  return join(directory, "xet", "sha256", oid.slice(0, 2), requireOid(oid));
}

/** Of the file with a SHA-256: its Xet hash and its size. */
export interface XetPointer {
  readonly hash: string;
  readonly sizeBytes: number;
}

/** Makes a file readable: the terms first, then what leads to them. */
export function writeXetFile(directory: string, file: XetFile): void {
  writeFileAtomic(filePlace(directory, file.hash), `${JSON.stringify(file)}\n`);
  writeFileAtomic(pointerPlace(directory, file.sha256), `${file.hash} ${file.size_bytes}\n`);
}

/** Undefined when no file of this SHA-256 came by Xet. */
export function findXetPointer(directory: string, oid: string): XetPointer | undefined {
  const path = pointerPlace(directory, oid);
  if (glance(path)?.isFile !== true) return undefined;
  const [, hash, size] = /^([0-9a-f]{64}) (\d+)\n$/.exec(readText(path)) ?? [];
  return hash === undefined ? undefined : { hash, sizeBytes: Number(size) };
}

/** Undefined when there is no file of this hash. @throws `records.invalid` */
export function findXetFile(directory: string, hash: string): XetFile | undefined {
  const path = filePlace(directory, hash);
  return glance(path)?.isFile === true ? parseRecord(xetFileSchema, readJson(path), path) : undefined;
}

/** Takes away what makes a file readable; its chunks stay for others until they are swept. */
export function removeXetPointer(directory: string, oid: string): void {
  remove(pointerPlace(directory, oid));
}

export function* listXetPointers(directory: string): Generator<{ readonly oid: string; readonly path: string }> {
  for (const path of listTwoDeep(join(directory, "xet", "sha256"))) if (isOid(nameOf(path))) yield { oid: nameOf(path), path };
}

export function listXetFiles(directory: string): Iterable<string> {
  return listTwoDeep(join(directory, "xet", "files"));
}

export function* listXorbs(directory: string): Generator<{ readonly hash: string; readonly path: string }> {
  for (const path of listTwoDeep(join(directory, "xet", "xorbs"))) yield { hash: nameOf(path), path };
}

function nameOf(path: string): string {
  return basename(path);
}

function* listTwoDeep(root: string): Generator<string> {
  for (const first of namesIn(root)) for (const second of namesIn(join(root, first))) if (!second.startsWith(".")) yield join(root, first, second);
}
