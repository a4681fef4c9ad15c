import type { MissingPart } from "../../records/index.ts";

export type TraceKind = "tag" | "release" | "quantized model" | "merged model" | "checkpoint" | "run" | "configuration" | "dataset" | "raw data" | "base model" | "evaluation";

/** One thing on the way from an answer back to the raw files. */
export interface TraceNode {
  readonly kind: TraceKind;
  readonly name: string;
  /** SHA-256; null where none is known. */
  readonly digest: string | null;
  /** Where it lies; null where it does not lie here. */
  readonly place: string | null;
  /** A few words about it. */
  readonly note: string;
  /** What it was made from. */
  readonly from: readonly TraceNode[];
}

export interface Trace {
  readonly asked: string;
  readonly root: TraceNode;
  /** What is not known, and why. */
  readonly missing: readonly Pick<MissingPart, "what" | "reason">[];
}

export function leaf(kind: TraceKind, name: string, digest: string | null, more: Partial<Pick<TraceNode, "place" | "note" | "from">> = {}): TraceNode {
  return { kind, name, digest, place: null, note: "", from: [], ...more };
}
