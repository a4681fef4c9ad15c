// Garbage: contents that nothing refers to. A content that another one is the difference to stays as long as that other one does.
import { glance, remove } from "../../files/index.ts";
import { listXetPointers } from "../xet/places.ts";
import { listDeltas, listWhole, type Placed } from "./places.ts";
import { chainOf, readBases } from "./shrink.ts";

export interface SweptContents {
  readonly removed: readonly string[];
  readonly keptAsBase: readonly string[];
  readonly freedBytes: number;
}

/** Deletes every content that is not `live` and whose newest file was written before `before`, in ms since 1970. */
export function sweepContents(directory: string, live: ReadonlySet<string>, before: number): SweptContents {
  const files = new Map<string, Placed[]>();
  for (const placed of [...listDeltas(directory), ...listWhole(directory), ...listXetPointers(directory)]) files.set(placed.oid, [...(files.get(placed.oid) ?? []), placed]);
  const isDead = (oid: string) => !live.has(oid) && files.get(oid)!.every(({ path }) => (glance(path)?.modifiedMs ?? 0) <= before);
  const dead = [...files.keys()].filter(isDead);
  const bases = readBases(directory);
  const deadSet = new Set(dead);
  const needed = new Set([...files.keys()].filter((oid) => !deadSet.has(oid)).flatMap((oid) => chainOf(bases, oid)));
  // What others differ from goes last: a crash between two deletions leaves no difference to nothing.
  const removed = dead.filter((oid) => !needed.has(oid)).toSorted((a, b) => chainOf(bases, b).length - chainOf(bases, a).length);
  let freedBytes = 0;
  for (const oid of removed) {
    for (const { path } of files.get(oid)!) {
      freedBytes += glance(path)?.sizeBytes ?? 0;
      remove(path);
    }
  }
  return { removed, keptAsBase: dead.filter((oid) => needed.has(oid)), freedBytes };
}
