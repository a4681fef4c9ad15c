// The forms in which a content can lie on disk, and which of them is read.
import { glance } from "../../files/index.ts";
import { openXetContent } from "../xet/content.ts";
import { findXetPointer, listXetPointers } from "../xet/places.ts";
import { openWhole, type Content } from "./content.ts";
import { openDelta, readDeltaHead } from "./delta-file.ts";
import { largeFileDamaged, largeFileMissing } from "./errors.ts";
import { deltaPlace, isOid, listDeltas, listWhole, wholePlace } from "./places.ts";

/** A content that is here. */
export interface Form {
  /** One file, the chunks of Xet, or the difference to another content. */
  readonly kind: "whole" | "xet" | "delta";
  readonly sizeBytes: number;
  /** The other content. */
  readonly base?: string;
  /** Bytes of the file, where the content has one of its own. */
  readonly storedBytes?: number;
}

/** A chain has at most 7 links; one that is longer goes in a circle. */
const MOST_LINKS = 16;

/** The form that reads fastest, or undefined when the content is not here. */
export function findForm(directory: string, oid: string): Form | undefined {
  if (!isOid(oid)) return undefined;
  const whole = glance(wholePlace(directory, oid));
  if (whole?.isFile === true) return { kind: "whole", sizeBytes: whole.sizeBytes, storedBytes: whole.sizeBytes };
  const pointer = findXetPointer(directory, oid);
  if (pointer !== undefined) return { kind: "xet", sizeBytes: pointer.sizeBytes };
  const path = deltaPlace(directory, oid);
  const delta = glance(path);
  if (delta?.isFile !== true) return undefined;
  const { sizeBytes, base } = readDeltaHead(path);
  return { kind: "delta", sizeBytes, base, storedBytes: delta.sizeBytes };
}

/** Opens a content in whatever form it has by now: it may get another one at any time. @throws `large_file.missing`, `large_file.damaged` */
export async function openForm(directory: string, oid: string, links = 0): Promise<Content> {
  if (links > MOST_LINKS) throw largeFileDamaged(oid, "it is a difference to a difference without end");
  for (let attempt = 1; ; attempt += 1) {
    const form = findForm(directory, oid);
    if (form === undefined) throw largeFileMissing(oid);
    try {
      if (form.kind === "whole") return await openWhole(wholePlace(directory, oid));
      if (form.kind === "delta") return await openDelta(deltaPlace(directory, oid), (base) => openForm(directory, base, links + 1));
      return await openXetContent(directory, findXetPointer(directory, oid)?.hash ?? "");
    } catch (cause) {
      if (attempt === 3 || findForm(directory, oid)?.kind === form.kind) throw cause;
    }
  }
}

/** Every content that is here, in whatever form. */
export function listOids(directory: string): ReadonlySet<string> {
  return new Set([...listWhole(directory), ...listXetPointers(directory), ...listDeltas(directory)].map(({ oid }) => oid));
}
