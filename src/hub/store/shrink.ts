// Replaces a content by its difference to another one, and back, so that at no moment it could not be read.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { TunesmithError } from "../../errors.ts";
import { createLargeFile, remove } from "../../files/index.ts";
import { removeXetPointer } from "../xet/places.ts";
import { streamContent, type Content } from "./content.ts";
import { estimateRatio, openDelta, readDeltaHead, writeDelta } from "./delta-file.ts";
import { alignContents } from "./delta-layout.ts";
import { largeFileMissing } from "./errors.ts";
import { findForm, openForm } from "./find-form.ts";
import { deltaPlace, listDeltas, uploadsPlace, wholePlace } from "./places.ts";
import { receive } from "./receive.ts";

/** Differences that must be decoded at most to read a content: with 7, every eighth of a series is whole. */
export const MOST_DEPTH = 7;
/** A difference of more than this part of the content is not worth the time of everybody who reads it. */
const WORTH = 0.9;

export type Shrunk =
  | { readonly done: true; readonly sizeBytes: number; readonly storedBytes: number }
  /** `small`: the difference would not be much smaller; `unlike`: other tensors; `depth`: a whole one is due here. */
  | { readonly done: false; readonly reason: "stopped" | "missing" | "small" | "unlike" | "depth" | "circle" | "delta" };

/** Which contents are differences to which: by content, its base. A damaged one stands for nothing. */
export function readBases(directory: string): ReadonlyMap<string, string> {
  const bases = new Map<string, string>();
  for (const { oid, path } of listDeltas(directory)) {
    try {
      bases.set(oid, readDeltaHead(path).base);
    } catch (cause) {
      if (!(cause instanceof TunesmithError && cause.code === "large_file.damaged")) throw cause;
    }
  }
  return bases;
}

/** A content that is a difference, what it differs from, and so on to one that is none. */
export function chainOf(bases: ReadonlyMap<string, string>, oid: string): readonly string[] {
  const chain: string[] = [];
  for (let at = bases.get(oid); at !== undefined && chain.length < bases.size; at = bases.get(at)) chain.push(at);
  return chain;
}

/** How many differences must be decoded to read the content furthest from this one that needs it. */
export function heightOf(bases: ReadonlyMap<string, string>, oid: string): number {
  return Math.max(0, ...[...bases.keys()].map((other) => chainOf(bases, other).indexOf(oid) + 1));
}

/**
 * Keeps `oid` as its difference to `base`. The difference is on disk and has been read back in full, with the right digest, before
 * anything is deleted; a crash on the way leaves both.
 * @param signal gives up between two blocks
 */
export async function shrinkContent(directory: string, oid: string, base: string, signal?: AbortSignal): Promise<Shrunk> {
  const form = findForm(directory, oid);
  if (form === undefined || findForm(directory, base) === undefined) return { done: false, reason: "missing" };
  if (form.kind === "delta") return { done: false, reason: "delta" };
  const bases = readBases(directory);
  const chain = chainOf(bases, base);
  if (oid === base || chain.includes(oid)) return { done: false, reason: "circle" };
  if (chain.length + 1 + heightOf(bases, oid) > MOST_DEPTH) return { done: false, reason: "depth" };
  return withContents(directory, [oid, base], async ([ours, theirs]) => {
    const segments = await alignContents(ours!, theirs!);
    if (segments === undefined) return { done: false, reason: "unlike" };
    if ((await estimateRatio(ours!, theirs!, segments)) > WORTH) return { done: false, reason: "small" };
    const path = deltaPlace(directory, oid);
    const storedBytes = await writeDelta({ oid, base }, ours!, theirs!, segments, { temporary: temporaryIn(directory), path }, WORTH, signal);
    if (storedBytes === undefined) return { done: false, reason: signal?.aborted === true ? "stopped" : "small" };
    try {
      await receive({ oid, sizeBytes: form.sizeBytes }, streamContent(() => openDelta(path, (other) => openForm(directory, other)), { start: 0, end: form.sizeBytes }));
    } catch (cause) {
      remove(path);
      throw cause;
    }
    remove(wholePlace(directory, oid));
    removeXetPointer(directory, oid);
    return { done: true, sizeBytes: form.sizeBytes, storedBytes };
  });
}

/** Makes a content whole again; what is whole stays so. @throws `large_file.missing`, `large_file.digest_mismatch` */
export async function restoreContent(directory: string, oid: string): Promise<void> {
  const form = findForm(directory, oid);
  if (form === undefined) throw largeFileMissing(oid);
  if (form.kind === "whole") return remove(deltaPlace(directory, oid));
  const file = await createLargeFile(temporaryIn(directory));
  try {
    await receive({ oid, sizeBytes: form.sizeBytes }, streamContent(() => openForm(directory, oid), { start: 0, end: form.sizeBytes }), (piece) => file.write(piece));
    await file.moveTo(wholePlace(directory, oid));
  } finally {
    await file.abort();
  }
  remove(deltaPlace(directory, oid));
  removeXetPointer(directory, oid);
}

function temporaryIn(directory: string): string {
  return join(uploadsPlace(directory), `${randomUUID()}.tmp`);
}

async function withContents<T>(directory: string, oids: readonly string[], act: (contents: readonly Content[]) => Promise<T>): Promise<T> {
  const contents: Content[] = [];
  try {
    for (const oid of oids) contents.push(await openForm(directory, oid));
    return await act(contents);
  } finally {
    for (const content of contents) await content.close();
  }
}
