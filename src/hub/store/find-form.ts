// The forms in which a content can lie on disk, and which of them is read.
import { glance } from "../../files/index.ts";
import { openXetContent } from "../xet/content.ts";
import { findXetPointer, listXetPointers } from "../xet/places.ts";
import { openWhole, type Content } from "./content.ts";
import { listWhole, wholePlace } from "./places.ts";

/** A content that is here. */
export interface Form {
  readonly kind: "whole" | "xet";
  readonly sizeBytes: number;
  open(): Promise<Content>;
}

/** The form that reads fastest, or undefined when the content is not here. */
export function findForm(directory: string, oid: string): Form | undefined {
  const path = wholePlace(directory, oid);
  const whole = glance(path);
  if (whole?.isFile === true) return { kind: "whole", sizeBytes: whole.sizeBytes, open: () => openWhole(path) };
  const pointer = findXetPointer(directory, oid);
  return pointer === undefined ? undefined : { kind: "xet", sizeBytes: pointer.sizeBytes, open: () => openXetContent(directory, pointer.hash) };
}

/** Every content that is here, in whatever form. */
export function listOids(directory: string): ReadonlySet<string> {
  return new Set([...listWhole(directory), ...listXetPointers(directory)].map(({ oid }) => oid));
}
