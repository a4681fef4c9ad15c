// A xorb is deleted as a whole, and clients put chunks of many files into one: where most of a xorb is of files that are gone or kept as
// differences by now, the few that still need it are made whole, so that it can go.
import { glance } from "../../files/index.ts";
import { findXetFile, findXetPointer, listXetPointers, xorbPlace } from "../xet/places.ts";
import { openXorb } from "../xet/xorb-file.ts";
import { restoreContent } from "./shrink.ts";

/** A xorb of which less than this part is needed is not worth its place. */
const WORTH_KEEPING = 0.5;

/** Makes files whole where that takes less space than the xorbs that are then needed by nobody. @returns their SHA-256 */
export async function releaseXorbs(directory: string): Promise<readonly string[]> {
  const terms = new Map<string, Map<string, number>>();
  const users: { readonly oid: string; readonly sizeBytes: number; readonly xorbs: ReadonlySet<string> }[] = [];
  for (const { oid } of listXetPointers(directory)) {
    const file = findXetFile(directory, findXetPointer(directory, oid)?.hash ?? "");
    if (file === undefined) continue;
    for (const { xorb, start, end, size_bytes: bytes } of file.terms) terms.set(xorb, (terms.get(xorb) ?? new Map<string, number>()).set(`${start} ${end}`, bytes));
    users.push({ oid, sizeBytes: file.size_bytes, xorbs: new Set(file.terms.map(({ xorb }) => xorb)) });
  }
  const wasted = new Set<string>();
  let freedBytes = 0;
  for (const [xorb, ranges] of terms) {
    const neededBytes = [...ranges.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (neededBytes >= WORTH_KEEPING * (await contentBytes(xorbPlace(directory, xorb)))) continue;
    wasted.add(xorb);
    freedBytes += glance(xorbPlace(directory, xorb))?.sizeBytes ?? 0;
  }
  const released = users.filter(({ xorbs }) => [...xorbs].some((xorb) => wasted.has(xorb)));
  if (released.length === 0 || released.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) >= freedBytes) return [];
  for (const { oid } of released) await restoreContent(directory, oid);
  return released.map(({ oid }) => oid);
}

async function contentBytes(path: string): Promise<number> {
  const xorb = await openXorb(path);
  const bytes = xorb.contentStart(xorb.chunkCount);
  await xorb.close();
  return bytes;
}
